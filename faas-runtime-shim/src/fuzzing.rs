//! The laws of the decoders that take a peer's bytes, each over any bytes at all: what the targets in `fuzz/` call.
//!
//! It exists only under `cfg(fuzzing)`, and in tests, which replay the seeds. Each function panics where its law is broken
//! and is silent else. Begin with [`TARGETS`].

#[cfg(any(feature = "aws-lambda", feature = "host", feature = "thrift"))]
use std::iter;

#[cfg(feature = "aws-lambda")]
use bytes::BufMut;
use bytes::Bytes;
#[cfg(feature = "thrift")]
use bytes::BytesMut;
use http::header::{HeaderMap, HeaderName};
use serde::Deserialize;

use crate::cloudevents::{self, CloudEvent};
use crate::config::{Configuration, Period, Secret, Size};
#[cfg(feature = "grpc")]
pub use crate::grpc::translate::fuzzing::{fuzz_connect, fuzz_web};
#[cfg(feature = "host")]
use crate::host::http::front::scan::{Phase, Refusal, Scanner};
#[cfg(feature = "aws-lambda")]
use crate::platform::aws_lambda::{decode, encode};
#[cfg(feature = "aws-lambda")]
use crate::platform::poll::wire::{Malformed, Reader};
#[cfg(feature = "thrift")]
use crate::thrift::wire::value::Tree;
#[cfg(feature = "thrift")]
use crate::thrift::wire::{self, Framer, Framing, Limits};
use crate::trace::TraceContext;

/// A target takes any bytes.
pub type Target = fn(&[u8]);

/// All targets, by the names of their binaries and of their folders of seeds.
pub static TARGETS: &[(&str, Target)] = &[
    ("cloudevent", cloudevent),
    ("config_toml", config_toml),
    #[cfg(feature = "grpc")]
    ("connect", fuzz_connect),
    #[cfg(feature = "grpc")]
    ("grpc_web", fuzz_web),
    #[cfg(feature = "host")]
    ("http_front", http_front),
    #[cfg(feature = "aws-lambda")]
    ("lambda_event", lambda_event),
    #[cfg(feature = "aws-lambda")]
    ("poll_answer", poll_answer),
    #[cfg(feature = "thrift")]
    ("thrift_stream", thrift_stream),
    #[cfg(feature = "thrift")]
    ("thrift_struct", thrift_struct),
    ("trace", trace),
];

/// A message, whose headers end at an empty line, is refused with a client error or brings events that keep the rules and
/// read back as they were from what is written of them.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn cloudevent(bytes: &[u8]) {
    let end = bytes.windows(2).position(|two| two == b"\n\n");
    let (head, body) = bytes.split_at(end.map_or(0, |end| end + 2));
    let headers = head.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let name = HeaderName::from_bytes(parts.next()?).ok()?;
        let value = parts.next()?.trim_ascii();
        Some((name, http::HeaderValue::from_bytes(value).ok()?))
    });
    // a map takes no more than that
    let headers: HeaderMap = headers.take(1000).collect();
    let body = Bytes::copy_from_slice(body);
    let of_message = match cloudevents::decode::mode(&headers) {
        Ok(Some(mode)) => cloudevents::decode::decode(mode, &headers, body.clone()),
        Ok(None) => Ok(Vec::new()),
        Err(refused) => Err(refused),
    };
    for events in [of_message, cloudevents::decode::batch(body)] {
        match events {
            Ok(events) => events.iter().for_each(written_event),
            Err(refused) => {
                assert!(refused.status().is_client_error());
                assert!(!refused.to_string().is_empty());
            }
        }
    }
}

fn written_event(event: &CloudEvent) {
    let same = |read: &CloudEvent| {
        let (found, data) = (read.data.as_deref(), event.data.as_deref());
        // the one leaves white space around JSON out, the other empty data
        let trimmed =
            |data: Option<&[u8]>| data.map_or_else(Vec::new, |data| data.trim_ascii().to_vec());
        assert!(
            found == data || trimmed(found) == trimmed(data),
            "other data: {event:?}"
        );
        let data = event.data.clone();
        assert_eq!(
            &CloudEvent {
                data,
                ..read.clone()
            },
            event
        );
    };
    assert_eq!(event.check(), Ok(()));
    assert!(!event.idempotency_key().is_empty());
    let text = cloudevents::encode::structured(event).expect("it keeps the rules");
    let read = cloudevents::decode::structured(text.into());
    same(&read.expect("it was written as JSON"));
    if let Ok((headers, body)) = cloudevents::encode::binary(event) {
        let mode = cloudevents::decode::mode(&headers).expect("it was written as headers");
        assert_eq!(mode, Some(cloudevents::decode::Mode::Binary));
        let read = cloudevents::decode::decode(cloudevents::decode::Mode::Binary, &headers, body);
        read.expect("it was written as headers")
            .iter()
            .for_each(same);
    }
}

