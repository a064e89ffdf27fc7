//! Reads one answer after the other from whatever portions the connection delivers.
//!
//! The buffer holds the head for as long as its headers may be looked up; data of the body go
//! straight to their place once the head has been read.

use std::fmt;

use bytes::buf::Limit;
use bytes::{BufMut, Bytes};

use super::body::Decoder;
use super::head::{self, Field, Head};
use super::malformed::Malformed;

/// How many bytes the connection is asked for at once, until a body's data are due.
const READ: usize = 8 * 1024;

/// Reads answers. Per answer: `start`, then `room` and `filled` in turn until it `is_complete`,
/// then `take`.
pub(crate) struct Reader {
    limit: usize,
    /// The head, then what has arrived behind it and is not decoded.
    input: Vec<u8>,
    fields: Vec<Field>,
    body: Vec<u8>,
    state: State,
}

enum State {
    Head,
    Body { head: Head, decoder: Decoder },
    Complete { head: Head, reusable: bool },
}

impl Reader {
    /// Reads answers whose bodies are at most `limit` bytes long.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            input: Vec::with_capacity(READ),
            fields: Vec::new(),
            body: Vec::new(),
            state: State::Head,
        }
    }

    /// Begins with an answer on a connection on which nothing is left over.
    pub(crate) fn start(&mut self) {
        self.input.clear();
        self.body = Vec::new();
        self.state = State::Head;
    }

    /// Where the next bytes go. There is always some room while the answer is not complete.
    pub(crate) fn room(&mut self) -> Limit<&mut Vec<u8>> {
        if let State::Body { decoder, .. } = &self.state
            && let Some(due) = decoder.due(self.body.len())
        {
            decoder.reserve(&mut self.body);
            let spare = self.body.capacity().saturating_sub(self.body.len());
            return (&mut self.body).limit(due.min(spare));
        }
        if self.input.capacity() == self.input.len() {
            self.input.reserve(READ);
        }
        let spare = self.input.capacity().saturating_sub(self.input.len());
        (&mut self.input).limit(spare)
    }

    /// Takes note of `count` bytes that were put where `room` said.
    ///
    /// # Errors
    ///
    /// When they cannot belong to an answer, or the answer is over a limit. The connection is of no
    /// more use then.
    pub(crate) fn filled(&mut self, count: usize) -> Result<(), Malformed> {
        match &mut self.state {
            State::Head => {
                let before = self.input.len().saturating_sub(count);
                let fresh = self.input.get(before..).unwrap_or_default();
                // A head ends with a line, so one that comes in crumbs is not read from its start
                // for each of them.
                if before == 0 || fresh.contains(&b'\n') || self.input.len() >= head::HEAD_LIMIT {
                    self.read_head()?;
                }
            }
            State::Body { decoder, .. } if decoder.due(self.body.len()).is_some() => {
                decoder.took(count, self.body.len())?;
                self.finish(0);
            }
            State::Body { .. } => self.read_body()?,
            State::Complete { .. } => {}
        }
        Ok(())
    }

    /// Takes note of the connection's end; says whether it completes the answer.
    ///
    /// # Errors
    ///
    /// When what came before the end cannot be the beginning of an answer.
    pub(crate) fn ended(&mut self) -> Result<bool, Malformed> {
        match &mut self.state {
            State::Head if !self.input.is_empty() => self.read_head()?,
            State::Body { decoder, .. } => {
                decoder.end();
                self.finish(0);
            }
            _ => {}
        }
        Ok(self.is_complete())
    }

    /// Whether the whole answer is there.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(self.state, State::Complete { .. })
    }

    /// Whether the whole answer is there, and the connection can carry another one.
    pub(crate) fn is_reusable(&self) -> bool {
        matches!(self.state, State::Complete { reusable: true, .. })
    }

    /// Whether the peer refuses the request, so that the rest of it need not be sent (RFC 9112,
    /// section 9.5).
    pub(crate) fn is_refusal(&self) -> bool {
        self.head().is_some_and(|head| head.status >= 400)
    }

    /// Which part of the answer the next byte would belong to, for messages.
    pub(crate) fn place(&self) -> &'static str {
        match &self.state {
            State::Head if self.input.is_empty() => "before the first byte of the answer",
            State::Head => "within the answer's head",
            State::Body { .. } => "within the answer's body",
            State::Complete { .. } => "after the answer",
        }
    }

    /// The answer, whose body is handed over.
    pub(crate) fn take(&mut self) -> Answer<'_> {
        let body = Bytes::from(std::mem::take(&mut self.body));
        let status = self.head().map_or(0, |head| head.status);
        Answer {
            status,
            body,
            head: &self.input,
            fields: &self.fields,
        }
    }

    fn head(&self) -> Option<&Head> {
        match &self.state {
            State::Head => None,
            State::Body { head, .. } | State::Complete { head, .. } => Some(head),
        }
    }

    fn read_head(&mut self) -> Result<(), Malformed> {
        while let Some(head) = head::parse(&self.input, &mut self.fields)? {
            if (100..200).contains(&head.status) {
                // An interim answer; the one that counts follows (RFC 9110, section 15.2).
                self.input.drain(..head.length.min(self.input.len()));
                if self.input.is_empty() {
                    break;
                }
                continue;
            }
            let decoder = Decoder::new(head.framing, self.limit)?;
            self.state = State::Body { head, decoder };
            return self.read_body();
        }
        Ok(())
    }

    /// Decodes what lies behind the head. All of it is consumed unless the body ends there.
    fn read_body(&mut self) -> Result<(), Malformed> {
        let State::Body { head, decoder } = &mut self.state else {
            return Ok(());
        };
        let behind = self.input.get(head.length..).unwrap_or_default();
        let used = decoder.decode(behind, &mut self.body)?;
        let left = behind.len().saturating_sub(used);
        self.input.truncate(head.length);
        self.finish(left);
        Ok(())
    }

    /// Completes the answer if its body is through; `left` bytes follow it, which nobody asked for.
    fn finish(&mut self, left: usize) {
        if let State::Body { head, decoder } = &self.state
            && decoder.is_done()
        {
            let ends = head.framing == head::Framing::UntilClose;
            let reusable = head.keep_alive && left == 0 && !ends;
            self.state = State::Complete {
                head: *head,
                reusable,
            };
        }
    }
}

