//! The body of an answer: frames pass as they are, and the trailers come as the last of them.

use bytes::{BufMut as _, Bytes, BytesMut};
use http::HeaderMap;

use super::super::complaint::Complaint;
use super::super::frame::{Borders, Frame};
use super::super::native;
use super::super::relay::{Step, Translation};
use super::text;
use crate::grpc::status::{Code, Status};

/// The frame's message is the trailers: the most significant bit of the flags.
const TRAILERS: u8 = 0x80;

#[derive(Debug)]
pub(super) struct Trailing {
    is_text: bool,
    borders: Borders,
    ready: Option<Bytes>,
    complaint: Complaint,
}

impl Trailing {
    pub(super) fn new(is_text: bool, complaint: Complaint) -> Self {
        Self {
            is_text,
            borders: Borders::default(),
            ready: None,
            complaint,
        }
    }

    fn last(&self, (status, metadata): (Status, HeaderMap)) -> Step {
        if !self.borders.is_between() {
            let cut = Status::new(Code::Internal, "the answer ended inside of a message");
            return Step::Break(self.complaint.ours(cut).message.into());
        }
        let mut fields = HeaderMap::new();
        self.complaint.over(status).put(&mut fields);
        match Frame::write(TRAILERS, &block([&fields, &metadata])) {
            Ok(frame) => Step::Last(self.written(frame)),
            Err(status) => Step::Break(self.complaint.ours(status).message.into()),
        }
    }

    fn written(&self, piece: Bytes) -> Bytes {
        if self.is_text {
            text::encode(&piece)
        } else {
            piece
        }
    }
}

impl Translation for Trailing {
    fn take(&mut self, piece: Bytes) {
        self.borders.pass(&piece);
        self.ready = Some(self.written(piece));
    }

    fn next(&mut self) -> Option<Step> {
        self.ready.take().map(Step::Pass)
    }

    fn end(&mut self, trailers: Option<HeaderMap>) -> Step {
        self.last(native::ending(trailers))
    }

    fn broken(&mut self, _: axum::Error) -> Step {
        self.last((self.complaint.ours(native::broken()), HeaderMap::new()))
    }
}

/// Trailers as a block of HTTP/1 header fields, without the empty line.
fn block(fields: [&HeaderMap; 2]) -> BytesMut {
    let mut block = BytesMut::new();
    for (name, value) in fields.into_iter().flatten() {
        block.put_slice(name.as_str().as_bytes());
        block.put_slice(b": ");
        block.put_slice(value.as_bytes());
        block.put_slice(b"\r\n");
    }
    block
}
