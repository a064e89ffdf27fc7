//! `POST /invoke/{function}`: an invocation by hand. Body in, answer out.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, Response, StatusCode, header};

use crate::application::{Application, FunctionIndex};
use crate::cloudevents::{self, CloudEvent};
use crate::error::{problem, whole_seconds};
use crate::host::failure::status;
use crate::invocation::{Facts, Failure, Input, Outcome, Payload, Reply};
use crate::platform::Exchange;

/// Invokes the function of this name with the request's body.
pub(super) async fn by_hand(
    application: &Application,
    function: &str,
    request: Request<Body>,
) -> Response<Body> {
    let Some(index) = application.by_name(function) else {
        return problem(
            StatusCode::NOT_FOUND,
            Some(&format!(
                "no function is called `{function}`; there are: {}",
                names(application)
            )),
        );
    };
    let media_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| Cow::Owned(value.to_owned()));
    // the listener's policy limits the body
    let body = match to_bytes(request.into_body(), usize::MAX).await {
        Ok(body) => body,
        Err(error) => return problem(StatusCode::BAD_REQUEST, Some(&error.to_string())),
    };
    let payload = Payload { body, media_type };
    match application.support().deliveries {
        Some(deliveries) => (deliveries.by_hand)(application, index, payload).await,
        None => {
            let input = Input::Payload(payload);
            answer(application.invoke(index, Facts::default(), input).await)
        }
    }
}

/// The type of [`invoke_by_hand`].
pub(crate) type ByHand =
    for<'a> fn(&'a Application, FunctionIndex, Payload) -> BoxFuture<'a, Response<Body>>;

/// Invokes a function of any trigger.
///
/// Only registrations of functions for deliveries name it, so that others do without the forms of their inputs.
pub(crate) fn invoke_by_hand(
    application: &Application,
    index: FunctionIndex,
    payload: Payload,
) -> BoxFuture<'_, Response<Body>> {
    Box::pin(async move {
        let outcome = match application.by_hand(index, payload) {
            Ok(input) => reported(application, index, input).await,
            Err(error) => Err(error.into()),
        };
        match outcome {
            Ok(Reply {
                event: Some(event), ..
            }) => replied(&event),
            outcome => answer(outcome),
        }
    })
}

/// Invokes the function. What it reports on the one delivery of a batch counts more than that it got through.
async fn reported(application: &Application, index: FunctionIndex, input: Input) -> Outcome {
    let ledger = match &input {
        Input::Batch(batch) => Some(Arc::clone(&batch.ledger)),
        _ => None,
    };
    let reply = application.invoke(index, Facts::default(), input).await?;
    let reports = ledger.map(|ledger| ledger.close()).unwrap_or_default();
    match reports.into_iter().flatten().find_map(Result::err) {
        Some(failure) => Err(failure),
        None => Ok(reply),
    }
}

fn replied(event: &CloudEvent) -> Response<Body> {
    match cloudevents::encode::structured(event) {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static(cloudevents::decode::STRUCTURED),
            );
            response
        }
        Err(error) => problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            Some(&format!("the handler's event: {error}")),
        ),
    }
}

fn answer(outcome: Outcome) -> Response<Body> {
    match outcome {
        Ok(reply) => {
            let media_type = HeaderValue::from_str(&reply.media_type);
            let mut response = Response::new(reply.into_body());
            if let Ok(media_type) = media_type {
                response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, media_type);
            }
            response
        }
        Err(failure) => failed(&failure),
    }
}

/// Whoever calls by hand runs the service, and may know why it failed.
fn failed(failure: &Failure) -> Response<Body> {
    tracing::error!(kind = ?failure.kind, "the function failed: {}", failure.message);
    let (status, delay) = status(failure.kind);
    let mut response = problem(status, Some(&failure.message));
    if let Some(delay) = delay {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(delay)));
    }
    response
}

/// The host without its transport: an event goes to the only `invoke` function.
pub(crate) async fn exchange(application: &Application, event: Bytes) -> Exchange {
    let Some(index) = application.only_invoke() else {
        return Exchange::Error(Bytes::from_static(
            b"the host takes an event by name: POST /invoke/{function} of the management port",
        ));
    };
    outcome(application, index, event).await
}

async fn outcome(application: &Application, index: FunctionIndex, event: Bytes) -> Exchange {
    let outcome = application.invoke(index, Facts::default(), Payload::json(event).into());
    let outcome = match outcome.await {
        Ok(reply) => reply.gathered(usize::MAX).await,
        failed => failed,
    };
    match outcome {
        Ok(reply) => Exchange::Answer(reply.body),
        Err(failure) => Exchange::Error(Bytes::from(failure.message)),
    }
}

fn names(application: &Application) -> String {
    let names: Vec<_> = application
        .functions()
        .iter()
        .map(|state| state.name())
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    //! What a person is told of a batch, and gets of a stream.

    use std::future::ready;

    use futures_util::FutureExt as _;
    use futures_util::stream::{self, StreamExt as _};

    use super::*;
    use crate::clock::ManualClock;
    use crate::function::{Limits, QueueSpec, RetryPolicy, Trigger};
    use crate::host::events::tests::{application, function};
    use crate::invocation::{FailureKind, Parts};

    fn counts(_: Parts, _: Input) -> BoxFuture<'static, Outcome> {
        let first = stream::iter([Ok(Bytes::from_static(b"1"))]);
        let reply = Reply::streamed(first.chain(stream::pending()), "text/csv");
        Box::pin(ready(Ok(reply)))
    }

    #[tokio::test]
    async fn a_stream_is_sent_while_it_is_made() {
        let functions = vec![function(
            "counts",
            Limits::NONE,
            Trigger::Invoke { call: counts },
        )];
        let application = application(functions, "", Arc::new(ManualClock::new())).await;
        let response = by_hand(&application, "counts", Request::default()).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/csv");
        let mut pieces = response.into_body().into_data_stream();
        assert_eq!(pieces.next().await.unwrap().unwrap(), "1");
        assert!(pieces.next().now_or_never().is_none(), "it goes on");
        assert_eq!(application.in_flight(), 1);
        drop(pieces);
        assert_eq!(application.in_flight(), 0);
    }

    fn refuses(_: Parts, input: Input) -> BoxFuture<'static, Outcome> {
        let Input::Batch(batch) = input else {
            panic!("{input:?}");
        };
        let refused = Failure::new(
            FailureKind::Reject,
            "Refused",
            "there is no such pen".to_owned(),
        );
        batch.ledger.report(0, Err(refused));
        Box::pin(ready(Ok(Reply::nothing())))
    }

    #[tokio::test]
    async fn a_delivery_that_is_reported_as_failed_has_failed() {
        let spec = QueueSpec {
            queue: "pens",
            batch: None,
            retry: RetryPolicy::DEFAULT,
            dead_letter: None,
            ordered: false,
            whole_batch: true,
        };
        let trigger = Trigger::Queue {
            spec,
            call: refuses,
        };
        let functions = vec![function("pens", Limits::NONE, trigger)];
        let application = application(functions, "", Arc::new(ManualClock::new())).await;
        let request = Request::new(Body::from("7"));
        let response = by_hand(&application, "pens", request).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
}
