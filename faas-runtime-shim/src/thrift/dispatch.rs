//! One message on its way to its service, through the application's door, and the answer on its way back.
//!
//! What brings messages gives them to [`dispatch`] one by one, awaits [`Dispatched`], and sends the bytes that come out of it
//! as they are.

use std::future::ready;
use std::pin::Pin;
use std::task::{self, Poll};

use bytes::BytesMut;

use super::message::Question;
use super::services::Unclear;
use super::wire::{self, Frame, Header, Kind, Malformed, number};
use super::{Answer, Call, Fault};
use crate::application::Application;
use crate::application::guard::Guard;
use crate::invocation::{Context, Facts, InvocationId};
use crate::trace::TraceContext;

/// A message, with what is known of it beside its bytes.
pub(crate) struct Incoming<'a> {
    pub(crate) facts: Facts,
    pub(crate) frame: Frame,
    /// Where it was sent, if there is more than one place.
    pub(crate) place: Option<&'a str>,
    /// An empty buffer whose room the answer may take.
    pub(crate) room: BytesMut,
}

/// Takes a message to its service.
///
/// # Errors
///
/// Fails if not even the head of the message can be read: nobody knows how to answer it.
pub(crate) fn dispatch(
    application: &Application,
    incoming: Incoming<'_>,
) -> Result<Dispatched, Malformed> {
    let Incoming {
        facts,
        frame: Frame {
            framing,
            payload,
            header,
        },
        place,
        room,
    } = incoming;
    let services = application.thrift();
    let mut is_plain = false;
    let (head, args) = wire::read_head_of(&payload, |name| {
        let known = services?.known(name);
        is_plain = known.is_some();
        known
    })?;
    let (question, service) = match is_plain {
        true => (Question::plain(head, framing), None),
        false => Question::new(head, framing),
    };
    let head = &question.head;
    let mut oneway = match head.kind {
        Kind::Call => false,
        Kind::OneWay => true,
        Kind::Reply | Kind::Exception => {
            return Ok(Dispatched::refused(question, false, Fault::no_call()));
        }
    };
    let found = services.ok_or(Unclear::Unknown).and_then(|services| {
        let picked = services.pick(service.as_deref(), &head.name, place)?;
        Ok((picked, services.limits()))
    });
    let (picked, limits) = match found {
        Ok(found) => found,
        Err(unclear) => {
            let fault = match unclear {
                Unclear::Unknown => Fault::unknown_method(&head.name),
                Unclear::Ambiguous { one, other } => Fault::ambiguous(&head.name, one, other),
            };
            return Ok(Dispatched::refused(question, oneway, fault));
        }
    };
    oneway |= picked.oneway;
    // many of them may wait at once, and none is answered
    let room = if oneway { BytesMut::new() } else { room };
    let mut within = picked.timeout;
    let facts = match header {
        None => facts,
        Some(header) => {
            let callers = header.timeout();
            within = within.into_iter().chain(callers).min();
            told(&header, facts)
        }
    };
    let context = Context::new(application.clone(), facts);
    let service = picked.entry.service.clone();
    let call = Call::new(question.clone(), args, limits, room);
    let enter = move |parts: Result<_, _>| match parts {
        Ok(_) => service.call(call),
        Err(error) => Box::pin(ready(call.fault(Fault::from(error)))),
    };
    let stage = match application.call(picked.entry.function, context, within, enter) {
        Ok(guard) => Stage::Running(guard),
        Err(_) => Stage::Refused(Some(Answer::fault(Fault::overloaded()))),
    };
    Ok(Dispatched {
        question,
        oneway,
        stage,
    })
}

/// Adds what a header tells to what is known of the connection.
fn told(header: &Header, facts: Facts) -> Facts {
    let trace = header
        .text("traceparent")
        .and_then(|value| TraceContext::parse_traceparent(value.as_bytes()))
        .map(|trace| match header.text("tracestate") {
            Some(state) => trace.with_tracestate(state),
            None => trace,
        });
    let is_id = |id: &&str| {
        id.len() <= LONGEST_ID && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let id = header.number(number::LOG_ID).filter(is_id);
    Facts {
        id: id.map_or(facts.id, InvocationId::given),
        trace: trace.or(facts.trace),
        ..facts
    }
}

/// CloudWeGo's log ids have about fifty characters; a longer text is none, and would stand in every line of the log.
const LONGEST_ID: usize = 128;

/// A message at its service; awaiting it gives what the client gets, in the framing of its message: nothing if it waits for
/// nothing.
pub(crate) struct Dispatched {
    question: Question,
    oneway: bool,
    stage: Stage,
}

enum Stage {
    Running(Guard<Answer>),
    Refused(Option<Answer>),
}

impl Dispatched {
    fn refused(question: Question, oneway: bool, fault: Fault) -> Self {
        Self {
            question,
            oneway,
            stage: Stage::Refused(Some(Answer::fault(fault))),
        }
    }

    /// Tells whether nobody waits for the answer.
    #[cfg(any(feature = "host", test))]
    pub(crate) fn is_oneway(&self) -> bool {
        self.oneway
    }
}

impl Future for Dispatched {
    type Output = Option<BytesMut>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let answer = match &mut this.stage {
            Stage::Running(guard) => task::ready!(Pin::new(guard).poll(cx)),
            Stage::Refused(answer) => match answer.take() {
                Some(answer) => answer,
                // polled again after it was ready, which no executor does
                None => return Poll::Pending,
            },
        };
        Poll::Ready(if this.oneway {
            None
        } else {
            answer.into_bytes(&this.question)
        })
    }
}
