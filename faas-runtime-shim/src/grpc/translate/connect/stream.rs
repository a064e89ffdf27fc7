//! Calls in envelopes, which are native frames but for the last of an answer.

use axum::body::Body;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response, request};
use prost_reflect::DescriptorPool;

use super::super::complaint::{self, Complaint};
use super::super::frame::{Borders, Frame, Frames};
use super::super::native::{self, Reply, Rest};
use super::super::relay::{Relay, Step, Translation};
use super::codec::{Codec, Transcoder};
use super::{CONNECT_ACCEPT_ENCODING, CONNECT_CONTENT_ENCODING, Call, Coding, end};
use crate::grpc::schema::Schema;
use crate::grpc::status::{Code, Status};

/// The envelope's message is how the stream ended.
const END_STREAM: u8 = 2;

pub(super) async fn serve<F>(
    mut head: request::Parts,
    body: Body,
    codec: Codec,
    call: Result<Call, Status>,
    schema: &Schema,
    inner: impl FnOnce(Request<Body>) -> F,
) -> Response<Body>
where
    F: Future<Output = Response<Body>>,
{
    let pool = schema.pool();
    let complaint = Complaint::of(&mut head);
    let call = match call {
        Ok(call) => call,
        Err(status) => {
            let status = complaint.refused(status);
            let (mut head, ()) = Response::new(()).into_parts();
            _ = head.headers.try_insert(CONTENT_TYPE, codec.stream_type());
            if status.code == Code::Unimplemented {
                let gzip = HeaderValue::from_static("gzip");
                _ = head.headers.try_insert(CONNECT_ACCEPT_ENCODING, gzip);
            }
            return Response::from_parts(head, ended(&status, &HeaderMap::new(), pool));
        }
    };
    let transcoder = call.transcoder.clone();
    let body = Relay::body(body, Inbound::new(call, complaint.clone()));
    let response = inner(Request::from_parts(head, body)).await;

    let Reply { mut head, rest } = Reply::of(response);
    let (body, coding) = match rest {
        Rest::Nothing(status) => {
            let metadata = std::mem::take(&mut head.headers);
            let status = complaint.over(status);
            (ended(&status, &metadata, pool), Coding::Identity)
        }
        Rest::Messages { body, encoding } => match super::offered(encoding.as_ref()) {
            Err(status) => {
                let status = complaint.ours(status);
                (ended(&status, &HeaderMap::new(), pool), Coding::Identity)
            }
            Ok(coding) => {
                let outbound = Outbound::new(transcoder, coding, pool.clone(), complaint);
                (Relay::body(body, outbound), coding)
            }
        },
    };
    _ = head.headers.try_insert(CONTENT_TYPE, codec.stream_type());
    if coding == Coding::Gzip {
        let gzip = HeaderValue::from_static("gzip");
        _ = head.headers.try_insert(CONNECT_CONTENT_ENCODING, gzip);
    }
    Response::from_parts(head, body)
}

/// A body that says only how the call ended.
fn ended(status: &Status, metadata: &HeaderMap, pool: &DescriptorPool) -> Body {
    match last(status, metadata, pool) {
        Ok(envelope) => Body::from(envelope),
        Err(_) => Body::empty(),
    }
}

fn last(status: &Status, metadata: &HeaderMap, pool: &DescriptorPool) -> Result<Bytes, Status> {
    Frame::write(END_STREAM, &end::stream(status, metadata, pool))
}

/// The body of a request: envelopes to native frames.
#[derive(Debug)]
struct Inbound {
    frames: Frames,
    call: Call,
    /// How many messages have come.
    come: usize,
    complaint: Complaint,
}

impl Inbound {
    fn new(call: Call, complaint: Complaint) -> Self {
        let frames = Frames::new(call.max_message);
        Self {
            frames,
            call,
            come: 0,
            complaint,
        }
    }

    /// The next message, native.
    fn message(&mut self) -> Result<Option<Bytes>, Status> {
        let Some(Frame { flags, message }) = self.frames.next()? else {
            return Ok(None);
        };
        let coding = super::coding_of(flags, self.call.sent)?;
        self.come = self.come.saturating_add(1);
        if self.call.takes_one && self.come > 1 {
            let text = "the request has more than one message, and the method takes one";
            return Err(Status::new(Code::Unimplemented, text));
        }
        let message = self.call.transcoder.request(message, coding)?;
        Frame::write(0, &message).map(Some)
    }

