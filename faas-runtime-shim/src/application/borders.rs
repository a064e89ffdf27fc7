//! Where messages of gRPC, gRPC-Web and Connect begin and end in a body: a byte of flags, four of length, the message ("gRPC
//! over HTTP2", Length-Prefixed-Message; Connect's protocol, Enveloped-Message). Pure.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]
#![cfg_attr(
    not(any(feature = "grpc", feature = "host")),
    allow(dead_code, reason = "only for servers and translators")
)]

const HEADER: usize = 5;

/// Follows messages that only pass, to know where one ends.
#[derive(Debug, Default)]
pub(crate) struct Borders {
    header: [u8; HEADER],
    /// How much of the header has come; all of it while the message passes.
    come: usize,
    /// How much of the message is still to come.
    left: usize,
}

impl Borders {
    pub(crate) fn pass(&mut self, mut piece: &[u8]) {
        loop {
            let skipped = self.left.min(piece.len());
            self.left = self.left.saturating_sub(skipped);
            piece = piece.get(skipped..).unwrap_or_default();
            if self.left == 0 && self.come == HEADER {
                self.come = 0;
            }
            let (Some(place), Some((byte, rest))) =
                (self.header.get_mut(self.come), piece.split_first())
            else {
                return;
            };
            *place = *byte;
            piece = rest;
            self.come = self.come.saturating_add(1);
            if self.come == HEADER {
                let [_, a, b, c, d] = self.header;
                self.left = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
            }
        }
    }

    /// Says whether no message is begun that has not ended.
    pub(crate) fn is_between(&self) -> bool {
        self.left == 0 && (self.come == 0 || self.come == HEADER)
    }
}

#[cfg(test)]
mod tests {
    //! Where a body is in its messages.

    use super::Borders;

    #[test]
    fn messages_are_told_apart_however_they_are_cut() {
        let bodies: [&[u8]; 3] = [
            &[0, 0, 0, 0, 2, b'a', b'b'],
            &[0, 0, 0, 0, 0],
            &[1, 0, 0, 1, 0],
        ];
        let mut whole = bodies.concat();
        whole.extend([b'-'; 256]);
        let ends = [0, 7, 12, 12 + 5 + 256];
        for size in [1, 2, 3, 5, 7, 100, 1000] {
            let mut borders = Borders::default();
            for (index, piece) in whole.chunks(size).enumerate() {
                let at = index.saturating_mul(size);
                assert_eq!(borders.is_between(), ends.contains(&at), "{at}, {size}");
                borders.pass(piece);
            }
            assert!(borders.is_between());
        }
    }
}
