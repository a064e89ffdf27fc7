//! Answers to invocations on their way to the platform.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, StreamExt};

use super::facts::Echo;
use super::status::{Next, after_post};
use super::{INVOCATION, Verdict, encode, exchange};
use crate::application::BrokenOff;
use crate::application::late::Deadline;
use crate::clock::Clock;
use crate::error::chain;
use crate::platform::poll::{Client, Trailers};

/// Posts the answer to an invocation, which begins with what is in `out`. Whatever becomes of it, it is not sent twice.
pub(super) async fn post(
    client: &mut Client,
    echo: &Echo,
    verdict: Verdict,
    out: &mut Vec<u8>,
    clock: &dyn Clock,
) -> Next {
    let mut headers: Vec<(&'static str, &str)> = Vec::with_capacity(4);
    // only X-Ray reads it, and only of what it records
    let cause = match &verdict {
        Verdict::Error { failure, .. } if echo.sampled => Some(encode::cause(failure)),
        _ => None,
    };
    if let Some(cause) = &cause {
        headers.push(("Lambda-Runtime-Function-XRay-Error-Cause", cause));
    }
    if let Some(invocation) = &echo.invocation {
        headers.push(("Lambda-Runtime-Invocation-Id", invocation));
    }
    let posted = match verdict {
        Verdict::Response => {
            headers.push(("Content-Type", "application/json"));
            let path = [INVOCATION, &echo.request, "/response"];
            client.post(&path, &headers, out).await
        }
        Verdict::Error { kind, .. } => {
            headers.push(("Content-Type", "application/json"));
            headers.push((ERROR_TYPE, &kind));
            let path = [INVOCATION, &echo.request, "/error"];
            client.post(&path, &headers, out).await
        }
        Verdict::Stream {
            content_type,
            first,
            body,
            deadline,
        } => {
            headers.push(("Content-Type", &content_type));
            headers.push(("Lambda-Runtime-Function-Response-Mode", "streaming"));
            let path = [INVOCATION, &echo.request, "/response"];
            let is_made = AtomicBool::new(false);
            let pieces = pieces(std::mem::take(out), first, body, &is_made);
            let posting = client.post_stream(&path, &headers, &[ERROR_TYPE, ERROR_BODY], pieces);
            match in_time(posting, deadline, &is_made, clock).await {
                Some(posted) => posted,
                None => {
                    tracing::error!(
                        "the answer of {} was given up at its deadline: nobody read it in time",
                        echo.request
                    );
                    return Next::Serve;
                }
            }
        }
    };
    match posted {
        Ok(answer) => after_post(&answer),
        Err(error) => {
            tracing::error!("the answer of {} was lost: {}", echo.request, chain(&error));
            Next::Serve
        }
    }
}

/// The header of an error, and the first trailer of an error that came in mid-stream (Developer Guide, "Building a custom
/// runtime", response streaming).
const ERROR_TYPE: &str = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY: &str = "Lambda-Runtime-Function-Error-Body";

/// Sends a stream until its deadline; `None` if it was not through then. It is dropped by then, and its connection with
/// it.
///
/// A body that is asked for more at its deadline ends by itself, and says so in trailers. What is watched here is one that
/// is not asked, since the other side does not read; and what is left to be sent of one that has ended.
async fn in_time<T>(
    posting: impl Future<Output = T>,
    mut deadline: Deadline,
    is_made: &AtomicBool,
    clock: &dyn Clock,
) -> Option<T> {
    let mut posting = pin!(posting);
    let mut rest: Option<BoxFuture<'static, ()>> = None;
    poll_fn(|cx| {
        if let Poll::Ready(posted) = deadline.watch(|| posting.as_mut().poll(cx)) {
            return Poll::Ready(Some(posted));
        }
        let is_over = match deadline.end() {
            Some(end) if is_made.load(Relaxed) => {
                let rest = rest.get_or_insert_with(|| clock.sleep_until(end.after(FAREWELL)));
                rest.as_mut().poll(cx).is_ready()
            }
            _ => deadline.is_over(Some(clock), cx),
        };
        if is_over {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    })
    .await
}

/// For the end of a stream, such as the trailers that tell of its deadline, and the platform's word that it has them.
const FAREWELL: Duration = Duration::from_secs(5);

/// What is sent of a stream, one chunk each; an error in it becomes trailers. `is_made` is set at its end.
fn pieces(
    mut begin: Vec<u8>,
    mut first: Bytes,
    body: Body,
    is_made: &AtomicBool,
) -> impl Stream<Item = Result<Bytes, Trailers>> {
    /// Up to here a copy costs less than a chunk of its own.
    const SMALL: usize = 4096;
    if first.len() <= SMALL {
        begin.extend_from_slice(&first);
        first = Bytes::new();
    }
    let begun = stream::iter([Ok(begin.into()), Ok(first)]);
    let rest = body.into_data_stream().map(|piece| {
        piece.map_err(|error| {
            is_made.store(true, Relaxed);
            trailers(&error)
        })
    });
    let end = stream::poll_fn(|_| {
        is_made.store(true, Relaxed);
        Poll::Ready(None)
    });
    begun.chain(rest).chain(end)
}

fn trailers(error: &axum::Error) -> Trailers {
    let mut failure = BrokenOff::failure_in(error);
    failure.message = exchange::cut(&failure.message);
    let mut document = Vec::new();
    let kind = exchange::report(&failure, &mut document);
    vec![
        (ERROR_TYPE, kind.into_owned()),
        (ERROR_BODY, STANDARD.encode(document)),
    ]
}

#[cfg(test)]
mod tests {
    //! What the platform reads of a stream, byte by byte.

    use std::io::ErrorKind::UnexpectedEof;
    use std::num::NonZeroU32;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::mpsc;

    use super::*;
    use crate::application::late::{Told, tell};
    use crate::clock::{ManualClock, Moment};
    use crate::error::Error;
    use crate::invocation::Failure;
    use crate::platform::poll::{Endpoint, Limits};

    const HEAD: &str = "POST /2018-06-01/runtime/invocation/a%20b/response HTTP/1.1\r\n\
        Host: ADDRESS\r\n\
        User-Agent: faas/test\r\n\
        Lambda-Runtime-Invocation-Id: 7\r\n\
        Content-Type: text/plain\r\n\
        Lambda-Runtime-Function-Response-Mode: streaming\r\n\
        Transfer-Encoding: chunked\r\n\
        Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\
        \r\n";

    /// Answers with a stream, and has the platform's side of the connection looked at meanwhile.
    async fn posted<F: Future>(
        begin: &str,
        body: Body,
        platform: impl FnOnce(TcpStream, String) -> F,
    ) -> (Next, F::Output) {
        posted_by(&ManualClock::new(), begin, body, platform).await
    }

    async fn posted_by<F: Future>(
        clock: &ManualClock,
        begin: &str,
        body: Body,
        platform: impl FnOnce(TcpStream, String) -> F,
    ) -> (Next, F::Output) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let limits = Limits {
            body: 1024,
            attempts: NonZeroU32::MIN,
        };
        let endpoint = Endpoint::parse(&address).unwrap();
        let mut client = Client::new(endpoint, "faas/test", limits);
        let echo = Echo {
            request: "a%20b".into(),
            invocation: Some("7".into()),
            sampled: false,
        };
        let verdict = Verdict::Stream {
            content_type: "text/plain".into(),
            first: Bytes::new(),
            body,
            deadline: Deadline::default(),
        };
        let mut out = begin.as_bytes().to_vec();
        let platform = async {
            let (mut line, _) = listener.accept().await.unwrap();
            let head = HEAD.replace("ADDRESS", &address);
            assert_eq!(until(&mut line, "\r\n\r\n").await, head);
            platform(line, head).await
        };
        let both = async {
            let post = post(&mut client, &echo, verdict, &mut out, clock);
            tokio::join!(post, platform)
        };
        let both = tokio::time::timeout(Duration::from_secs(30), both);
        both.await.expect("the test hangs")
    }

    async fn until(line: &mut TcpStream, end: &str) -> String {
        let mut text = Vec::new();
        while !text.ends_with(end.as_bytes()) {
            text.push(line.read_u8().await.unwrap());
        }
        String::from_utf8(text).unwrap()
    }

    async fn accepted(line: &mut TcpStream) {
        let answer = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        line.write_all(answer).await.unwrap();
    }

    type Piece = Result<&'static str, Box<dyn std::error::Error + Send + Sync>>;

    /// A body, and where its pieces come from.
    fn fed() -> (mpsc::Sender<Piece>, Body) {
        let (pieces, mut queue) = mpsc::channel(1);
        let body = stream::poll_fn(move |cx| queue.poll_recv(cx));
        (pieces, Body::from_stream(body))
    }

    #[tokio::test]
    async fn each_chunk_goes_out_when_it_is_there() {
        let (pieces, body) = fed();
        let (next, ()) = posted("prelude", body, async |mut line, _| {
            // nothing of the body is there yet
            assert_eq!(until(&mut line, "prelude\r\n").await, "7\r\nprelude\r\n");
            for (piece, expected) in [
                ("one", "3\r\none\r\n"),
                ("", ""),
                ("three", "5\r\nthree\r\n"),
            ] {
                pieces.send(Ok(piece)).await.unwrap();
                assert_eq!(until(&mut line, expected).await, expected);
            }
            drop(pieces);
            assert_eq!(until(&mut line, "0\r\n\r\n").await, "0\r\n\r\n");
            accepted(&mut line).await;
        })
        .await;
        assert!(matches!(next, Next::Serve));
    }

    #[tokio::test]
    async fn a_stream_without_a_piece_ends_at_once() {
        for (begin, expected) in [("prelude", "7\r\nprelude\r\n0\r\n\r\n"), ("", "0\r\n\r\n")] {
            let body = Body::empty();
            posted(begin, body, async |mut line, _| {
                assert_eq!(until(&mut line, "0\r\n\r\n").await, expected);
                accepted(&mut line).await;
            })
            .await;
        }
    }

    #[tokio::test]
    async fn an_error_in_mid_stream_is_told_in_trailers() {
        let own: Failure = Error::reject("no \"pens\"").with_name("NoPens").into();
        let wrapped = axum::Error::new(axum::Error::new(BrokenOff(own)));
        for (error, kind, document) in [
            (
                Box::new(wrapped) as Box<dyn std::error::Error + Send + Sync>,
                "Function.NoPens",
                r#"{"errorType":"NoPens","errorMessage":"no \"pens\"","stackTrace":[]}"#,
            ),
            (
                "the disk is gone".into(),
                "Function.BrokenBody",
                r#"{"errorType":"BrokenBody","errorMessage":"the disk is gone","stackTrace":[]}"#,
            ),
            (
                BrokenOff(Failure::deadline(Duration::from_secs(3))).into(),
                "Function.Timeout",
                r#"{"errorType":"Timeout","errorMessage":"no answer within 3s","stackTrace":[]}"#,
            ),
            (
                BrokenOff(Failure::panic("oh\nno".to_owned(), None)).into(),
                "Function.Panic",
                r#"{"errorType":"Panic","errorMessage":"oh\nno","stackTrace":[]}"#,
            ),
        ] {
            let body = stream::iter([Ok("begun"), Err(error), Ok("never sent")]);
            let (next, ()) = posted("", Body::from_stream(body), async |mut line, _| {
                let expected = format!(
                    "5\r\nbegun\r\n0\r\n\
                    Lambda-Runtime-Function-Error-Type: {kind}\r\n\
                    Lambda-Runtime-Function-Error-Body: {}\r\n\r\n",
                    STANDARD.encode(document)
                );
                assert_eq!(until(&mut line, "\r\n\r\n").await, expected);
                accepted(&mut line).await;
            })
            .await;
            assert!(matches!(next, Next::Serve));
        }
    }

    #[tokio::test]
    async fn nobody_makes_a_body_for_a_platform_that_is_gone() {
        let (pieces, body) = fed();
        let (next, ()) = posted("prelude", body, async |mut line, _| {
            until(&mut line, "prelude\r\n").await;
            drop(line);
            pieces.closed().await;
        })
        .await;
        assert!(matches!(next, Next::Serve));
    }

    const END: Moment = Moment::from_origin(Duration::from_secs(3));

    /// A body that tells its deadline, as those of functions do.
    fn told(pieces: impl Stream<Item = Piece> + Send + 'static) -> Body {
        Body::from_stream(pieces.inspect(|_| {
            tell(Told::Until {
                end: END,
                is_timed: false,
            });
        }))
    }

    #[tokio::test]
    async fn what_nobody_reads_is_given_up_at_its_deadline() {
        const PIECE: &str = concat!(
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        );
        let clock = ManualClock::new();
        let endless = stream::repeat_with(|| Ok(PIECE));
        let (next, sent) = posted_by(&clock, "", told(endless), async |mut line, _| {
            // its timer is there once no more goes into the connection
            while clock.sleepers() == 0 {
                tokio::task::yield_now().await;
            }
            clock.advance(END.since_origin());
            let mut sent = Vec::new();
            line.read_to_end(&mut sent).await.unwrap();
            sent
        })
        .await;
        assert!(matches!(next, Next::Serve));
        assert!(!sent.is_empty() && !sent.ends_with(b"0\r\n\r\n"));
    }

    #[tokio::test]
    async fn an_end_at_the_deadline_has_time_to_be_read() {
        let clock = ManualClock::new();
        let late: Piece = Err(BrokenOff(Failure::deadline(Duration::from_secs(3))).into());
        let body = told(stream::iter([Ok("begun"), late]));
        let (next, ()) = posted_by(&clock, "", body, async |mut line, _| {
            until(&mut line, "0\r\n").await;
            clock.advance(END.since_origin());
            // several turns, in which the post could be given up
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            until(&mut line, "\r\n\r\n").await;
            accepted(&mut line).await;
            assert_eq!(clock.sleepers(), 1);
        })
        .await;
        assert!(matches!(next, Next::Serve));
    }

    #[tokio::test]
    async fn an_end_that_nobody_confirms_is_given_up_too() {
        let clock = ManualClock::new();
        let body = told(stream::iter([Ok("all")]));
        let (next, ()) = posted_by(&clock, "", body, async |mut line, _| {
            until(&mut line, "0\r\n\r\n").await;
            while clock.sleepers() == 0 {
                tokio::task::yield_now().await;
            }
            clock.advance(END.after(FAREWELL).since_origin());
            assert_eq!(line.read_u8().await.unwrap_err().kind(), UnexpectedEof);
        })
        .await;
        assert!(matches!(next, Next::Serve));
    }
}
