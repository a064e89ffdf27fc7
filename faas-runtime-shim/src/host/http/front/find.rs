//! Finds where a token or a line ends, eight bytes at a time.
//!
//! Most are short: a call of `memchr` for each line costs a request 40 to 120 instructions more.

#![deny(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

/// Returns the bytes from the first space or control character on.
#[inline]
pub(super) fn from_space(bytes: &[u8]) -> Option<&[u8]> {
    from_below::<0x21>(bytes)
}

/// Returns the bytes from the first CR or LF on.
#[inline]
pub(super) fn from_line_end(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    loop {
        match from_below::<0x20>(rest)? {
            end @ [b'\r' | b'\n', ..] => return Some(end),
            from => rest = from.get(1..)?,
        }
    }
}

/// Returns the bytes from the first below a limit on.
#[inline]
fn from_below<const LIMIT: u8>(mut bytes: &[u8]) -> Option<&[u8]> {
    while let Some((word, tail)) = bytes.split_first_chunk() {
        let word = u64::from_le_bytes(*word);
        // The lowest bit that is set belongs to the first byte below the limit ("hasless" of Bit Twiddling Hacks).
        let hits = word.wrapping_sub(u64::from_le_bytes([LIMIT; 8])) & !word & HIGH_BITS;
        if hits != 0 {
            return bytes.get(usize::try_from(hits.trailing_zeros() >> 3).ok()?..);
        }
        bytes = tail;
    }
    bytes.get(bytes.iter().position(|&byte| byte < LIMIT)?..)
}

const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, any, prop_oneof};
    use proptest::{prop_assert_eq, proptest};

    use super::{from_line_end, from_space};

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![40 => 0x21_u8.., 1 => any::<u8>(), 1 => 0x1f_u8..0x22];
        vec(byte, 0..300)
    }

    proptest! {
        #[test]
        fn the_first_is_found(bytes in bytes()) {
            let space = bytes.iter().position(|&byte| byte <= b' ');
            prop_assert_eq!(from_space(&bytes), space.and_then(|place| bytes.get(place..)));
            let end = bytes.iter().position(|&byte| byte == b'\r' || byte == b'\n');
            prop_assert_eq!(from_line_end(&bytes), end.and_then(|place| bytes.get(place..)));
        }
    }
}
