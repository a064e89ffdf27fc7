//! Bodies that are made while they are sent: long ones, slow ones, ones that fail on the way.

use std::convert::Infallible;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use bytes::Bytes;
use faas::{Error, Path, Streamed};
use futures_util::stream::{self, StreamExt as _};

/// How many pieces of floods were made.
static MADE: AtomicUsize = AtomicUsize::new(0);

const PIECE: &[u8] = &[b'x'; 64 * 1024];

/// As many pieces of 64 KiB as are asked for, each made when it is wanted.
#[faas::http(GET, "/flood/{pieces}")]
async fn flood(Path(pieces): Path<usize>) -> Body {
    let pieces = (0..pieces).map(|_| {
        MADE.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(Bytes::from_static(PIECE))
    });
    Body::from_stream(stream::iter(pieces))
}

/// How many of them were made.
#[faas::http(GET, "/made")]
async fn pieces_made() -> String {
    MADE.load(Ordering::Relaxed).to_string()
}

/// One piece, and never another.
#[faas::http(GET, "/drip")]
async fn drip() -> Body {
    let given_up = GivenUp;
    let first = stream::iter([Ok::<_, Infallible>("one")]);
    let rest = stream::once(async move {
        let _given_up = given_up;
        std::future::pending().await
    });
    Body::from_stream(first.chain(rest))
}

/// Tells that the body which holds it is no more.
struct GivenUp;

impl Drop for GivenUp {
    #[expect(
        clippy::print_stderr,
        reason = "read by a test, whatever the log format"
    )]
    fn drop(&mut self) {
        eprintln!("faas-probe: given up");
    }
}

/// As many letters as the payload says, one by one; below zero an error after that many.
#[faas::invoke]
async fn letters(faas::Json(count): faas::Json<i32>) -> Streamed {
    let letters = (b'a'..=b'z').map(|letter| Ok(vec![letter]));
    let letters = letters.take(usize::try_from(count.unsigned_abs()).unwrap_or(0));
    let end = (count < 0).then(|| Err(Error::reject("the alphabet has an end")));
    Streamed::new("text/x-letters", stream::iter(letters.chain(end)))
}

/// Some pieces, then an error.
#[faas::http(GET, "/broken/{pieces}")]
async fn broken_off(Path(pieces): Path<usize>) -> Body {
    let error = io::Error::other("the probe was asked to break");
    let pieces = (0..pieces).map(|_| Ok("piece"));
    Body::from_stream(stream::iter(pieces.chain([Err(error)])))
}

/// One piece, then a panic.
#[faas::http(GET, "/bursting")]
#[expect(clippy::panic, reason = "that is what it is for")]
async fn bursting() -> Body {
    let first = stream::iter([Ok::<_, Infallible>("one")]);
    let rest = stream::once(async { panic!("the probe was asked to burst") });
    Body::from_stream(first.chain(rest))
}