    fn refuse(&self, status: Status) -> Step {
        Step::Break(self.complaint.note(status))
    }
}

impl Translation for Inbound {
    fn take(&mut self, piece: Bytes) {
        self.frames.take(&piece);
    }

    fn next(&mut self) -> Option<Step> {
        match self.message() {
            Ok(message) => message.map(Step::Pass),
            Err(status) => Some(self.refuse(status)),
        }
    }

    fn end(&mut self, _: Option<HeaderMap>) -> Step {
        if !self.frames.is_empty() {
            let text = "the request ended inside of a message";
            return self.refuse(Status::new(Code::InvalidArgument, text));
        }
        if self.call.takes_one && self.come == 0 {
            let text = "the request has no message, and the method takes one";
            return self.refuse(Status::new(Code::Unimplemented, text));
        }
        Step::Last(Bytes::new())
    }

    fn broken(&mut self, error: axum::Error) -> Step {
        self.refuse(complaint::broken(&error))
    }
}

/// The body of an answer: native frames to envelopes. Those of protobuf pass as they are.
#[derive(Debug)]
struct Outbound {
    state: State,
    pool: DescriptorPool,
    complaint: Complaint,
}

#[derive(Debug)]
enum State {
    Pass {
        borders: Borders,
        ready: Option<Bytes>,
    },
    Translate {
        frames: Frames,
        transcoder: Transcoder,
        coding: Coding,
    },
}

impl Outbound {
    fn new(
        transcoder: Transcoder,
        coding: Coding,
        pool: DescriptorPool,
        complaint: Complaint,
    ) -> Self {
        let state = match transcoder.codec() {
            Codec::Proto => State::Pass {
                borders: Borders::default(),
                ready: None,
            },
            Codec::Json => State::Translate {
                frames: Frames::new(usize::MAX),
                transcoder,
                coding,
            },
        };
        Self {
            state,
            pool,
            complaint,
        }
    }

    fn last(&self, status: Status, metadata: &HeaderMap) -> Step {
        let status = match &self.state {
            State::Pass { borders, .. } if !borders.is_between() => {
                return Step::Break(self.complaint.ours(cut()).message.into());
            }
            State::Translate { frames, .. } if !frames.is_empty() && status.code == Code::Ok => {
                self.complaint.ours(cut())
            }
            State::Pass { .. } | State::Translate { .. } => self.complaint.over(status),
        };
        match last(&status, metadata, &self.pool) {
            Ok(envelope) => Step::Last(envelope),
            Err(status) => Step::Break(self.complaint.ours(status).message.into()),
        }
    }
}

fn cut() -> Status {
    Status::new(Code::Internal, "the answer ended inside of a message")
}

impl Translation for Outbound {
    fn take(&mut self, piece: Bytes) {
        match &mut self.state {
            State::Pass { borders, ready } => {
                borders.pass(&piece);
                *ready = Some(piece);
            }
            State::Translate { frames, .. } => frames.take(&piece),
        }
    }

    fn next(&mut self) -> Option<Step> {
        let message = match &mut self.state {
            State::Pass { ready, .. } => return ready.take().map(Step::Pass),
            State::Translate {
                frames,
                transcoder,
                coding,
            } => translated(frames, transcoder, *coding),
        };
        match message {
            Ok(message) => message.map(Step::Pass),
            Err(status) => Some(self.last(self.complaint.ours(status), &HeaderMap::new())),
        }
    }

    fn end(&mut self, trailers: Option<HeaderMap>) -> Step {
        let (status, metadata) = native::ending(trailers);
        self.last(status, &metadata)
    }

    fn broken(&mut self, _: axum::Error) -> Step {
        self.last(self.complaint.ours(native::broken()), &HeaderMap::new())
    }
}

/// The next message as JSON in an envelope.
fn translated(
    frames: &mut Frames,
    transcoder: &Transcoder,
    coding: Coding,
) -> Result<Option<Bytes>, Status> {
    let Some(Frame { flags, message }) = frames.next()? else {
        return Ok(None);
    };
    let coding = super::coding_of(flags, coding).map_err(super::ours)?;
    let message = transcoder.answer(message, coding)?;
    Frame::write(flags, &message).map(Some)
}
