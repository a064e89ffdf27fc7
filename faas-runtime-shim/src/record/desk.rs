//! Where the recordings of one recorder come together: begun at the door, handed over when they have ended, counted until they
//! are written.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use axum::body::{Body, HttpBody as _};
use futures_util::future::BoxFuture;
use http::{Method, Request};
use tokio::sync::Notify;

use super::Door;
use super::body::Reel;
use super::settings::Settings;
use super::tape::{Answered, Facing, Running, Tape};
use crate::application::{Answering, Application, Broken, FunctionIndex};
use crate::invocation::{Facts, Input, Outcome, Reply};

/// Where recordings come together.
pub(super) struct Desk {
    pub(super) settings: Settings,
    pub(super) sink: Box<dyn Sink>,
    /// The number of the next recording.
    pub(super) number: AtomicU64,
    /// How many have begun and are not written.
    open: AtomicUsize,
    /// How many of these have ended.
    ended: AtomicUsize,
    changed: Notify,
}

/// Who takes what was recorded.
pub(super) trait Sink: Send + Sync {
    fn take(&self, tape: Box<Tape>);
}

impl Desk {
    pub(super) fn new(settings: Settings, sink: Box<dyn Sink>) -> Self {
        Self {
            settings,
            sink,
            number: AtomicU64::new(0),
            open: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            changed: Notify::new(),
        }
    }

    async fn until_none(self: Arc<Self>, count: fn(&Self) -> &AtomicUsize) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if count(&self).load(Ordering::SeqCst) == 0 {
                return;
            }
            changed.await;
        }
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Door for Arc<Desk> {
    fn http(&self, application: &Application, facts: Facts, request: Request<Body>) -> Answering {
        let (head, body) = request.into_parts();
        let reel = Reel::new(self.settings.max_body.bytes());
        let facing = Facing::Http {
            head: Box::new(bare(&head)),
            body: reel.clone(),
        };
        let mut running = Running::begin(self, application, facts.clone(), facing);
        let is_head = head.method == Method::HEAD;
        let request = Request::from_parts(head, reel.follow(body));
        let answering = application.answer(facts, request, |context| running.known_by(context));
        Answering::beside(async move {
            let response = answering.await;
            let (head, body) = response.into_parts();
            running.answered(Answered::Response {
                status: head.status,
                headers: head.headers.clone(),
                failure: head.extensions.get().map(|Broken(kind)| *kind),
            });
            let reel = running.answer().filter(|_| !is_head);
            let body = match reel {
                Some(reel) if !body.is_end_stream() => reel.follow_to_its_end(body, running),
                _ => {
                    running.end();
                    body
                }
            };
            http::Response::from_parts(head, body)
        })
    }

    fn invoke(
        &self,
        application: &Application,
        function: FunctionIndex,
        facts: Facts,
        input: Input,
    ) -> BoxFuture<'static, Outcome> {
        let facing = Facing::Event(input.clone());
        let mut running = Running::begin(self, application, facts.clone(), facing);
        let state = application.state(function);
        running.for_function(state.name(), state.trigger_name());
        let done = application.guarded(function, facts, input);
        Box::pin(async move {
            let outcome = done.await;
            running.answered(Answered::Outcome(outcome.clone()));
            match (&outcome, running.answer()) {
                (
                    Ok(Reply {
                        stream: Some(stream),
                        ..
                    }),
                    Some(reel),
                ) => stream.map(|body| reel.follow_to_its_end(body, running)),
                _ => running.end(),
            }
            outcome
        })
    }

    fn written(&self) -> BoxFuture<'static, ()> {
        Box::pin(Arc::clone(self).until_none(|desk| &desk.ended))
    }

    fn idle(&self) -> BoxFuture<'static, ()> {
        Box::pin(Arc::clone(self).until_none(|desk| &desk.open))
    }
}

/// The head of a request without what servers have put beside it.
fn bare(head: &http::request::Parts) -> http::request::Parts {
    let mut bare = Request::new(());
    *bare.method_mut() = head.method.clone();
    *bare.uri_mut() = head.uri.clone();
    *bare.version_mut() = head.version;
    *bare.headers_mut() = head.headers.clone();
    bare.into_parts().0
}

/// A recording's place among those that are not written yet.
pub(super) struct Place {
    desk: Arc<Desk>,
    has_ended: bool,
}

impl Place {
    pub(super) fn of(desk: &Arc<Desk>) -> Self {
        desk.open.fetch_add(1, Ordering::SeqCst);
        Self {
            desk: Arc::clone(desk),
            has_ended: false,
        }
    }

    pub(super) fn is_handed_over(&mut self) {
        if !self.has_ended {
            self.has_ended = true;
            self.desk.ended.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.has_ended {
            self.desk.ended.fetch_sub(1, Ordering::SeqCst);
        }
        self.desk.open.fetch_sub(1, Ordering::SeqCst);
        self.desk.changed.notify_waiters();
    }
}