/// An event of Lambda is JSON for us if it is for serde_json; the answer to its request can be read back.
///
/// # Panics
///
/// Panics where that does not hold.
#[cfg(feature = "aws-lambda")]
pub fn lambda_event(bytes: &[u8]) {
    let sent = Bytes::copy_from_slice(bytes);
    let event = decode::event(&sent);
    let is_syntax = matches!(event, Err(decode::DecodeError::Syntax { .. }));
    if serde_json::from_slice::<serde_json::Value>(bytes).is_ok() {
        assert!(!is_syntax, "serde_json reads it: {event:?}");
    }
    // our reader lets control characters pass inside of strings, and leaves UTF-8 to others
    let is_plain = str::from_utf8(bytes).is_ok() && !bytes.iter().any(u8::is_ascii_control);
    if !is_syntax && is_plain {
        let read = serde_json::from_slice::<serde::de::IgnoredAny>(bytes);
        assert!(read.is_ok(), "serde_json does not read it: {read:?}");
    }
    if let Err(error) = &event {
        assert!(!error.to_string().is_empty());
    }
    if let Ok(decode::Event::Other(source)) = &event {
        lambda_deliveries(source, bytes);
    }
    if let Ok(decode::Event::Http(request)) = event {
        lambda_request(request.read(&sent), bytes);
    }
}

#[cfg(feature = "aws-lambda")]
fn lambda_request(read: Result<decode::HttpEvent, decode::DecodeError>, bytes: &[u8]) {
    match read {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(event) => {
            let details = &event.details;
            if let (Some(claims), Some(context)) = (details.claims, &details.request_context) {
                let _claims = claims(context);
            }
            let (request, _body) = event.request.into_parts();
            assert_eq!(request.uri.authority(), None);
            let (mut head, ()) = http::Response::new(()).into_parts();
            head.headers = request.headers;
            lambda_answer(event.envelope, &head, bytes);
        }
    }
}

/// Failures are told by the ids that the event has, each once; what is read can be taken for something else only as a
/// whole.
#[cfg(feature = "aws-lambda")]
fn lambda_deliveries(source: &decode::Source, bytes: &[u8]) {
    use decode::incoming::{Incoming, inside, read};

    let arrivals = match read(source, &Bytes::copy_from_slice(bytes)) {
        Err(error) => return assert!(!error.to_string().is_empty()),
        Ok(None | Some(Incoming::Nothing)) => return,
        Ok(Some(Incoming::One(arrival))) => vec![*arrival],
        Ok(Some(Incoming::Whole(arrivals))) => arrivals,
        Ok(Some(Incoming::Batch(batch))) => {
            let mut text = Vec::new();
            let ids = || batch.records.iter().map(|record| &record.id);
            encode::failures(ids(), batch.state.as_deref(), &mut text);
            let answer: serde_json::Value =
                serde_json::from_slice(&text).expect("an answer is JSON");
            let told = answer["batchItemFailures"].as_array().map(Vec::len);
            let different: std::collections::HashSet<_> = ids().collect();
            assert_eq!(told, Some(different.len()));
            let arrivals = batch.records.into_iter();
            arrivals.filter_map(|record| record.arrival.ok()).collect()
        }
    };
    for arrival in &arrivals {
        if let Some(objects) = inside(arrival) {
            assert!(
                objects
                    .iter()
                    .all(|object| object.item.lane == arrival.item.lane)
            );
        }
    }
}

