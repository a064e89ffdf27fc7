//! The client's half: what becomes of answers, and of those that are none.

use std::time::Duration;

use bytes::Bytes;
use pilota::thrift::ApplicationExceptionKind;

use super::kit::{Args, Done, Text, application, echo, of_echo, other, shared};
use crate::clock::ManualClock;
use crate::function::Limits;
use crate::thrift::{CallError, Caller, ClientError, InProcess, Outgoing, Protocol, Transport};

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
    let context = crate::invocation::Context::new(application.clone(), Default::default());
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
    let context = crate::invocation::Context::new(application.clone(), Default::default());
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
