//! One connection: reads its requests and does what the script says, else what the rules say.
//!
//! Here are the routes; `poll` and `post` are the two that a script can break.

mod poll;
mod post;

use std::io::{self, Write};
use std::net::TcpStream;

use crate::control;
use crate::metadata;
use crate::request::Request;
use crate::rules::Refusal;
use crate::script::{Event, Poll, Restored};
use crate::state::Shared;
use crate::wire::{self, Body};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const IDENTIFIER: &str = "Lambda-Extension-Identifier";

/// Serves requests until the connection is to end.
pub(crate) fn serve(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let connection = shared.change(|state| state.connected(stream));
    let served = requests(stream, shared, connection);
    shared.change(|state| state.disconnected(connection));
    served
}

fn requests(stream: &TcpStream, shared: &Shared, connection: usize) -> io::Result<()> {
    while let Some((mut request, head)) = wire::peek(stream)? {
        request.connection = connection;
        let line = Conversation {
            stream,
            shared,
            head,
        };
        if !line.route(request)? {
            break;
        }
    }
    Ok(())
}

/// A request whose head is still in the socket, and who waits for its answer.
#[derive(Clone, Copy)]
struct Conversation<'a> {
    stream: &'a TcpStream,
    shared: &'a Shared,
    head: usize,
}