#[cfg(feature = "aws-lambda")]
fn lambda_answer(envelope: encode::Envelope, head: &http::response::Parts, body: &[u8]) {
    use base64::Engine as _;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        status_code: u16,
        body: String,
        is_base64_encoded: bool,
    }

    let mut text = Vec::new();
    encode::http(envelope, head, body, &mut text);
    let answer: Answer = serde_json::from_slice(&text).expect("an answer is JSON");
    assert_eq!(answer.status_code, head.status.as_u16());
    let sent = if answer.is_base64_encoded {
        let engine = base64::engine::general_purpose::STANDARD;
        engine.decode(answer.body).expect("the body is base64")
    } else {
        answer.body.into_bytes()
    };
    assert!(sent == body, "another body comes out");
}

/// An answer that a poller reads is the same in any portions; the first line says which, see `divided`.
///
/// # Panics
///
/// Panics where that does not hold.
#[cfg(feature = "aws-lambda")]
pub fn poll_answer(bytes: &[u8]) {
    let (widths, stream) = divided(bytes);
    let whole = read_answer(stream, iter::repeat(usize::MAX));
    assert_eq!(read_answer(stream, widths), whole);
    assert_eq!(read_answer(stream, iter::repeat(1)), whole);
}

/// What came of an answer's bytes.
#[cfg(feature = "aws-lambda")]
#[derive(Debug, Eq, PartialEq)]
enum Read {
    Answer {
        status: u16,
        header: Option<String>,
        body: Bytes,
        reusable: bool,
    },
    Cut(&'static str),
    Malformed(std::mem::Discriminant<Malformed>),
}

#[cfg(feature = "aws-lambda")]
fn read_answer(mut rest: &[u8], mut widths: impl Iterator<Item = usize>) -> Read {
    let mut reader = Reader::new(300);
    reader.start();
    let read = loop {
        if reader.is_complete() || rest.is_empty() {
            break reader.ended();
        }
        let mut room = reader.room();
        assert!(room.remaining_mut() > 0, "no room for more");
        let width = widths.next().unwrap_or(usize::MAX);
        let width = width.min(room.remaining_mut()).min(rest.len());
        let (portion, behind) = rest.split_at(width);
        room.put_slice(portion);
        rest = behind;
        if let Err(error) = reader.filled(width) {
            break Err(error);
        }
    };
    match read {
        Err(error) => {
            assert!(!error.to_string().is_empty());
            Read::Malformed(std::mem::discriminant(&error))
        }
        Ok(false) => Read::Cut(reader.place()),
        Ok(true) => {
            // what is left over may lie in the buffer or not be read yet: both close the connection
            let reusable = reader.is_reusable() && rest.is_empty();
            let answer = reader.take();
            Read::Answer {
                status: answer.status(),
                header: answer.header("x-id").map(str::to_owned),
                reusable,
                body: answer.into_body(),
            }
        }
    }
}

/// The strict front of HTTP/1 judges a client's bytes alike in any pieces; the first line says which, see `divided`.
///
/// # Panics
///
/// Panics where that does not hold.
#[cfg(feature = "host")]
pub fn http_front(bytes: &[u8]) {
    let (widths, stream) = divided(bytes);
    let whole = scan(stream, iter::repeat(usize::MAX));
    assert_eq!(scan(stream, widths), whole);
    assert_eq!(scan(stream, iter::repeat(1)), whole);
}

/// All that can be seen of a scanner behind these bytes; the refusal's place is in the whole.
#[cfg(feature = "host")]
fn scan(stream: &[u8], mut widths: impl Iterator<Item = usize>) -> (Option<Refusal>, Phase, u32) {
    let mut scanner = Scanner::new();
    let mut before = 0;
    let mut refused = None;
    while refused.is_none() && before < stream.len() {
        let (_, rest) = stream.split_at(before);
        let width = widths.next().unwrap_or(usize::MAX).min(rest.len());
        let (piece, _) = rest.split_at(width);
        if let Err(refusal) = scanner.feed(piece) {
            assert!(refusal.at < width, "refused outside of the piece");
            let at = before + refusal.at;
            refused = Some(Refusal { at, ..refusal });
        }
        before += width;
    }
    (refused, scanner.phase(), scanner.heads())
}

/// A stream of Thrift holds the same messages in any portions; the first line says which, see `divided`. One with a head
/// comes out again as it is written.
///
/// # Panics
///
/// Panics where that does not hold.
#[cfg(feature = "thrift")]
pub fn thrift_stream(bytes: &[u8]) {
    let (widths, stream) = divided(bytes);
    let whole = thrift_frames(stream, iter::repeat(usize::MAX));
    assert_eq!(thrift_frames(stream, widths), whole);
    assert_eq!(thrift_frames(stream, iter::repeat(1)), whole);
    for (framing, payload) in whole.0 {
        thrift_message(framing, &payload, None);
    }
}

#[cfg(feature = "thrift")]
const THRIFT_LIMITS: Limits = Limits {
    frame: 1 << 20,
    memory: 1 << 20,
};

/// The messages of a stream, and why there are no more.
#[cfg(feature = "thrift")]
fn thrift_frames(
    mut rest: &[u8],
    mut widths: impl Iterator<Item = usize>,
) -> (Vec<(Framing, Bytes)>, Option<String>) {
    let mut framer = Framer::new(THRIFT_LIMITS);
    let mut buffer = BytesMut::new();
    let mut frames = Vec::new();
    loop {
        match framer.next(&mut buffer) {
            Ok(Some(frame)) => {
                if let Some(header) = frame.header {
                    let _said = (header.timeout(), header.text("a"), header.number(3));
                }
                frames.push((frame.framing, frame.payload));
            }
            Ok(None) if rest.is_empty() => return (frames, None),
            Ok(None) => {
                let width = widths.next().unwrap_or(usize::MAX).min(rest.len());
                let (piece, behind) = rest.split_at(width);
                buffer.extend_from_slice(piece);
                rest = behind;
            }
            Err(refused) => {
                assert!(!refused.to_string().is_empty());
                // a longer piece shows more of what was found
                let told = std::mem::discriminant(&refused);
                return (frames, Some(format!("{told:?}")));
            }
        }
    }
}

/// A struct of Thrift, whose protocol the first byte says, reads back from what is written of it; the end of what can be
/// read is found on a stream too.
///
/// # Panics
///
/// Panics where that does not hold.
#[cfg(feature = "thrift")]
pub fn thrift_struct(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    let head: &[u8] = match which % 2 {
        0 => b"\x80\x01\0\x01\0\0\0\x01a\0\0\0\0",
        _ => b"\x82\x21\0\x01a",
    };
    let mut stream = BytesMut::from(&[head, bytes].concat()[..]);
    let message = stream.clone().freeze();
    let (head, rest) = wire::read_head(&message).expect("the head is ours");
    let tree: Tree = match wire::decode(head.protocol, rest, &THRIFT_LIMITS) {
        Ok(tree) => tree,
        Err(refused) => return assert!(!refused.to_string().is_empty()),
    };
    let frame = Framer::new(THRIFT_LIMITS).next(&mut stream);
    let frame = frame.expect("it was read").expect("all of it is there");
    thrift_message(frame.framing, &frame.payload, Some(tree));
}

/// What can be read of a message comes out again as it is written.
#[cfg(feature = "thrift")]
fn thrift_message(framing: Framing, message: &Bytes, expected: Option<Tree>) {
    let read = |message: &Bytes| {
        let (head, rest) = wire::read_head(message).ok()?;
        let tree = wire::decode::<Tree>(head.protocol, rest, &THRIFT_LIMITS);
        Some((head, tree.ok()?))
    };
    let Some((head, tree)) = read(message) else {
        return assert_eq!(expected, None);
    };
    assert!(expected.is_none_or(|expected| expected == tree));
    let mut out = BytesMut::new();
    let written = wire::write(framing, &wire::Info::default(), &head, &tree, &mut out);
    written.expect("it was read");
    let frame = wire::body(out.freeze(), &THRIFT_LIMITS).expect("it was written");
    assert_eq!(frame.framing, framing);
    assert_eq!(read(&frame.payload), Some((head, tree)));
}

/// The first line tells the widths of pieces, `a` for one, in turn; what is behind it is the stream.
#[cfg(any(feature = "aws-lambda", feature = "host", feature = "thrift"))]
fn divided(bytes: &[u8]) -> (impl Iterator<Item = usize> + use<'_>, &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let widths = parts.next().unwrap_or_default();
    let width = |byte: &u8| usize::from(byte.wrapping_sub(b'a') % 64) + 1;
    (
        widths.iter().map(width).cycle(),
        parts.next().unwrap_or_default(),
    )
}

/// A configuration, behind whose NUL bytes come further settings such as `db.url=…`, decodes alike twice; no secret gets
/// into a message.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn config_toml(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let mut parts = text.split('\0');
    let file = parts.next().unwrap_or_default();
    unfinished(file);
    let Ok(mut configuration) = Configuration::from_toml(file, "faas.toml") else {
        return;
    };
    // more of them only take time
    for part in parts.take(8) {
        let (key, value) = part.split_once('=').unwrap_or(("settings.secret", part));
        let _was_set = configuration.set(key, value).is_ok();
        hidden(value);
    }
    assert!(!format!("{configuration:?}").is_empty());
    let mut sections = configuration
        .sections_under("")
        .expect("the root is a table");
    sections.push("settings".to_owned());
    for section in sections {
        let decode = || match configuration.section::<Settings>(&section) {
            Ok(settings) => format!("{settings:?}"),
            Err(errors) => {
                assert!(errors.iter().count() > 0, "no mistake is named");
                errors.to_string()
            }
        };
        assert_eq!(decode(), decode());
    }
}

