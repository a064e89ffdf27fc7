//! What could not be translated is told here, in the log and in the figures: of it the invocation behind knows nothing.

use axum::body::{Body, HttpBody};
use http::{Request, Response};

use super::front::Target;
use super::translate::Complaint;
use crate::application::holding::Holding;
use crate::invocation::{Context, Parts};
use crate::telemetry::metrics::Untranslated;

/// Reports what was complained of, once the answer is out.
pub(super) struct Report {
    pub(super) complaint: Complaint,
    path: Box<str>,
    /// Whose function it is, unless the service is our own.
    context: Option<(Context, usize)>,
}

impl Report {
    pub(super) fn of(target: &Target, request: &Request<Body>) -> Self {
        let parts = request.extensions().get::<Parts>();
        let context = parts.map(|parts| parts.context().clone());
        Self {
            complaint: Complaint::default(),
            path: request.uri().path().into(),
            context: context.zip(target.function()),
        }
    }

    /// Goes along with an answer that is not whole yet.
    pub(super) fn travels_with(self, answer: Response<Body>) -> Response<Body> {
        if answer.body().size_hint().exact().is_some() {
            return answer;
        }
        answer.map(|body| Body::new(Holding::new(body, self)))
    }

    fn count(&self, what: Untranslated) {
        if let Some((context, function)) = &self.context {
            let functions = context.application().functions();
            if let Some(state) = functions.get(*function) {
                state.metrics.untranslated(what);
            }
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let path = &self.path;
        if let Some(status) = self.complaint.asked() {
            self.count(Untranslated::Request);
            let why = &status.message;
            tracing::warn!(%path, code = ?status.code, "a call could not be translated: {why}");
        }
        if let Some(status) = self.complaint.answered() {
            self.count(Untranslated::Answer);
            let why = &status.message;
            tracing::warn!(%path, "the answer of a call could not be translated: {why}");
        }
    }
}

#[cfg(test)]
mod tests {
    //! What is counted of calls that cannot be translated.

    use std::convert::Infallible;
    use std::future::ready;
    use std::sync::Arc;

    use axum::body::Bytes;
    use futures_util::FutureExt;
    use http::{HeaderMap, HeaderValue};
    use http_body::Frame;
    use http_body_util::{BodyExt, StreamBody};

    use super::*;
    use crate::application::Application;
    use crate::clock::ManualClock;
    use crate::config::Configuration;
    use crate::function::{Function, Trigger};
    use crate::invocation::Facts;
    use crate::kit;

    /// Answers with half a message.
    static CUT: Function = Function {
        needs: |needs| {
            needs.http();
            needs.grpc();
        },
        ..kit::function("cut", TRIGGER)
    };

    const TRIGGER: Trigger = Trigger::GrpcMethod {
        service: "cut.Cut",
        method: "Cut",
        call: |_| ready(half()).boxed(),
    };

    fn half() -> Response<Body> {
        let ok = HeaderValue::from_static("0");
        let trailers = HeaderMap::from_iter([("grpc-status".parse().unwrap(), ok)]);
        let frames = [
            Frame::data(Bytes::from_static(&[0, 0, 0, 0, 9, b'-'])),
            Frame::trailers(trailers),
        ];
        let frames = futures_util::stream::iter(frames.map(Ok::<_, Infallible>));
        Response::builder()
            .header("content-type", "application/grpc")
            .body(Body::new(StreamBody::new(frames)))
            .unwrap()
    }

    async fn application() -> Application {
        let clock = Arc::new(ManualClock::new());
        let blueprint = kit::blueprint(vec![&CUT], Configuration::empty(), clock);
        Application::build(blueprint).await.unwrap()
    }

    fn counted(application: &Application) -> Vec<String> {
        let metrics = application.metrics();
        let lines = metrics
            .lines()
            .filter(|line| line.starts_with("faas_untranslated_total"));
        let count = |line: &str| line.rsplit(' ').next().map(str::to_owned);
        lines.filter_map(count).collect()
    }

    async fn ask(application: &Application, fields: &[(&'static str, &'static str)]) {
        let mut request = Request::post("/cut.Cut/Cut").body(Body::empty()).unwrap();
        for (name, value) in fields {
            let value = HeaderValue::from_static(value);
            request.headers_mut().insert(*name, value);
        }
        let answer = application.http(Facts::default(), request).await;
        // it may break off
        let _ = answer.into_body().collect().await;
    }

    #[tokio::test]
    async fn what_cannot_be_translated_is_counted_by_its_side() {
        let application = application().await;
        let web = ("content-type", "application/grpc-web");
        assert_eq!(counted(&application), ["0", "0"]);
        ask(&application, &[web]).await;
        assert_eq!(counted(&application), ["0", "1"]);
        ask(&application, &[("content-type", "application/proto")]).await;
        assert_eq!(counted(&application), ["0", "2"]);
        ask(&application, &[web, ("content-encoding", "gzip")]).await;
        assert_eq!(counted(&application), ["1", "2"]);
        let old = ("connect-protocol-version", "2");
        ask(&application, &[("content-type", "application/proto"), old]).await;
        assert_eq!(counted(&application), ["2", "2"]);
    }
}
