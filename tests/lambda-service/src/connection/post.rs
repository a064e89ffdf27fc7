//! Posts: read as far as the script says, then answered.

use std::io::{self, Write};

use super::Conversation;
use crate::request::Request;
use crate::rules::Refusal;
use crate::script::{At, Posting};
use crate::wire::{self, Body};

/// How a body was read.
enum Read {
    Whole,
    /// To the point where a script stops.
    Stopped,
    TooLarge,
}

/// Reads and answers a post; false if the connection ends with it.
pub(super) fn serve(line: Conversation<'_>, mut request: Request) -> io::Result<bool> {
    let Conversation { shared, head, .. } = line;
    let posting = shared.change(|state| state.posting(&request));
    if let Posting::Cut {
        at: At::Nothing, ..
    } = posting
    {
        return Ok(false);
    }
    let begun = shared.change(|state| state.rules.begin(&request));
    if let Posting::Cut { at, reset } = posting {
        // what is left unread makes the end a reset
        let unread = usize::from(reset);
        if at == At::Head {
            drop(wire::take(line.stream, head - unread)?);
        } else {
            line.take_head()?;
            cut_off(line, &mut request, at, unread)?;
        }
        record(line, request, 0);
        return Ok(false);
    }
    line.take_head()?;
    if let (Err(refusal), false) = (&begun, matches!(posting, Posting::Status(..))) {
        return refuse(line, request, refusal);
    }
    match read(line, &mut request, posting) {
        Ok(Read::Whole) => request.is_whole = true,
        Ok(Read::Stopped) => return Ok(false),
        Ok(Read::TooLarge) => {
            record(line, request, Refusal::LARGE.status);
            line.write(Refusal::LARGE.status, &Refusal::LARGE.text())?;
            return Ok(false);
        }
        Err(error) => {
            if shared.lock().rules.is_managed() {
                // whoever ended only its own side still hears of it
                let _ = line.write(Refusal::TRUNCATED.status, &Refusal::TRUNCATED.text());
            }
            record(line, request, 0);
            return Err(error);
        }
    }
    let (status, text) = match posting {
        Posting::Status(status, text) => (status, text.to_owned()),
        _ => (202, r#"{"status":"OK"}"#.to_owned()),
    };
    match record(line, request, status) {
        None => line.write(status, &text)?,
        Some(refusal) => line.write(refusal.status, &refusal.text())?,
    }
    Ok(true)
}

/// Answers before the body is read, if that is long or of unknown length; what is left unread ends the connection.
fn refuse(line: Conversation<'_>, mut request: Request, refusal: &Refusal) -> io::Result<bool> {
    const DRAINED: usize = 256 * 1024;
    let short = !request.is_chunked() && request.length() <= DRAINED;
    if short {
        read(line, &mut request, Posting::Ruled)?;
        request.is_whole = true;
    }
    request.status = refusal.status;
    line.shared.change(|state| state.received.push(request));
    line.write(refusal.status, &refusal.text())?;
    Ok(short)
}

/// Reads what is read before a script ends the connection.
fn cut_off(
    mut line: Conversation<'_>,
    request: &mut Request,
    at: At,
    unread: usize,
) -> io::Result<()> {
    let length = request.length();
    let mut body = Body::of(request, line.stream);
    let most = match at {
        At::Body(most) => most,
        _ if request.is_chunked() => usize::MAX,
        _ => {
            request.body = wire::take(line.stream, length - unread)?;
            usize::MAX
        }
    };
    while request.body.len() < most && !body.is_over {
        let piece = (most - request.body.len()).min(usize::MAX >> 1);
        if !request.is_chunked() && request.body.len() + unread >= length {
            break;
        }
        body.read(piece, request)?;
    }
    request.is_whole = matches!(at, At::Everything | At::HalfAnswer);
    if at == At::HalfAnswer {
        line.stream.write_all(b"HTTP/1.1 202 Acc")?;
    }
    Ok(())
}

fn read(line: Conversation<'_>, request: &mut Request, posting: Posting) -> io::Result<Read> {
    const SMALL: usize = 4096;
    const LARGE: usize = 256 * 1024;
    let shared = line.shared;
    let limit = match posting {
        Posting::Limited(limit) => limit,
        _ => shared.lock().rules.limit(request),
    };
    if request.length() > limit {
        return Ok(Read::TooLarge);
    }
    if posting == Posting::Held {
        let held = shared.change(|state| {
            state.held += 1;
            state.held
        });
        drop(shared.wait_until(|state| state.released >= held));
    }
    let id = request.invocation().map(|(id, _)| id).unwrap_or_default();
    let metered = match posting {
        Posting::Metered(quota) => {
            shared.change(|state| state.quota.insert(id.clone(), quota));
            true
        }
        _ => false,
    };
    let observed = metered || request.is_streamed();
    let piece = match posting {
        Posting::Slow => SMALL,
        _ => LARGE,
    };
    let mut body = Body::of(request, line.stream);
    while !body.is_over {
        let mut most = piece;
        if metered {
            let state = shared.wait_until(|state| state.quota[&id] > request.body.len());
            if state.over {
                return Ok(Read::Stopped);
            }
            most = most.min(state.quota[&id] - request.body.len());
        }
        let from = request.body.len();
        body.read(most, request)?;
        if observed {
            let come = request.body[from..].to_vec();
            shared.change(|state| state.arriving.entry(id.clone()).or_default().extend(come));
        }
        if request.body.len() > limit {
            return Ok(Read::TooLarge);
        }
    }
    Ok(Read::Whole)
}

/// Keeps a request; whatever it was answered with, its invocation is over. Returns what is to be said instead if it was before.
fn record(line: Conversation<'_>, mut request: Request, status: u16) -> Option<Refusal> {
    request.status = status;
    line.shared.change(|state| {
        let ended = match request.invocation() {
            Some((id, end)) => {
                let ended = state.rules.end(&id, end == "error");
                state.arriving.remove(&id);
                state.quota.remove(&id);
                if let Some(caller) = state.callers.get_mut(&id) {
                    *caller = Some(request.clone());
                }
                ended
            }
            // nobody is served any more
            None => {
                for caller in state.callers.values_mut() {
                    *caller = Some(request.clone());
                }
                Ok(())
            }
        };
        if let Err(refusal) = &ended {
            request.status = refusal.status;
        }
        state.received.push(request);
        ended.err()
    })
}
