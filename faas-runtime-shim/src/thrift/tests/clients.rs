//! The client's half: what becomes of answers, and of those that are none.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use pilota::thrift::ApplicationExceptionKind;

use super::kit::{Args, Done, Text, application, echo, of_echo, other, shared};
use crate::clock::ManualClock;
use crate::function::Limits;
use crate::invocation::Context;
use crate::thrift::{
    CallError, Caller, ClientError, InProcess, Outgoing, Protocol, Tcp, Transport,
};

fn args(text: &str) -> Args {
    Text(text.to_owned())
}

#[tokio::test]
async fn in_process() {
    let clock = ManualClock::new();
    let application = application(vec![echo(Limits::NONE), other()], &clock).await;
    for protocol in [Protocol::Binary, Protocol::Compact] {
        for name in ["Echo", "Other"] {
            let transport = InProcess::new(application.clone())
                .protocol(protocol)
                .service(name);
            let caller = Caller::new(transport);
            for text in ["one", "two"] {
                let said: Done = caller.call("say", &args(text)).await.unwrap();
                assert_eq!(said.0, format!("{name}: {text}"));
            }
        }
    }
    let caller = Caller::new(InProcess::new(application.clone()));
    let unknown: CallError = caller.call::<_, Done>("say", &args("")).await.unwrap_err();
    assert!(
        matches!(&unknown, CallError::Application { kind, message }
            if *kind == ApplicationExceptionKind::UNKNOWN_METHOD && message.contains("`say`")),
        "{unknown:?}"
    );
    caller.oneway("touch", &args("")).await.unwrap();
    let touched = &shared(&application).touched;
    assert_eq!(touched.load(std::sync::atomic::Ordering::SeqCst), 1);
}

/// Answers everything with these bytes.
struct Canned(Vec<u8>);

impl Transport for Canned {
    async fn exchange(&self, outgoing: Outgoing) -> Result<Bytes, CallError> {
        assert!(!outgoing.is_oneway());
        Ok(self.0.clone().into())
    }
}

async fn check(answer: &[u8], expected: &str) {
    let caller = Caller::new(Canned(answer.to_vec()));
    let error = caller.call::<_, Done>("say", &args("")).await.unwrap_err();
    assert!(matches!(error, CallError::Malformed { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(expected), "{text}");
}

/// Makes the answer `text` to a call of `say` with this number.
fn answer(sequence: [u8; 4], text: &str) -> Vec<u8> {
    let mut message = b"\x80\x01\x00\x02\x00\x00\x00\x03say".to_vec();
    message.extend(sequence);
    message.extend(b"\x0b\x00\x00");
    message.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
    message.extend(text.as_bytes());
    message.push(0);
    message
}

/// Serves connections: `serve` gets each with its number, the first being 0.
fn serving(serve: impl Fn(usize, TcpStream) + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let (serve, stream) = (serve.clone(), stream.unwrap());
            thread::spawn(move || serve(number, stream));
        }
    });
    peer
}

/// Answers each call in a frame with the connection's number; `off` is added to the call's.
fn framed(number: usize, mut stream: TcpStream, off: i32) {
    let mut length = [0; 4];
    // until the client closes it
    while stream.read_exact(&mut length).is_ok() {
        let mut call = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut call).unwrap();
        let sequence = i32::from_be_bytes(call[11..15].try_into().unwrap()) + off;
        let message = answer(sequence.to_be_bytes(), &format!("connection {number}"));
        let mut frame = u32::try_from(message.len()).unwrap().to_be_bytes().to_vec();
        frame.extend(message);
        stream.write_all(&frame).unwrap();
    }
}

/// The same over HTTP.
#[cfg(feature = "sink")]
fn over_http(number: usize, mut stream: TcpStream) {
    let mut read = Vec::new();
    let mut some = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut some) {
        read.extend(&some[..count]);
        // a strict message begins with its version, and a call has a field at least
        let Some(at) = read.windows(4).position(|four| four == b"\x80\x01\x00\x01") else {
            continue;
        };
        if read.len() < at + 23 {
            continue;
        }
        let sequence = read[at + 11..at + 15].try_into().unwrap();
        let message = answer(sequence, &format!("connection {number}"));
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
            message.len()
        );
        stream
            .write_all(&[head.as_bytes(), &message].concat())
            .unwrap();
        read.clear();
    }
}

/// Calls `say` as an invocation of `application`.
async fn say<C: Transport>(context: &Context, caller: &Caller<C>) -> Result<String, CallError> {
    let args = args("");
    let mut call = std::pin::pin!(caller.call::<_, Done>("say", &args));
    let called =
        std::future::poll_fn(|cx| crate::current::enter(context, || call.as_mut().poll(cx)));
    called.await.map(|said| said.0)
}

async fn connects_anew_after_a_restore<C: Transport>(caller: Caller<C>) {
    let application = of_echo().await;
    let context = Context::new(application.clone(), Default::default());
    for _ in 0..2 {
        assert_eq!(say(&context, &caller).await.unwrap(), "connection 0");
    }
    application.freeze().await.unwrap();
    application.thaw().await.unwrap();
    for _ in 0..2 {
        assert_eq!(say(&context, &caller).await.unwrap(), "connection 1");
    }
}

#[tokio::test]
async fn a_connection_from_before_a_snapshot_is_not_used() {
    let peer = serving(|number, stream| framed(number, stream, 0));
    connects_anew_after_a_restore(Caller::new(Tcp::framed(peer))).await;
}

