//! What somebody who runs the service alone can ask of it: faults to come, and what was received.
//!
//! `POST /_/script` with lines like `poll status 403`, `poll cut 12 reset`, `post status 500`, `post cut head`,
//! `post cut body 100 reset`, `post slow`, `post limited 1000`, `timeout ID`, `restore`, `restore cut`;
//! `GET /_/received` for the posts so far.

use serde_json::json;

use crate::request::Request;
use crate::script::{At, Poll, Posting, Restored};
use crate::state::{Shared, State};

/// All paths of this kind begin with it.
pub const PATH: &str = "/_/";

pub(crate) fn answer(shared: &Shared, request: &Request) -> (u16, String) {
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/_/script") => {
            let script = String::from_utf8_lossy(&request.body).into_owned();
            let wrong = shared.change(|state| {
                script
                    .lines()
                    .find(|line| obey(state, line).is_none())
                    .map(str::to_owned)
            });
            match wrong {
                None => (200, r#"{"status":"OK"}"#.to_owned()),
                Some(line) => (400, json!({ "notUnderstood": line }).to_string()),
            }
        }
        ("GET", "/_/received") => {
            let state = shared.lock();
            let requests = state.received.iter().map(|request| {
                json!({
                    "path": request.path,
                    "status": request.status,
                    "isWhole": request.is_whole,
                    "bytes": request.body.len(),
                })
            });
            (200, requests.collect::<serde_json::Value>().to_string())
        }
        _ => (404, "{}".to_owned()),
    }
}

/// Does what a line says; `None` if it is not understood.
fn obey(state: &mut State, line: &str) -> Option<()> {
    let words: Vec<_> = line.split_whitespace().collect();
    let (words, reset) = match words.split_last() {
        Some((&"reset", words)) => (words, true),
        _ => (&words[..], false),
    };
    match *words {
        [] => {}
        ["poll", "status", status] => {
            state
                .polls
                .push_back(Poll::Status(status.parse().ok()?, "{}"));
        }
        ["poll", "cut", after] => state.polls.push_back(Poll::Cut {
            after: after.parse().ok()?,
            reset,
        }),
        ["post", ref words @ ..] => state.posts.push_back(posting(words, reset)?),
        ["timeout", id] => state.rules.time_out(id),
        ["restore"] => state.restored = Some(Restored::Answered),
        ["restore", "cut"] => state.restored = Some(Restored::Cut),
        _ => return None,
    }
    Some(())
}

fn posting(words: &[&str], reset: bool) -> Option<Posting> {
    let at = match *words {
        ["ruled"] => return Some(Posting::Ruled),
        ["slow"] => return Some(Posting::Slow),
        ["status", status] => return Some(Posting::Status(status.parse().ok()?, "{}")),
        ["limited", bytes] => return Some(Posting::Limited(bytes.parse().ok()?)),
        ["cut", "nothing"] => At::Nothing,
        ["cut", "head"] => At::Head,
        ["cut", "body", bytes] => At::Body(bytes.parse().ok()?),
        ["cut", "everything"] => At::Everything,
        ["cut", "half-answer"] => At::HalfAnswer,
        _ => return None,
    };
    Some(Posting::Cut { at, reset })
}
