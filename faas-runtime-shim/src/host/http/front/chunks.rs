//! The framing of a chunked body: RFC 9112, section 7.1.
//!
//! Stricter than hyper in what a proxy could read otherwise: sizes of more than sixteen digits, padding that no extension
//! follows, trailer lines that end in LF alone or are folded. The contents of extensions and trailers are hyper's business.

#![deny(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use super::find::from_line_end;

/// Where in a chunked body the next byte falls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Chunks {
    /// In the digits of a chunk's size.
    Size { size: u64, digits: u8 },
    /// In whitespace behind a size: an extension must follow.
    Padding { size: u64 },
    /// In an extension.
    Extension { size: u64 },
    /// Behind the CR of a size line.
    SizeLf { size: u64 },
    /// In a chunk's data.
    Data { left: u64 },
    /// Behind a chunk's data.
    DataCr,
    /// Behind the CR after a chunk's data.
    DataLf,
    /// At the start of a trailer line, or of the empty line that ends the body.
    Line,
    /// In a trailer line.
    Trailer,
    /// Behind the CR of a trailer line.
    TrailerLf,
    /// Behind the CR of the last line.
    LastLf,
}

/// The next state, `None` at the body's end, and the bytes left; or the bytes from the forbidden one on.
type Step<'a> = Result<(Option<Chunks>, &'a [u8]), &'a [u8]>;

impl Chunks {
    /// Stands before the first byte of a body.
    pub(super) const START: Self = Self::Size { size: 0, digits: 0 };

    /// Takes at least the first byte of `rest`, which is `byte`; `tail` is behind it.
    pub(super) fn step<'a>(self, byte: u8, tail: &'a [u8], rest: &'a [u8]) -> Step<'a> {
        let next = match (self, byte) {
            (Self::Size { size, digits }, _) if byte.is_ascii_hexdigit() => {
                add_digit(size, digits, byte).ok_or(rest)?
            }
            (Self::Size { digits: 0, .. }, _) => return Err(rest),
            (Self::Size { size, .. }, b'\r') => Self::SizeLf { size },
            (Self::Size { size, .. } | Self::Padding { size }, b';') => Self::Extension { size },
            (Self::Size { size, .. } | Self::Padding { size }, b' ' | b'\t') => {
                Self::Padding { size }
            }
            (Self::Extension { size }, _) => {
                return skip(rest, Self::Extension { size }, Self::SizeLf { size });
            }
            (Self::SizeLf { size: 0 }, b'\n') => Self::Line,
            (Self::SizeLf { size }, b'\n') => Self::Data { left: size },
            (Self::Data { left }, _) => return Ok(data(left, rest)),
            (Self::DataCr, b'\r') => Self::DataLf,
            (Self::DataLf, b'\n') => Self::START,
            (Self::Line, b'\r') => Self::LastLf,
            // A folded line.
            (Self::Line, b' ' | b'\t') => return Err(rest),
            (Self::Line | Self::Trailer, _) => return skip(rest, Self::Trailer, Self::TrailerLf),
            (Self::TrailerLf, b'\n') => Self::Line,
            (Self::LastLf, b'\n') => return Ok((None, tail)),
            (
                Self::Size { .. }
                | Self::Padding { .. }
                | Self::SizeLf { .. }
                | Self::DataCr
                | Self::DataLf
                | Self::TrailerLf
                | Self::LastLf,
                _,
            ) => return Err(rest),
        };
        Ok((Some(next), tail))
    }
}

/// As many hexadecimal digits as fit into a length.
const MOST_DIGITS: u8 = 16;

fn add_digit(size: u64, digits: u8, byte: u8) -> Option<Chunks> {
    let digit = char::from(byte).to_digit(16)?;
    Some(Chunks::Size {
        size: size.checked_mul(16)?.checked_add(u64::from(digit))?,
        digits: digits
            .checked_add(1)
            .filter(|&digits| digits <= MOST_DIGITS)?,
    })
}

fn data(left: u64, rest: &[u8]) -> (Option<Chunks>, &[u8]) {
    match super::scan::take(left, rest) {
        (0, behind) => (Some(Chunks::DataCr), behind),
        (left, behind) => (Some(Chunks::Data { left }), behind),
    }
}

/// Goes on to the CR of the line. An LF would end the line, or the body, for some peers only.
fn skip(rest: &[u8], inside: Chunks, behind: Chunks) -> Step<'_> {
    match from_line_end(rest) {
        Some([b'\r', tail @ ..]) => Ok((Some(behind), tail)),
        Some(from_lf) => Err(from_lf),
        None => Ok((Some(inside), &[])),
    }
}