#[tokio::test]
async fn a_connection_that_answers_another_message_is_not_used_again() {
    let peer = serving(|number, stream| framed(number, stream, i32::from(number == 0)));
    let caller = Caller::new(Tcp::framed(peer));
    let context = Context::new(of_echo().await, Default::default());
    let error = say(&context, &caller).await.unwrap_err().to_string();
    assert!(
        error.ends_with("expected the answer to message 1, found that to 2"),
        "{error}"
    );
    for _ in 0..2 {
        assert_eq!(say(&context, &caller).await.unwrap(), "connection 1");
    }
}

#[cfg(feature = "sink")]
#[tokio::test]
async fn a_connection_from_before_a_snapshot_is_not_used_over_http() {
    let peer = serving(over_http);
    let transport = crate::thrift::Http::new(&format!("http://{peer}/")).unwrap();
    connects_anew_after_a_restore(Caller::new(transport)).await;
}

#[tokio::test]
async fn what_is_no_answer() {
    let good =
        b"\x80\x01\x00\x02\x00\x00\x00\x03say\x00\x00\x00\x01\x0b\x00\x00\x00\x00\x00\x02hi\x00";
    let caller = Caller::new(Canned(good.to_vec()));
    let said: Done = caller.call("say", &args("")).await.unwrap();
    assert_eq!(said.0, "hi");
    // the second call has another number
    let late = caller.call::<_, Done>("say", &args("")).await.unwrap_err();
    let text = late.to_string();
    assert!(
        text.contains("expected the answer to message 2, found that to 1"),
        "{text}"
    );
    for cut in 0..good.len() {
        check(&good[..cut], "").await;
    }
    let mut call = good.to_vec();
    call[3] = 1;
    check(&call, "expected an answer, found a call").await;
    check(b"<html>nothing here</html>", "").await;
    check(b"\x80\x01\x00\x02\x7f\xff\xff\xff", "").await;
}

#[tokio::test]
async fn an_answer_with_neither_result_nor_exception() {
    let empty: [&[u8]; 2] = [
        b"\x80\x01\x00\x02\x00\x00\x00\x03say\x00\x00\x00\x01\x00",
        b"\x82\x41\x01\x03say\x00",
    ];
    for answer in empty {
        let caller = Caller::new(Canned(answer.to_vec()));
        let error = caller.call::<_, Done>("say", &args("")).await.unwrap_err();
        assert!(
            matches!(&error, CallError::Application { kind, .. }
                if *kind == ApplicationExceptionKind::MISSING_RESULT),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_method_of_two_services_is_ambiguous() {
    let clock = ManualClock::new();
    let application = application(vec![echo(Limits::NONE), other()], &clock).await;
    let caller = Caller::new(InProcess::new(application));
    let error = caller.call::<_, Done>("say", &args("")).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("`say` is of `Echo` and of `Other`") && text.contains("`Echo:say`"),
        "{text}"
    );
}

#[tokio::test]
async fn in_process_the_callers_deadline_holds() {
    let clock = ManualClock::new();
    let application = application(vec![echo(Limits::NONE)], &clock).await;
    let mut context = Context::new(application.clone(), Default::default());
    let state = &application.functions()[0];
    context.choose(
        state,
        application.clock().now(),
        Some(Duration::from_secs(5)),
    );
    let caller = Caller::new(InProcess::new(application.clone()));
    let args = args("");
    let mut call = std::pin::pin!(caller.call::<_, Done>("wait", &args));
    let mut poll = |cx: &mut std::task::Context<'_>| {
        crate::current::enter(&context, || call.as_mut().poll(cx))
    };
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(poll(&mut cx).is_pending());
    clock.advance(Duration::from_secs(4));
    assert!(poll(&mut cx).is_pending());
    clock.advance(Duration::from_secs(1));
    let std::task::Poll::Ready(Err(error)) = poll(&mut cx) else {
        panic!("it goes on");
    };
    assert!(error.to_string().contains("the deadline passed"), "{error}");
}

#[tokio::test]
async fn the_time_that_is_left_goes_along() {
    struct Asked;
    impl Transport for Asked {
        async fn exchange(&self, outgoing: Outgoing) -> Result<Bytes, CallError> {
            assert_eq!(outgoing.remaining(), Some(Duration::from_secs(5)));
            assert!(outgoing.trace().is_none());
            Err(CallError::TimedOut {
                after: Duration::from_secs(5),
            })
        }
    }
    let application = of_echo().await;
    let mut context = Context::new(application.clone(), Default::default());
    let state = &application.functions()[0];
    let now = application.clock().now();
    context.choose(state, now, Some(Duration::from_secs(5)));
    let caller = Caller::new(Asked);
    let args = args("");
    let call = caller.call::<_, Done>("say", &args);
    let mut call = std::pin::pin!(call);
    let error =
        std::future::poll_fn(|cx| crate::current::enter(&context, || call.as_mut().poll(cx)))
            .await
            .unwrap_err();
    assert!(matches!(error, CallError::TimedOut { .. }));
}

#[test]
fn errors_of_clients_convert_into_those_of_handlers() {
    let error: ClientError<Args> = ClientError::Declared(args("gone"));
    let error = crate::error::Error::from(error);
    assert_eq!(error.to_string(), r#"the service raised Text("gone")"#);
    let error: ClientError<Args> = CallError::Unreachable {
        peer: "shop:9090".into(),
        source: std::io::ErrorKind::ConnectionRefused.into(),
    }
    .into();
    let error = crate::error::Error::from(error);
    assert_eq!(
        error.chain(),
        "`shop:9090` cannot be reached: connection refused"
    );
}