/// One field of each sort.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Settings {
    flag: bool,
    small: i8,
    large: u64,
    float: f64,
    text: String,
    letter: char,
    period: Option<Period>,
    size: Option<Size>,
    secret: Option<Secret<String>>,
    numbers: Vec<u16>,
    pair: (u8, String),
    choice: Option<Choice>,
    table: std::collections::BTreeMap<String, i64>,
    inner: Option<Box<Self>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only shown")]
enum Choice {
    None,
    One(u8),
    Two(u8, u8),
    Named { of: Vec<String> },
}

/// A secret at the end of a file that is no TOML stays out of the message.
fn unfinished(file: &str) {
    let text = format!("{file}{MARK}");
    if let Err(error) = Configuration::from_toml(&text, "faas.toml") {
        let shown = error.to_string();
        assert!(file.contains(MARK) || !shown.contains(MARK), "{shown}");
    }
}

/// A secret that does not fit its type stays out of the messages.
fn hidden(value: &str) {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    struct Hidden {
        number: Secret<u32>,
        numbers: Secret<Vec<u32>>,
        table: Secret<std::collections::BTreeMap<String, bool>>,
    }

    let mut configuration = Configuration::empty();
    for key in ["hidden.number", "hidden.numbers", "hidden.table"] {
        let set = configuration.set(key, &format!("{value}{MARK}"));
        assert!(set.is_ok(), "{set:?}");
    }
    let read = configuration.section::<Hidden>("hidden");
    let shown = read.err().expect("the mark is no number").to_string();
    assert!(!shown.contains(MARK), "{shown}");
}

