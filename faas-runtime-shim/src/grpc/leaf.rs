//! The end of a gRPC route: a native call becomes an invocation of its function.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use axum::body::Body;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, Response};
use tonic::{Code, Status};

use super::answer::CallAnswer;
use super::failure;
use super::status::GRPC_STATUS;
use super::timeout::{self, GRPC_TIMEOUT};
use crate::application::bounds::{Bounds, Fault};
use crate::application::guard::Guard;
use crate::function::{Calls, MethodLimits};
use crate::invocation::Parts;

/// One function behind its route.
pub(super) struct Leaf {
    index: usize,
    methods: &'static [MethodLimits],
    /// Whose callers send streams of messages; nobody knows of a service without descriptors.
    streams: Option<Box<[Box<str>]>>,
    entry: Entry,
}

/// What a function calls.
pub(super) enum Entry {
    Service(Calls),
    Method(fn(Request<Body>) -> BoxFuture<'static, Response<Body>>),
}

impl Leaf {
    pub(super) fn new(
        index: usize,
        methods: &'static [MethodLimits],
        streams: Option<Box<[Box<str>]>>,
        entry: Entry,
    ) -> Self {
        Self {
            index,
            methods,
            streams,
            entry,
        }
    }

    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// Takes a native call to the function.
    pub(super) fn call(self: &Arc<Self>, mut request: Request<Body>) -> Calling {
        let Some(context) = request.extensions().get::<Parts>().map(Parts::context) else {
            return Calling::refused(&Status::internal("no application serves this call"));
        };
        let context = context.clone();
        let callers = request.headers().get(GRPC_TIMEOUT).map(timeout::parse);
        let within = match callers.transpose() {
            Ok(callers) => self.shorter(callers, request.uri().path()),
            Err(error) => return Calling::refused(&Status::internal(error.to_string())),
        };
        let bounds = request.extensions().get::<Bounds>().cloned();
        if let Some(bounds) = &bounds {
            // a message has a largest size of its own, and a stream of them may last
            match self.may_stream(request.uri().path()) {
                true => bounds.await_messages(),
                false => bounds.lift(),
            }
        }
        // where methods are given a request, they find the context in it
        request.extensions_mut().insert(context.clone());
        let application = context.application().clone();
        let leaf = Arc::clone(self);
        let call = move |parts: Result<Parts, _>| -> BoxFuture<'static, CallAnswer> {
            match parts {
                Ok(_) => Box::pin(
                    leaf.enter(request)
                        .map(move |answer| CallAnswer(explained(answer, bounds.as_ref()))),
                ),
                Err(error) => Box::pin(ready(CallAnswer(failure::refused(&failure::of(error))))),
            }
        };
        match application.call(self.index, context, within, call) {
            Ok(guard) => Calling::Guarded(guard),
            Err(wait) => Calling::refused(&failure::overloaded(wait)),
        }
    }

    fn enter(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        match &self.entry {
            Entry::Service(calls) => calls(request),
            Entry::Method(call) => call(request),
        }
    }

    fn may_stream(&self, path: &str) -> bool {
        match &self.streams {
            Some(streams) if streams.is_empty() => false,
            Some(streams) => streams.iter().any(|method| path.ends_with(&**method)),
            None => true,
        }
    }

    /// How long a call may take: as the caller says, but no longer than the method may.
    fn shorter(&self, callers: Option<Duration>, path: &str) -> Option<Duration> {
        if self.methods.is_empty() {
            return callers;
        }
        let method = path.rsplit('/').next().unwrap_or_default();
        let own = MethodLimits::timeout(self.methods, method);
        match (callers, own) {
            (Some(callers), Some(own)) => Some(callers.min(own)),
            (callers, own) => callers.or(own),
        }
    }
}

/// What reads messages can only say that they broke off: here is known why.
fn explained(answer: Response<Body>, bounds: Option<&Bounds>) -> Response<Body> {
    let is_late = bounds.is_some_and(|bounds| bounds.fault() == Some(Fault::Late));
    let has_failed = |code: &HeaderValue| Code::from_bytes(code.as_bytes()) != Code::Ok;
    match is_late && answer.headers().get(GRPC_STATUS).is_some_and(has_failed) {
        true => failure::refused(&Status::unavailable("the messages did not arrive in time")),
        false => answer,
    }
}

/// The answer of a native call in the making.
pub(super) enum Calling {
    Guarded(Guard<CallAnswer>),
    Boxed(BoxFuture<'static, Response<Body>>),
    Ready(Option<Box<Response<Body>>>),
}

impl Calling {
    pub(super) fn refused(status: &Status) -> Self {
        Self::ready(failure::refused(status))
    }

    pub(super) fn ready(response: Response<Body>) -> Self {
        Self::Ready(Some(Box::new(response)))
    }
}

impl Future for Calling {
    type Output = Response<Body>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Response<Body>> {
        match &mut *self {
            Self::Guarded(guard) => Pin::new(guard).poll(cx).map(|answer| answer.0),
            Self::Boxed(answer) => answer.as_mut().poll(cx),
            Self::Ready(response) => match response.take() {
                Some(response) => Poll::Ready(*response),
                None => Poll::Pending,
            },
        }
    }
}
