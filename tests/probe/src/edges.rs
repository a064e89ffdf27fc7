//! What a platform has to get right at the edges: payloads as bytes, facts that come in headers, an endless wait, a start
//! that fails when it is told to.

use std::future::pending;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use bytes::Bytes;
use faas::{Config, Context, Error, Json, Path, State};
use http::StatusCode;
use serde::Serialize;
use tokio::sync::watch;

/// Answers with the payload, whatever it is.
#[faas::invoke]
async fn mirror(payload: Bytes) -> Bytes {
    payload
}

#[derive(Serialize)]
struct Caller {
    invocation_id: String,
    remaining_ms: Option<u128>,
    client_context: Option<String>,
    resource_name: Option<String>,
    tenant: Option<String>,
    trace: Option<String>,
    cold_start: bool,
}

/// Tells what came beside the payload.
#[faas::invoke]
async fn caller(cx: Context) -> Json<Caller> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let details = cx.details();
    Json(Caller {
        invocation_id: cx.invocation_id().to_owned(),
        remaining_ms: cx.remaining().map(|left| left.as_millis()),
        client_context: details
            .and_then(|details| Some(text(details.client_context.as_ref()?.as_bytes()))),
        resource_name: details
            .and_then(|details| details.resource_name.as_deref().map(str::to_owned)),
        tenant: details.and_then(|details| details.tenant.as_deref().map(str::to_owned)),
        trace: cx.trace().map(|trace| trace.trace_id_hex().to_string()),
        cold_start: cx.cold_start(),
    })
}

/// Never answers by itself.
#[faas::invoke]
async fn wait() {
    pending().await
}

#[faas::http(GET, "/wait")]
async fn wait_over_http() -> StatusCode {
    mark();
    pending().await
}

/// Never answers either, and cannot be given up half-way.
#[faas::http(GET, "/block")]
fn block() -> StatusCode {
    mark();
    loop {
        thread::park();
    }
}

/// Leaves a mark that a test waits for before it does something to the process.
#[expect(
    clippy::print_stderr,
    reason = "read by a test, whatever the log format"
)]
fn mark() {
    eprintln!("faas-probe: in the handler");
}

/// How many bytes of a credential reached the handler, which is all that may be told of it.
#[faas::http(GET, "/credential")]
async fn credential(cx: Context) -> Json<Option<usize>> {
    Json(cx.credentials().get("x-amz-security-token").map(str::len))
}

/// Waits until so many are here at once.
#[faas::http(GET, "/meet/{count}")]
async fn meet(Path(count): Path<usize>) -> Result<&'static str, Error> {
    static HERE: LazyLock<watch::Sender<usize>> = LazyLock::new(watch::Sender::default);
    HERE.send_modify(|here| *here += 1);
    let mut all = HERE.subscribe();
    match all.wait_for(|here| *here >= count).await {
        Ok(_) => Ok("met"),
        Err(_) => Err(Error::retry("nobody comes")),
    }
}

/// Where it runs.
#[faas::http(GET, "/zone")]
async fn zone(cx: Context) -> Json<Option<String>> {
    let zone = cx.availability_zone().await;
    Json(zone.map(|zone| zone.as_ref().to_owned()))
}

/// The section `[probe]`.
#[faas::config("probe")]
#[derive(Default)]
#[serde(default)]
struct Settings {
    /// Lets the start fail.
    broken: bool,
}

struct Fragile;

#[faas::resource]
fn fragile(Config(settings): Config<Settings>) -> Result<Fragile, Error> {
    if settings.broken {
        return Err(Error::retry("the probe was asked to break"));
    }
    Ok(Fragile)
}

#[faas::invoke]
async fn needy(_: State<Fragile>) -> &'static str {
    "whole"
}

/// Answers with the payload, and with how many have come to it for `"tally"`.
#[faas::invoke]
async fn counted(payload: Bytes) -> Bytes {
    static CAME: AtomicU64 = AtomicU64::new(0);
    if &*payload == br#""tally""# {
        return CAME.load(Ordering::Relaxed).to_string().into();
    }
    CAME.fetch_add(1, Ordering::Relaxed);
    payload
}
