//! Polls: each waits until there is something for it.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Conversation;
use crate::request::Request;
use crate::rules::Refusal;
use crate::script::{Event, Framing, Poll};
use crate::state::{Shared, State};
use crate::wire;

/// Polls of clients that are gone need a moment to be noticed.
const GONE: Duration = Duration::from_millis(500);

/// Answers a poll; false if the connection ends with it.
pub(super) fn serve(line: Conversation<'_>, request: &Request) -> io::Result<bool> {
    let Conversation {
        mut stream,
        shared,
        head,
    } = line;
    match next(stream, shared, request) {
        Err(refusal) => {
            line.take_head()?;
            line.write(refusal.status, &refusal.text())?;
            Ok(true)
        }
        Ok(None) => Ok(false),
        Ok(Some(Poll::Hand(event))) => {
            line.take_head()?;
            for piece in wire::event(&event) {
                stream.write_all(&piece)?;
            }
            Ok(!matches!(
                event.framing,
                Framing::UntilClose | Framing::ThenClose
            ))
        }
        Ok(Some(Poll::Status(status, body))) => {
            line.take_head()?;
            line.write(status, body)?;
            Ok(true)
        }
        Ok(Some(Poll::Cut { after, reset })) => {
            // what is left unread makes the end a reset
            wire::take(stream, head - usize::from(reset))?;
            let answer = coming(shared);
            // short of the last byte: what came whole would be served
            let most = answer.len().saturating_sub(1);
            stream.write_all(&answer[..after.min(most)])?;
            Ok(false)
        }
        Ok(Some(Poll::Raw(bytes))) => {
            line.take_head()?;
            stream.write_all(bytes.as_bytes())?;
            Ok(false)
        }
    }
}

/// Waits for what becomes of a poll; `None` at the end of the test, or when nobody is there any more.
fn next(stream: &TcpStream, shared: &Shared, request: &Request) -> Result<Option<Poll>, Refusal> {
    let mut state = shared.lock();
    state.polled += 1;
    state.polled_on = request.connection;
    let mut asked = ask(&mut state);
    if asked.is_err() && state.rules.is_managed() {
        // those that wait look whether they still do
        shared.changed.notify_all();
        let (left, _) = shared
            .changed
            .wait_timeout_while(state, GONE, |state| {
                asked = ask(state);
                asked.is_err() && !state.over
            })
            .unwrap();
        state = left;
    }
    asked?;
    state.waiting += 1;
    shared.changed.notify_all();
    let mut gone = false;
    state = shared
        .changed
        .wait_while(state, |state| {
            gone = state.rules.is_managed() && wire::is_gone(stream);
            !gone && !state.over && !is_there(state)
        })
        .unwrap();
    state.waiting -= 1;
    if gone {
        drop(state);
        shared.changed.notify_all();
        return Ok(None);
    }
    if let Some(event) = state.rules.again().cloned() {
        state.handed += 1;
        return Ok(Some(Poll::Hand(event)));
    }
    let mut poll = state.polls.pop_front();
    if let Some(Poll::Hand(event)) = &mut poll {
        if state.rules.is_managed() {
            *event = with_all_headers(std::mem::replace(event, Event::new("")));
        }
        state.rules.hand(event);
        state.handed += 1;
        // extensions may be told of it
        shared.changed.notify_all();
    }
    Ok(poll)
}

fn ask(state: &mut State) -> Result<(), Refusal> {
    let waiting = state.waiting;
    state.rules.poll(waiting)
}

/// The init phase ends when every extension waits for an event too.
fn is_there(state: &State) -> bool {
    state.rules.extensions.are_ready() && (!state.polls.is_empty() || state.rules.again().is_some())
}

/// In managed instances these are sent in any case, so maybe empty.
fn with_all_headers(mut event: Event) -> Event {
    for name in [
        "Lambda-Runtime-Trace-Id",
        "Lambda-Runtime-Client-Context",
        "Lambda-Runtime-Cognito-Identity",
    ] {
        let there = event
            .headers
            .iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name));
        if !there {
            event = event.header(name, "");
        }
    }
    event
}

/// The answer with the next event of the script.
fn coming(shared: &Shared) -> Vec<u8> {
    let event = |poll: &Poll| match poll {
        Poll::Hand(event) => Some(wire::event(&event.clone().framed(Framing::BySize)).concat()),
        Poll::Status(..) | Poll::Cut { .. } | Poll::Raw(_) => None,
    };
    let state = shared.lock();
    state.polls.iter().find_map(event).unwrap_or_default()
}
