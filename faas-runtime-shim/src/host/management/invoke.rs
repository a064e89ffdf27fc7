//! `POST /invoke/{function}`: an invocation by hand. Body in, answer out.

use std::borrow::Cow;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};

use crate::application::{Application, FunctionIndex};
use crate::cloudevents;
use crate::error::{problem, whole_seconds};
use crate::host::failure::status;
use crate::invocation::{Facts, Failure, Outcome, Payload, Reply};
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
    match application.by_hand(index, Payload { body, media_type }) {
        Ok(input) => answer(application.invoke(index, Facts::default(), input).await),
        Err(error) => answer(Err(error.into())),
    }
}

fn answer(outcome: Outcome) -> Response<Body> {
    match outcome {
        Ok(Reply {
            event: Some(event), ..
        }) => match cloudevents::encode::structured(&event) {
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
        },
        Ok(reply) => {
            let mut response = Response::new(Body::from(reply.body));
            if let Ok(media_type) = HeaderValue::from_str(&reply.media_type) {
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
    match application
        .invoke(index, Facts::default(), Payload::json(event).into())
        .await
    {
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