/// An answer: status, headers where they were received, and the body as its own bytes.
pub(crate) struct Answer<'a> {
    status: u16,
    body: Bytes,
    head: &'a [u8],
    fields: &'a [Field],
}

impl Answer<'_> {
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// The value of the first header of this name, whatever its case; `None` also when it is no
    /// UTF-8.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(head::find(self.head, self.fields, name)?).ok()
    }

    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn into_body(self) -> Bytes {
        self.body
    }
}

/// Without headers and body: either may carry credentials.
impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("length", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};

    use super::*;

    /// What came of some bytes: an answer, how far it went, or which sort of mistake was found.
    #[derive(Debug, PartialEq, Eq)]
    enum Found {
        Answer {
            status: u16,
            header: Option<String>,
            body: Bytes,
            reusable: bool,
        },
        Cut(&'static str),
        Malformed(std::mem::Discriminant<Malformed>),
    }

    /// Feeds `bytes` in portions of at most so many each, then the end of the connection.
    fn read(bytes: &[u8], portions: &[usize]) -> Found {
        let mut reader = Reader::new(300);
        reader.start();
        let mut portions = portions.iter().copied().cycle();
        let mut rest = bytes;
        while !reader.is_complete() && !rest.is_empty() {
            let mut room = reader.room();
            let most = room
                .remaining_mut()
                .min(portions.next().unwrap_or(usize::MAX));
            assert!(most > 0, "no room for more");
            let (part, after) = rest.split_at_checked(most).unwrap_or((rest, &[]));
            room.put_slice(part);
            rest = after;
            if let Err(error) = reader.filled(part.len()) {
                return Found::Malformed(std::mem::discriminant(&error));
            }
        }
        match reader.ended() {
            Ok(true) => {}
            Ok(false) => return Found::Cut(reader.place()),
            Err(error) => return Found::Malformed(std::mem::discriminant(&error)),
        }
        // What is left over may lie in the buffer or not be read yet: both close the connection.
        let reusable = reader.is_reusable() && rest.is_empty();
        let answer = reader.take();
        Found::Answer {
            status: answer.status(),
            header: answer.header("x-id").map(str::to_owned),
            reusable,
            body: answer.into_body(),
        }
    }

    #[track_caller]
    fn check(text: &str, status: u16, body: &str, reusable: bool) {
        let header = Some("a".to_owned());
        let body = Bytes::copy_from_slice(body.as_bytes());
        let expected = Found::Answer {
            status,
            header,
            body,
            reusable,
        };
        for portions in [&[usize::MAX][..], &[1], &[2], &[3, 17]] {
            assert_eq!(
                read(text.as_bytes(), portions),
                expected,
                "{text:?} by {portions:?}"
            );
        }
    }

    #[test]
    fn answers_of_every_framing_are_read() {
        check(
            "HTTP/1.1 200 OK\r\nX-Id: a\r\nContent-Length: 2\r\n\r\nhi",
            200,
            "hi",
            true,
        );
        check("HTTP/1.1 204 No\r\nX-Id: a\r\n\r\n", 204, "", true);
        check(
            "HTTP/1.1 200 OK\r\nX-Id: a\r\n\r\nto the end",
            200,
            "to the end",
            false,
        );
        check(
            "HTTP/1.0 200 OK\r\nX-Id: a\r\nContent-Length: 2\r\n\r\nhi",
            200,
            "hi",
            false,
        );
        check(
            "HTTP/1.1 200 OK\r\nX-Id: a\r\nTransfer-Encoding: chunked\r\n\r\n2;e=1\r\nhi\r\n1\r\n!\r\n0\r\nT: u\r\n\r\n",
            200,
            "hi!",
            true,
        );
    }

    #[test]
    fn interim_answers_are_skipped() {
        check(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX-Id: b\r\n\r\nHTTP/1.1 202 x\r\nX-Id: a\r\nContent-Length: 0\r\n\r\n",
            202,
            "",
            true,
        );
    }

    #[test]
    fn bytes_behind_an_answer_spoil_the_connection() {
        check(
            "HTTP/1.1 204 No\r\nX-Id: a\r\n\r\nHTTP/1.1 408 x\r\n\r\n",
            204,
            "",
            false,
        );
        check(
            "HTTP/1.1 200 OK\r\nX-Id: a\r\nContent-Length: 2\r\n\r\nhi!",
            200,
            "hi",
            false,
        );
    }

    #[test]
    fn an_answer_that_breaks_off_says_where() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh";
        assert_eq!(
            read(b"", &[]),
            Found::Cut("before the first byte of the answer")
        );
        assert_eq!(
            read(text.split_at(9).0, &[]),
            Found::Cut("within the answer's head")
        );
        assert_eq!(read(text, &[]), Found::Cut("within the answer's body"));
    }

    /// Bytes that are near enough to an answer to come past the first line.
    fn nearly_an_answer() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            proptest::sample::select(vec![
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 100 \r\n\r\n",
                "HTTP/1.0 404 No\n",
                "X-Id: some\r\n",
                "Content-Length: 5\r\n",
                "Content-Length: 500\r\n",
                "Transfer-Encoding: chunked\r\n",
                "Connection: close\r\n",
                "\r\n",
                "\n",
                "5\r\nhello\r\n",
                "1a;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n",
                "0\r\n",
                "0\r\nT: u\r\n\r\n",
                "ffffffffffffffff\r\n",
                "hello",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
            vec(any::<u8>(), 0..6),
        ];
        let start = prop_oneof![
            4 => proptest::strategy::Just(b"HTTP/1.1 200 OK\r\n".to_vec()),
            1 => vec(any::<u8>(), 0..20),
        ];
        (start, vec(piece, 0..12))
            .prop_map(|(start, pieces)| [vec![start], pieces].concat().concat())
    }

    proptest! {
        #[test]
        fn any_split_of_the_bytes_gives_the_same(
            bytes in nearly_an_answer(),
            portions in vec(1_usize..40, 1..20),
        ) {
            let whole = read(&bytes, &[usize::MAX]);
            prop_assert_eq!(&read(&bytes, &portions), &whole);
            prop_assert_eq!(&read(&bytes, &[1]), &whole);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in vec(any::<u8>(), 0..300)) {
            let headed = [b"HTTP/1.1 200 OK\r\n", &bytes[..]].concat();
            let chunked = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", &bytes[..]].concat();
            for text in [&bytes, &headed, &chunked] {
                prop_assert_eq!(read(text, &[usize::MAX]), read(text, &[1]));
            }
        }

        #[test]
        fn any_body_comes_back_from_any_chunks(
            chunks in vec(vec(any::<u8>(), 1..60), 0..5),
            portions in vec(1_usize..40, 1..20),
        ) {
            let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            for chunk in &chunks {
                bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
            let body = Bytes::from(chunks.concat());
            let expected = Found::Answer { status: 200, header: None, body, reusable: true };
            prop_assert_eq!(read(&bytes, &portions), expected);
        }
    }
}
