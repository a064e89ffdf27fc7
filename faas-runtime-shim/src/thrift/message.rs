//! Messages between the wire and services: what has to be known of one to answer it.

use bytes::BytesMut;
use pilota::FastStr;
use pilota::thrift::Message;

use super::wire::{self, Framing, Head, Info, Kind, Unsendable};

/// What an answer needs of the message that it answers. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// Its name is the method's alone, as answers have it.
    pub(crate) head: Head,
    framing: Framing,
}

impl Question {
    /// Takes a head without a service's name in it.
    pub(crate) fn plain(head: Head, framing: Framing) -> Self {
        Self { head, framing }
    }

    /// Takes the service's name out of the head, if one is in there.
    pub(crate) fn new(head: Head, framing: Framing) -> (Self, Option<FastStr>) {
        let service = head.service().map(|service| head.name.slice_ref(service));
        let head = match &service {
            Some(_) => head.answer(head.kind),
            None => head,
        };
        (Self { head, framing }, service)
    }

    /// Writes an answer into the room of `out`, in the protocol and the framing of the question.
    pub(crate) fn answer<T: Message>(
        self,
        kind: Kind,
        value: &T,
        mut out: BytesMut,
    ) -> Result<BytesMut, Unsendable> {
        let head = Head { kind, ..self.head };
        out.reserve(USUAL_ANSWER);
        wire::write(self.framing, &Info::default(), &head, value, &mut out)?;
        Ok(out)
    }
}

/// Longer ones are moved once or twice while they grow.
const USUAL_ANSWER: usize = 256;