const MARK: &str = "hunter2";

/// A trace context that can be read reads back as it was written, and fits into headers.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn trace(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(context) = TraceContext::parse_traceparent(bytes) {
        let written = context.traceparent().to_string();
        assert_eq!(
            TraceContext::parse_traceparent(written.as_bytes()),
            Some(context.clone())
        );
        assert_eq!(written.get(3..53), text.get(3..53));
        let xray = context.xray().to_string();
        assert_eq!(TraceContext::parse_xray(&xray), Some(context));
    }
    if let Some(context) = TraceContext::parse_xray(&text) {
        let written = context.xray().to_string();
        assert_eq!(TraceContext::parse_xray(&written), Some(context.clone()));
        let written = context.traceparent().to_string();
        let read = TraceContext::parse_traceparent(written.as_bytes());
        let read = read.map(|read| (read.trace_id_hex().to_string(), read.sampled()));
        let expected = (context.trace_id_hex().to_string(), context.sampled());
        assert_eq!(read, Some(expected));

        let context = context.with_tracestate(&text);
        let header = context.tracestate().map(http::HeaderValue::from_str);
        assert!(!matches!(header, Some(Err(_))), "no header can hold it");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// A packaged crate comes without them.
    #[test]
    fn the_laws_hold_for_all_seeds() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
        if !seeds.exists() {
            return;
        }
        for (name, target) in TARGETS {
            let files: Vec<_> = fs::read_dir(seeds.join(name)).unwrap().collect();
            assert!(!files.is_empty(), "no seeds for `{name}`");
            for file in files {
                target(&fs::read(file.unwrap().path()).unwrap());
            }
        }
    }
}
