//! The beginning of a service: which protocol a caller speaks, and its way to the native call behind it.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use futures_util::StreamExt as _;
use futures_util::stream;
use http::{Request, Response, StatusCode, Version, header};
use tower_service::Service;

use super::cors::Cors;
use super::leaf::{Calling, Leaf};
use super::report::Report;
use super::schema::Schema;
use super::settings::GrpcSection;
use super::translate::{self, Wire};
use super::{health, reflection};
use crate::application::Application;
use crate::error::{chain, problem};
use crate::function::{Calls, Descriptors};
use crate::invocation::Parts;
use crate::startup::StartError;

/// What all services have in common.
pub(super) struct Shared {
    schema: Schema,
    cors: Option<Cors>,
    max_message: usize,
}

impl Shared {
    pub(super) fn new(application: &Application) -> Result<Self, StartError> {
        let settings = GrpcSection::read(application.configuration())?;
        let sets = inventory::iter::<Descriptors>.into_iter().map(|it| it.set);
        let mut schema =
            Schema::new(sets).map_err(|error| StartError::descriptors(&chain(&error)))?;
        schema.add(health::describe());
        schema.add(reflection::describe());
        let cors = Cors::new(&settings.allow_origins)
            .map_err(|error| StartError::configuration(format!("`grpc.allow_origins`: {error}")))?;
        Ok(Self {
            schema,
            cors,
            max_message: settings.max_message(),
        })
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the ends of the paths of a service's methods that take streams of messages, if the service is described.
    pub(super) fn streams(&self, service: &str) -> Option<Box<[Box<str>]>> {
        let service = self.schema.pool().get_service_by_name(service)?;
        let streaming = service
            .methods()
            .filter(|method| method.is_client_streaming());
        Some(
            streaming
                .map(|method| format!("/{}", method.name()).into())
                .collect(),
        )
    }
}

/// A service, or one method of it, for callers of all protocols.
pub(super) struct Front {
    target: Target,
    shared: Arc<Shared>,
}

/// What stands behind it.
#[derive(Clone)]
pub(super) enum Target {
    Function(Arc<Leaf>),
    /// A service of our own, whose calls are no invocations.
    Own(Calls),
}

impl From<Leaf> for Target {
    fn from(leaf: Leaf) -> Self {
        Self::Function(Arc::new(leaf))
    }
}

impl From<Calls> for Target {
    fn from(calls: Calls) -> Self {
        Self::Own(calls)
    }
}

impl Target {
    /// Returns which of the application's functions it is, if it is one.
    pub(super) fn function(&self) -> Option<usize> {
        match self {
            Self::Function(leaf) => Some(leaf.index()),
            Self::Own(_) => None,
        }
    }

    fn native(&self, request: Request<Body>) -> Calling {
        match self {
            Self::Function(leaf) => leaf.call(request),
            Self::Own(calls) => Calling::Boxed(calls(until_drain(request))),
        }
    }
}

/// Ends what the caller sends once the instance drains: reflection answers until then, and a client that keeps its stream
/// open would hold up the connection to the last moment.
fn until_drain(request: Request<Body>) -> Request<Body> {
    let Some(parts) = request.extensions().get::<Parts>() else {
        return request;
    };
    let application = parts.application().clone();
    let mut draining = Box::pin(async move { application.draining().await });
    request.map(|body| {
        let mut body = body.into_data_stream();
        // what has come is still answered: a check of health in the drain is told of it
        let come = stream::poll_fn(move |cx| match body.poll_next_unpin(cx) {
            Poll::Pending => draining.as_mut().poll(cx).map(|()| None),
            come @ Poll::Ready(_) => come,
        });
        Body::from_stream(come.fuse())
    })
}

impl Front {
    pub(super) fn new(target: Target, shared: &Arc<Shared>) -> Self {
        Self {
            target,
            shared: Arc::clone(shared),
        }
    }

    /// Answers a request, whatever its protocol.
    pub(super) fn call(&self, request: Request<Body>) -> Calling {
        match translate::wire(&request) {
            Wire::Native if request.version() == Version::HTTP_2 => self.target.native(request),
            Wire::Native => Calling::ready(needs_http_2()),
            wire => {
                let (target, shared) = (self.target.clone(), Arc::clone(&self.shared));
                Calling::Boxed(Box::pin(translated(wire, request, target, shared)))
            }
        }
    }
}

/// Answers a call that is not native, or no call at all.
async fn translated(
    wire: Wire,
    mut request: Request<Body>,
    target: Target,
    shared: Arc<Shared>,
) -> Response<Body> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    if let Some(cors) = &shared.cors
        && let Some(answer) = cors.preflight(&request)
    {
        return answer;
    }
    let report = Report::of(&target, &request);
    request.extensions_mut().insert(report.complaint.clone());
    let native = |request| target.native(request);
    let schema = &shared.schema;
    let mut answer = match wire {
        Wire::Web(form) => translate::web(form, request, native).await,
        Wire::Connect(form) => {
            translate::connect(form, request, schema, shared.max_message, native).await
        }
        Wire::Native | Wire::Foreign => translate::foreign(&request, schema),
    };
    if let Some(cors) = &shared.cors {
        cors.apply(origin.as_ref(), answer.headers_mut());
    }
    report.travels_with(answer)
}

/// Tells whether a request is a call of gRPC, natively or over the web, by its head alone: of Connect's nobody could.
pub(super) fn is_grpc(request: &Request<Body>) -> bool {
    matches!(translate::wire(request), Wire::Native | Wire::Web(_))
}

/// Answers a native call whose answer could not be told apart from one that broke off.
fn needs_http_2() -> Response<Body> {
    problem(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Some(
            "gRPC needs HTTP/2 from end to end: call by gRPC-Web (`application/grpc-web`) or Connect (`application/json`, `application/proto`)",
        ),
    )
}

/// Erases a service.
pub fn calls<S, B>(service: S) -> Calls
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Arc::new(move |request| {
        let mut service = service.clone();
        Box::pin(async move {
            let answered = match poll_fn(|cx| service.poll_ready(cx)).await {
                Ok(()) => service.call(request).await,
                Err(never) => match never {},
            };
            match answered {
                Ok(response) => response.map(Body::new),
                Err(never) => match never {},
            }
        })
    })
}