impl Conversation<'_> {
    /// Does what the path says; false if the connection ends with it.
    fn route(self, request: Request) -> io::Result<bool> {
        let path = request.path.clone();
        // emulators put a path before it
        let from = ["/2015-", "/2018-", "/2020-", "/2022-", "/2026-"]
            .into_iter()
            .find_map(|version| path.find(version));
        let path = &path[from.unwrap_or(0)..];
        let (has_restores, refused) = {
            let state = self.shared.lock();
            (state.rules.has_restores(), state.refused(path))
        };
        if let Some(status) = refused {
            return self.aside(request, |_, _| {
                Some((status, r#"{"errorType":"Test.Refused"}"#.into()))
            });
        }
        match (request.method.as_str(), path) {
            ("GET", "/2018-06-01/runtime/invocation/next") => poll::serve(self, &request),
            ("POST", "/2018-06-01/runtime/init/error") => post::serve(self, request),
            ("GET", "/2018-06-01/runtime/restore/next") if has_restores => self.restore(request),
            ("POST", "/2018-06-01/runtime/restore/error") if has_restores => {
                post::serve(self, request)
            }
            ("POST", _) if is_answer(path) => post::serve(self, request),
            ("GET", "/2018-06-01/ping") => self.aside(request, |_, _| Some((200, "pong".into()))),
            ("POST", "/2020-01-01/extension/register") => self.register(request),
            ("GET", "/2020-01-01/extension/event/next") => self.park(request),
            ("POST", "/2020-01-01/extension/init/error") => self.extension_failed(request, true),
            ("POST", "/2020-01-01/extension/exit/error") => self.extension_failed(request, false),
            ("PUT", "/2022-07-01/telemetry") => self.aside(request, |_, _| {
                let refusal = Refusal::new(202, "Telemetry.NotSupported", "not supported");
                Some((refusal.status, refusal.text()))
            }),
            ("GET", metadata::PATH) => self.aside(request, |shared, request| {
                metadata::answer(&shared.lock(), request)
            }),
            ("POST", _) if path.starts_with("/2015-03-31/functions/") => self.invoke(request),
            (_, _) if path.starts_with(control::PATH) => self.aside(request, |shared, request| {
                Some(control::answer(shared, request))
            }),
            _ => self.aside(request, |_, _| Some((404, "404 page not found\n".into()))),
        }
    }

    fn take_head(self) -> io::Result<()> {
        wire::take(self.stream, self.head).map(drop)
    }

    /// Reads a request that no script touches.
    fn take(self, request: &mut Request) -> io::Result<()> {
        self.take_head()?;
        let mut body = Body::of(request, self.stream);
        while !body.is_over {
            body.read(usize::MAX >> 1, request)?;
        }
        request.is_whole = true;
        Ok(())
    }

    fn write(mut self, status: u16, text: &str) -> io::Result<()> {
        let answer = wire::answer(status, &[JSON], text.as_bytes());
        self.stream.write_all(&answer)
    }

    /// Keeps a request and answers it; an answer of `None` ends the connection.
    fn aside(
        self,
        mut request: Request,
        answer: impl FnOnce(&Shared, &Request) -> Option<(u16, String)>,
    ) -> io::Result<bool> {
        self.take(&mut request)?;
        let answer = answer(self.shared, &request);
        request.status = answer.as_ref().map_or(0, |(status, _)| *status);
        self.note(request);
        let Some((status, text)) = answer else {
            return Ok(false);
        };
        self.write(status, &text)?;
        Ok(true)
    }

    fn note(self, request: Request) {
        if !request.path.starts_with(control::PATH) {
            self.shared.change(|state| state.asides.push(request));
        }
    }

    fn refuse(self, mut request: Request, refusal: &Refusal) -> io::Result<bool> {
        request.status = refusal.status;
        self.note(request);
        self.write(refusal.status, &refusal.text())?;
        Ok(true)
    }

    fn register(mut self, mut request: Request) -> io::Result<bool> {
        self.take(&mut request)?;
        let name = request.header("lambda-extension-name");
        let registered = self
            .shared
            .change(|state| state.rules.extensions.register(&name, &request.body));
        let id = match registered {
            Ok(id) => id,
            Err(refusal) => return self.refuse(request, &refusal),
        };
        request.status = 200;
        self.note(request);
        let body = r#"{"functionName":"probe","functionVersion":"$LATEST","handler":""}"#;
        let answer = wire::answer(200, &[JSON, (IDENTIFIER, &id)], body.as_bytes());
        self.stream.write_all(&answer)?;
        Ok(true)
    }

    /// Keeps an extension waiting, until there is an event for it or the test is over.
    fn park(mut self, mut request: Request) -> io::Result<bool> {
        self.take(&mut request)?;
        let id = request.header(IDENTIFIER);
        let asked = self.shared.change(|state| {
            let asked = state.rules.extensions.next(Some(&id));
            state.parked += usize::from(asked.is_ok());
            asked
        });
        if let Err(refusal) = asked {
            return self.refuse(request, &refusal);
        }
        self.note(request);
        let mut told = None;
        let mut state = self
            .shared
            .changed
            .wait_while(self.shared.lock(), |state| {
                told = state.rules.extensions.told(&id);
                told.is_none() && !state.over
            })
            .unwrap();
        state.parked -= 1;
        drop(state);
        let Some(invocation) = told else {
            return Ok(false);
        };
        let event = format!(
            r#"{{"eventType":"INVOKE","deadlineMs":0,"requestId":"{invocation}","invokedFunctionArn":""}}"#
        );
        let answer = wire::answer(
            200,
            &[JSON, ("Lambda-Extension-Event-Identifier", &invocation)],
            event.as_bytes(),
        );
        self.stream.write_all(&answer)?;
        Ok(true)
    }

    fn extension_failed(self, mut request: Request, at_start: bool) -> io::Result<bool> {
        self.take(&mut request)?;
        let id = request.header(IDENTIFIER);
        let kind = request.header("lambda-extension-function-error-type");
        let told = self
            .shared
            .change(|state| state.rules.extensions.failed(Some(&id), &kind, at_start));
        match told {
            Ok(()) => self.aside_taken(request, 202, r#"{"status":"OK"}"#),
            Err(refusal) => self.refuse(request, &refusal),
        }
    }

    fn aside_taken(self, mut request: Request, status: u16, text: &str) -> io::Result<bool> {
        request.status = status;
        self.note(request);
        self.write(status, text)?;
        Ok(true)
    }

    /// Keeps the runtime waiting until the test restores it.
    fn restore(mut self, mut request: Request) -> io::Result<bool> {
        self.take(&mut request)?;
        let connection = request.connection;
        let asked = self.shared.change(|state| {
            let asked = state.rules.restore_next();
            state.restoring += usize::from(asked.is_ok());
            asked
        });
        if let Err(refusal) = asked {
            return self.refuse(request, &refusal);
        }
        let mut state = self.shared.wait_until(|state| state.restored.is_some());
        let Some(restored) = state.restored.take() else {
            return Ok(false);
        };
        state.restoring -= 1;
        state.rules.restored();
        state.cut_all_but(connection);
        request.status = match restored {
            Restored::Answered => 200,
            Restored::Cut => 0,
        };
        state.asides.push(request);
        drop(state);
        self.shared.changed.notify_all();
        if restored == Restored::Cut {
            return Ok(false);
        }
        self.stream.write_all(&wire::answer(200, &[], b""))?;
        Ok(true)
    }

    /// Hands a caller's payload out and answers with what becomes of it, as the local emulators do.
    fn invoke(mut self, mut request: Request) -> io::Result<bool> {
        self.take(&mut request)?;
        let mut event = Event::new(std::mem::take(&mut request.body));
        for (from, to) in [
            ("x-amzn-trace-id", "Lambda-Runtime-Trace-Id"),
            ("x-amz-tenant-id", "Lambda-Runtime-Aws-Tenant-Id"),
        ] {
            if request.has_header(from) {
                event = event.header(to, &request.header(from));
            }
        }
        let id = event.id().to_owned();
        self.shared.change(|state| {
            state.callers.insert(id.clone(), None);
            state.polls.push_back(Poll::Hand(event));
        });
        let answered = |state: &crate::state::State| state.callers[&id].is_some();
        let mut state = self.shared.wait_until(answered);
        let answer = state.callers.remove(&id).flatten();
        drop(state);
        let Some(answer) = answer else {
            return Ok(false);
        };
        let (body, kind) = match answer.status {
            413 => (
                br#"{"errorType":"Function.ResponseSizeTooLarge"}"#.to_vec(),
                "application/json".to_owned(),
            ),
            _ => {
                let kind = answer.header("content-type");
                (answer.body, kind)
            }
        };
        let answer = wire::answer(200, &[("Content-Type", &kind)], &body);
        self.stream.write_all(&answer)?;
        Ok(true)
    }
}

fn is_answer(path: &str) -> bool {
    path.starts_with("/2018-06-01/runtime/invocation/")
        && (path.ends_with("/response") || path.ends_with("/error"))
}
