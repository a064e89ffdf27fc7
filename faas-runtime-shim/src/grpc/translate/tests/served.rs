//! The same against tonic's own server side, which reads and writes what is native here.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::{BoxFuture, Ready, ready};
use futures_util::{Stream, StreamExt as _};
use serde_json::json;
use tonic::codec::CompressionEncoding;
use tonic::codegen::Service;
use tonic::server::{
    ClientStreamingService, Grpc, ServerStreamingService, StreamingService, UnaryService,
};
use tonic::{Request as Asked, Response as Reply, Status as Failed, Streaming};
use tonic_prost::ProstCodec;

use super::shop::{Item, item};
use super::*;

type Items = Pin<Box<dyn Stream<Item = Result<Item, Failed>> + Send>>;

/// All methods: each item comes back, and one with the name `fail` fails the call.
struct Shop;

fn judged(item: Item) -> Result<Item, Failed> {
    if item.name == "fail" {
        let mut failed = Failed::with_details(
            tonic::Code::Aborted,
            "told to",
            Bytes::from_static(b"\x08\x0a"),
        );
        failed.metadata_mut().insert("x-cost", "1".parse().unwrap());
        return Err(failed);
    }
    Ok(item)
}

impl UnaryService<Item> for Shop {
    type Response = Item;
    type Future = Ready<Result<Reply<Item>, Failed>>;

    fn call(&mut self, request: Asked<Item>) -> Self::Future {
        ready(judged(request.into_inner()).map(|item| {
            let mut reply = Reply::new(item);
            reply.metadata_mut().insert("x-node", "7".parse().unwrap());
            reply
        }))
    }
}

impl ServerStreamingService<Item> for Shop {
    type Response = Item;
    type ResponseStream = Items;
    type Future = Ready<Result<Reply<Items>, Failed>>;

    fn call(&mut self, request: Asked<Item>) -> Self::Future {
        let item = request.into_inner();
        let items: Items = Box::pin(stream::iter([Ok(item.clone()), judged(item)]));
        ready(Ok(Reply::new(items)))
    }
}

impl ClientStreamingService<Item> for Shop {
    type Response = Item;
    type Future = BoxFuture<'static, Result<Reply<Item>, Failed>>;

    fn call(&mut self, request: Asked<Streaming<Item>>) -> Self::Future {
        let mut items = request.into_inner();
        Box::pin(async move {
            let mut name = String::new();
            while let Some(item) = items.message().await? {
                name.push_str(&judged(item)?.name);
            }
            Ok(Reply::new(Item {
                name,
                ..Item::default()
            }))
        })
    }
}

impl StreamingService<Item> for Shop {
    type Response = Item;
    type ResponseStream = Items;
    type Future = Ready<Result<Reply<Items>, Failed>>;

    fn call(&mut self, request: Asked<Streaming<Item>>) -> Self::Future {
        let items: Items = Box::pin(request.into_inner().map(|item| item.and_then(judged)));
        ready(Ok(Reply::new(items)))
    }
}

/// What tonic generates.
struct Server;

impl Service<Request<Body>> for Server {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::<Item, Item>::default())
                .accept_compressed(CompressionEncoding::Gzip)
                .send_compressed(CompressionEncoding::Gzip);
            let path = request.uri().path().to_owned();
            let response = match &*path {
                shop::LIST => grpc.server_streaming(Shop, request).await,
                shop::COLLECT => grpc.client_streaming(Shop, request).await,
                shop::CHAT => grpc.streaming(Shop, request).await,
                _ => grpc.unary(Shop, request).await,
            };
            Ok(response.map(Body::new))
        })
    }
}

async fn ask(path: &str, form: &[(&'static str, &'static str)], body: impl Into<Vec<u8>>) -> Told {
    let service = async |request| {
        Server
            .call(request)
            .await
            .unwrap_or_else(|never| match never {})
    };
    call(
        post(path, form, vec![body.into()]),
        &shop::schema(),
        service,
    )
    .await
}

const JSON: (&str, &str) = ("content-type", "application/json");
const STREAM: (&str, &str) = ("content-type", "application/connect+json");

