//! Base64 on its way: pieces end anywhere, and padding may come wherever the other side has flushed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;

use super::super::complaint::{self, Complaint};
use super::super::relay::{Step, Translation};
use crate::grpc::status::{Code, Status};

/// Reads the body of a request.
#[derive(Debug)]
pub(super) struct Decode {
    /// Less than a group of four, then the last piece.
    kept: BytesMut,
    complaint: Complaint,
}

impl Decode {
    pub(super) fn new(complaint: Complaint) -> Self {
        let kept = BytesMut::new();
        Self { kept, complaint }
    }

    fn refuse(&self, text: String) -> Step {
        let status = Status::new(Code::InvalidArgument, text);
        Step::Break(self.complaint.note(status))
    }
}

impl Translation for Decode {
    fn take(&mut self, piece: Bytes) {
        self.kept.extend_from_slice(&piece);
    }

    fn next(&mut self) -> Option<Step> {
        let whole = self.kept.len() & !3;
        if whole == 0 {
            return None;
        }
        let text = self.kept.split_to(whole);
        Some(match decode(&text) {
            Ok(bytes) => Step::Pass(bytes.into()),
            Err(error) => self.refuse(format!("the request's body is not base64: {error}")),
        })
    }

    fn end(&mut self, _: Option<HeaderMap>) -> Step {
        match self.kept.len() {
            0 => Step::Last(Bytes::new()),
            left => self.refuse(format!(
                "the request's body is not base64: {left} characters are left at its end, and groups have four"
            )),
        }
    }

    fn broken(&mut self, error: axum::Error) -> Step {
        Step::Break(self.complaint.note(complaint::broken(&error)))
    }
}

/// Decodes whole groups, any of which may be padded.
fn decode(mut text: &[u8]) -> Result<Vec<u8>, base64::DecodeError> {
    let mut bytes = Vec::with_capacity(text.len());
    while !text.is_empty() {
        let padding = text.iter().position(|byte| *byte == b'=');
        // the end of the group that is padded
        let end = padding.map_or(text.len(), |at| (at | 3).saturating_add(1));
        let (run, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
        STANDARD.decode_vec(run, &mut bytes)?;
        text = rest;
    }
    Ok(bytes)
}

/// Writes a piece of an answer's body, padded so that it can be read at once.
pub(super) fn encode(piece: &[u8]) -> Bytes {
    STANDARD.encode(piece).into()
}
