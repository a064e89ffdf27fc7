//! The future of an HTTP answer, with a name so that a server need not box it.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{self, Poll};

use axum::body::Body;
use axum::routing::future::RouteFuture;
use http::Response;
use pin_project_lite::pin_project;

pin_project! {
    /// The future of an HTTP answer.
    pub struct Answering {
        #[pin]
        route: RouteFuture<Infallible>,
    }
}

impl Answering {
    pub(super) fn new(route: RouteFuture<Infallible>) -> Self {
        Self { route }
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
        self.project().route.poll(cx).map(|answer| match answer {
            Ok(response) => response,
            Err(never) => match never {},
        })
    }
}