#[tokio::test]
async fn unary_calls_go_through_tonic() {
    for more in [&[][..], &[("accept-encoding", "gzip")]] {
        let told = ask(
            shop::PUT,
            &[&[JSON], more].concat(),
            r#"{"name":"x","inStock":"3"}"#,
        )
        .await;
        let body = if more.is_empty() {
            told.body().to_vec()
        } else {
            plain(told.body())
        };
        assert_eq!(body, br#"{"name":"x","inStock":"3"}"#);
        assert_eq!(told.field("x-node"), "7");
    }
    let told = ask(shop::PUT, &[JSON], r#"{"name":"fail"}"#).await;
    assert_eq!(
        (told.status, told.json()),
        (409, json!({"code": "aborted", "message": "told to"}))
    );
    assert_eq!(told.field("x-cost"), "1");
}

#[tokio::test]
async fn streams_go_through_tonic() {
    let message = |name: &str| frame(0, format!(r#"{{"name":"{name}"}}"#));
    let told = ask(shop::LIST, &[STREAM], message("x")).await;
    assert_eq!(
        told.body(),
        [message("x"), message("x"), frame(2, "{}")].concat()
    );

    let end = r#"{"error":{"code":"aborted","message":"told to"},"metadata":{"x-cost":["1"]}}"#;
    let told = ask(shop::LIST, &[STREAM], message("fail")).await;
    assert_eq!(told.body(), [message("fail"), frame(2, end)].concat());

    let told = ask(
        shop::COLLECT,
        &[STREAM],
        [message("a"), message("b")].concat(),
    )
    .await;
    assert_eq!(told.body(), [message("ab"), frame(2, "{}")].concat());
    let told = ask(
        shop::CHAT,
        &[STREAM],
        [message("a"), message("b"), message("fail")].concat(),
    )
    .await;
    assert_eq!(
        told.body(),
        [message("a"), message("b"), frame(2, end)].concat()
    );
    let told = ask(shop::COLLECT, &[STREAM], message("fail")).await;
    assert_eq!(told.body(), frame(2, end));
}

#[tokio::test]
async fn compressed_streams_go_through_tonic() {
    for (form, sent) in [
        ("application/connect+json", r#"{"name":"x"}"#.into()),
        ("application/connect+proto", item("x")),
    ] {
        let form = [
            ("content-type", form),
            ("connect-content-encoding", "gzip"),
            ("connect-accept-encoding", "gzip"),
        ];
        let told = ask(shop::CHAT, &form, frame(1, gzipped(&sent))).await;
        assert_eq!(told.field("connect-content-encoding"), "gzip");
        let messages = frames(told.body());
        assert_eq!((messages.len(), messages[0].0), (2, 1));
        assert_eq!(plain(&messages[0].1), sent);
    }
}

#[tokio::test]
async fn handlers_get_the_code_of_what_is_malformed() {
    let bad = [frame(0, r#"{"name":"a"}"#), frame(0, "{")].concat();
    for path in [shop::CHAT, shop::COLLECT, shop::LIST] {
        let told = ask(path, &[STREAM], bad.clone()).await;
        let (_, end) = frames(told.body()).pop().unwrap();
        let end: serde_json::Value = serde_json::from_slice(&end).unwrap();
        let code = if path == shop::LIST {
            "unimplemented"
        } else {
            "invalid_argument"
        };
        assert_eq!(end["error"]["code"], code, "{path}");
    }
    let text = [("content-type", "application/grpc-web-text")];
    let told = ask(shop::CHAT, &text, "AAAAAAA*").await;
    assert!(!told.text().is_empty());
}

#[tokio::test]
async fn web_goes_through_tonic() {
    let form = [("content-type", "application/grpc-web")];
    let told = ask(shop::LIST, &form, frame(0, item("fail"))).await;
    let messages = frames(told.body());
    assert_eq!(messages[0], (0, item("fail")));
    let block = String::from_utf8(messages[1].1.clone()).unwrap();
    let mut lines: Vec<_> = block.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "grpc-message: told to",
            "grpc-status-details-bin: CAo",
            "grpc-status: 10",
            "x-cost: 1"
        ]
    );
    let told = ask(shop::PUT, &form, frame(0, item("fail"))).await;
    assert_eq!(
        (told.field("grpc-status"), told.field("x-cost"), told.body()),
        ("10", "1", &[][..])
    );
}
