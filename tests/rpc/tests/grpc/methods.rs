//! Functions that are one method: the four kinds, and what they may take and answer.

use faas::rpc::{Messages, Replies};
use faas::testing::App;
use faas::{Config, Context, Proto, State};
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Status};

use crate::client::{Number, Text, all, number, streaming, unary};

struct Factor(i64);

#[faas::resource]
fn factor() -> Factor {
    Factor(10)
}

#[faas::config("offset")]
struct Offset {
    #[serde(default)]
    by: i64,
}

#[faas::grpc("kinds.v1.Kinds/Scale")]
async fn scale(
    State(factor): State<Factor>,
    Proto(it): Proto<Number>,
    Config(offset): Config<Offset>,
) -> Proto<Number> {
    Proto(number(it.value * factor.0 + offset.by))
}

#[faas::grpc("kinds.v1.Kinds/Sum")]
async fn sum(numbers: Messages<Number>) -> Result<Proto<Number>, Status> {
    let value = numbers
        .try_fold(0, async |sum, it| Ok(sum + it.value))
        .await?;
    Ok(Proto(number(value)))
}

#[faas::grpc("kinds.v1.Kinds/Count")]
async fn count(Proto(to): Proto<Number>) -> Replies<impl Stream<Item = Result<Number, Status>>> {
    Replies(stream::iter(1..=to.value).map(|value| Ok(number(value))))
}

#[faas::grpc("kinds.v1.Kinds/Double")]
async fn double(
    numbers: Messages<Number>,
) -> Result<Replies<impl Stream<Item = Result<Number, Status>>>, faas::Error> {
    Ok(Replies(numbers.map_ok(|it| number(it.value * 2))))
}

#[faas::grpc("kinds.v1.Kinds/About")]
fn about(metadata: MetadataMap, cx: Context) -> Result<Proto<Text>, Status> {
    let tag = metadata
        .get("x-tag")
        .and_then(|tag| tag.to_str().ok())
        .ok_or_else(|| Status::invalid_argument("no `x-tag`"))?;
    let text = format!("{tag} {} {}", cx.function(), cx.trigger());
    Ok(Proto(Text { text }))
}

async fn app() -> faas::testing::TestApp {
    App::of(module_path!()).set("offset.by", "3").start().await
}

#[tokio::test]
async fn one_message_for_one() {
    let answer = unary::<_, Number>(&app().await, "/kinds.v1.Kinds/Scale", number(4)).await;
    assert_eq!(answer.unwrap().into_inner(), number(43));
}

#[tokio::test]
async fn one_message_for_many() {
    let numbers = stream::iter((1..=100).map(number));
    let answer = streaming::<Number>(&app().await, "/kinds.v1.Kinds/Sum", numbers).await;
    let (found, status) = all(answer.unwrap()).await;
    assert_eq!(found, [number(5050)]);
    assert!(status.is_none(), "{status:?}");
}

#[tokio::test]
async fn many_messages_for_one() {
    let to = stream::iter([number(3)]);
    let answer = streaming::<Number>(&app().await, "/kinds.v1.Kinds/Count", to).await;
    let (found, status) = all(answer.unwrap()).await;
    assert_eq!(found, [number(1), number(2), number(3)]);
    assert!(status.is_none(), "{status:?}");
}

/// An answer comes before the next message is sent: neither side is gathered.
#[tokio::test]
async fn many_messages_for_many_in_turns() {
    let (send, receive) = futures_util_channel();
    let app = app().await;
    let answers = streaming::<Number>(&app, "/kinds.v1.Kinds/Double", receive).await;
    let mut answers = answers.unwrap();
    for value in [1, 2, 3] {
        send.send(number(value)).unwrap();
        let answer = answers.message().await.unwrap();
        assert_eq!(answer, Some(number(value * 2)));
    }
    drop(send);
    assert_eq!(answers.message().await.unwrap(), None);
}

fn futures_util_channel() -> (
    tokio::sync::mpsc::UnboundedSender<Number>,
    impl Stream<Item = Number> + Send + 'static,
) {
    let (send, mut receive) = tokio::sync::mpsc::unbounded_channel();
    (send, stream::poll_fn(move |cx| receive.poll_recv(cx)))
}

#[tokio::test]
async fn metadata_and_context() {
    let app = app().await;
    let mut request = Request::new(());
    request
        .metadata_mut()
        .insert("x-tag", "blue".parse().unwrap());
    let answer = unary::<(), Text>(&app, "/kinds.v1.Kinds/About", request).await;
    assert_eq!(answer.unwrap().into_inner().text, "blue about grpc");
    let refused = unary::<(), Text>(&app, "/kinds.v1.Kinds/About", ()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(refused.message(), "no `x-tag`");
}

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let text = Text {
        text: "no number".into(),
    };
    let refused = unary::<_, Number>(&app().await, "/kinds.v1.Kinds/Scale", text).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
    assert!(refused.message().contains("cannot be decoded"), "{refused}");
}
