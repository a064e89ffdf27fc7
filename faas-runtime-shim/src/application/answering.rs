//! The future of an HTTP answer, with a name so that a server need not box it.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{self, Poll};

use axum::body::Body;
use axum::routing::future::RouteFuture;
use futures_util::future::BoxFuture;
use http::Response;
use pin_project_lite::pin_project;

pin_project! {
    /// The future of an HTTP answer.
    pub struct Answering {
        #[pin]
        way: Way,
    }
}

pin_project! {
    #[project = WayProjection]
    enum Way {
        Routed {
            #[pin]
            route: RouteFuture<Infallible>,
        },
        Beside {
            answer: BoxFuture<'static, Response<Body>>,
        },
    }
}

impl Answering {
    pub(super) fn routed(route: RouteFuture<Infallible>) -> Self {
        Self {
            way: Way::Routed { route },
        }
    }

    /// Answers what no route takes.
    pub(crate) fn beside(answer: impl Future<Output = Response<Body>> + Send + 'static) -> Self {
        Self {
            way: Way::Beside {
                answer: Box::pin(answer),
            },
        }
    }
}

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering").finish_non_exhaustive()
    }
}

impl Future for Answering {
    type Output = Response<Body>;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Response<Body>> {
        match self.project().way.project() {
            WayProjection::Routed { route } => route.poll(cx).map(|answer| match answer {
                Ok(response) => response,
                Err(never) => match never {},
            }),
            WayProjection::Beside { answer } => answer.as_mut().poll(cx),
        }
    }
}
