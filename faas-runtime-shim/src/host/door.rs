//! The host's main port: events at the path that is set for them, every other request by its route.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Method, Request};

use super::events::{self, Intake};
use super::http::Service;
use crate::application::{Answering, Application};
use crate::clock::Clock;
use crate::cloudevents::decode::mode;
use crate::invocation::Facts;

/// Takes requests to the application.
#[derive(Clone)]
pub(super) struct Door {
    application: Application,
    head_timeout: Duration,
    events: Option<Arc<EventsPath>>,
}

struct EventsPath {
    path: Box<str>,
    intake: Intake,
}

impl Door {
    pub(super) fn new(
        application: Application,
        head_timeout: Duration,
        events: Option<&str>,
    ) -> Self {
        let events = events.map(|path| {
            Arc::new(EventsPath {
                path: path.into(),
                intake: Intake {
                    arrivals: |_, event| vec![events::arrival(event)],
                    // whoever reaches the port is a sender
                    trusts_sender: false,
                },
            })
        });
        Self {
            application,
            head_timeout,
            events,
        }
    }
}

/// A route at the same path keeps what is plainly no event.
fn may_be_event(request: &Request<Body>) -> bool {
    *request.method() == Method::POST || !matches!(mode(request.headers()), Ok(None))
}

impl Service for Door {
    type Answering = Answering;

    fn answer(&self, request: Request<Body>, peer: SocketAddr) -> Self::Answering {
        let mut facts = Facts {
            peer: Some(peer.ip()),
            ..Facts::default()
        };
        if let Some(events) = &self.events
            && *events.path == *request.uri().path()
            && may_be_event(&request)
        {
            let (events, application) = (Arc::clone(events), self.application.clone());
            return Answering::beside(async move {
                events.intake.answer(&application, facts, request).await
            });
        }
        facts.head_timeout = Some(self.head_timeout);
        self.application.http(facts, request)
    }

    fn clock(&self) -> Option<&dyn Clock> {
        Some(self.application.clock())
    }
}
