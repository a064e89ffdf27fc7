//! One connection of the function: reads its requests and does what the script says.

use std::io::{self, Write};
use std::net::TcpStream;

use super::script::{At, Framing, Poll, Posting};
use super::wire::{self, Request};
use super::{LARGEST, Shared};

/// Serves requests until the connection is to end.
pub(super) fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    while let Some((request, head)) = wire::peek(&stream)? {
        let goes_on = if request.method == "GET" {
            poll(&stream, shared, head)?
        } else {
            post(&stream, shared, request, head)?
        };
        if !goes_on {
            break;
        }
    }
    Ok(())
}

/// Answers a poll; false if the connection ends with it.
fn poll(mut stream: &TcpStream, shared: &Shared, head: usize) -> io::Result<bool> {
    match next(shared) {
        None => Ok(false),
        Some(Poll::Hand(event)) => {
            wire::take(stream, head)?;
            for piece in wire::event(&event) {
                stream.write_all(&piece)?;
            }
            Ok(!matches!(
                event.framing,
                Framing::UntilClose | Framing::ThenClose
            ))
        }
        Some(Poll::Status(status, body)) => {
            wire::take(stream, head)?;
            stream.write_all(&wire::answer(status, body))?;
            Ok(true)
        }
        Some(Poll::Cut { after, reset }) => {
            // what is left unread makes the end a reset
            wire::take(stream, head - usize::from(reset))?;
            let answer = coming(shared);
            // short of the last byte: what came whole would be served
            let most = answer.len().saturating_sub(1);
            stream.write_all(&answer[..after.min(most)])?;
            Ok(false)
        }
        Some(Poll::Raw(bytes)) => {
            wire::take(stream, head)?;
            stream.write_all(bytes.as_bytes())?;
            Ok(false)
        }
    }
}

/// Waits for what becomes of a poll; `None` at the end of the test.
fn next(shared: &Shared) -> Option<Poll> {
    let mut state = shared.lock();
    state.polled += 1;
    state.waiting += 1;
    shared.changed.notify_all();
    state = shared
        .changed
        .wait_while(state, |state| {
            state.polls.is_empty() && state.current.is_none() && !state.over
        })
        .unwrap();
    state.waiting -= 1;
    if let Some(event) = &state.current {
        return Some(Poll::Hand(event.clone()));
    }
    let poll = state.polls.pop_front()?;
    if let Poll::Hand(event) = &poll {
        state.current = Some(event.clone());
    }
    Some(poll)
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

/// Reads and answers a post; false if the connection ends with it.
fn post(
    mut stream: &TcpStream,
    shared: &Shared,
    mut request: Request,
    head: usize,
) -> io::Result<bool> {
    let posting = shared
        .change(|state| state.posts.pop_front())
        .unwrap_or(Posting::Ruled);
    let length = request.length();
    if let Posting::Cut { at, reset } = posting {
        let unread = usize::from(reset);
        match at {
            At::Nothing => return Ok(false),
            At::Head => drop(wire::take(stream, head - unread)?),
            At::Everything | At::HalfAnswer => {
                wire::take(stream, head)?;
                request.body = wire::take(stream, length - unread)?;
                request.is_whole = true;
            }
        }
        if at == At::HalfAnswer {
            stream.write_all(b"HTTP/1.1 202 Acc")?;
        }
        record(shared, request, 0);
        return Ok(false);
    }
    wire::take(stream, head)?;
    let limit = match posting {
        Posting::Limited(limit) => limit,
        _ => LARGEST,
    };
    if length > limit {
        record(shared, request, 413);
        let text = error(
            "RequestEntityTooLarge",
            "Exceeded maximum allowed payload size",
        );
        stream.write_all(&wire::answer(413, &text))?;
        return Ok(false);
    }
    let body = if matches!(posting, Posting::Held) {
        let held = shared.change(|state| {
            state.held += 1;
            state.held
        });
        shared.wait(|state| (state.over || state.released >= held).then_some(()));
        wire::take_slowly(stream, length)
    } else {
        wire::take(stream, length)
    };
    match body {
        Ok(body) => request.body = body,
        Err(error) => {
            record(shared, request, 0);
            return Err(error);
        }
    }
    request.is_whole = true;
    let (status, text) = match posting {
        Posting::Status(status, text) => (status, text.to_owned()),
        _ => ruled(shared, &request),
    };
    record(shared, request, status);
    stream.write_all(&wire::answer(status, &text))?;
    Ok(true)
}

/// What the service answers to a whole post.
fn ruled(shared: &Shared, request: &Request) -> (u16, String) {
    let ok = (202, r#"{"status":"OK"}"#.to_owned());
    let Some((id, _)) = request.invocation() else {
        return ok;
    };
    match &shared.lock().current {
        Some(event) if event.id == id => ok,
        _ => (400, error("InvalidRequestID", "Invalid request ID")),
    }
}

fn error(kind: &str, message: &str) -> String {
    format!(r#"{{"errorMessage":"{message}","errorType":"{kind}"}}"#)
}

/// Keeps a request; whatever it was answered with, its invocation is over.
fn record(shared: &Shared, mut request: Request, status: u16) {
    request.status = status;
    shared.change(|state| {
        let id = request.invocation().map(|(id, _)| id);
        if state.current.as_ref().map(|event| &event.id) == id.as_ref() {
            state.current = None;
        }
        state.received.push(request);
    });
}
