//! What a peer may make us hold.

use pilota::thrift::TType;

/// How much one message may ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Limits {
    /// The longest message, in bytes without the length in front of it.
    pub(crate) frame: usize,
    /// The most bytes of memory that the elements of all lists, sets and maps of a message take together, by [`cost`].
    /// Generated code makes room for as many as are announced before it reads the first, and a byte on the wire may be a
    /// large struct in memory.
    pub(crate) memory: usize,
}

impl Limits {
    /// The limits that go with a longest message: eight times its bytes for elements, so that a list of numbers may fill it.
    pub(crate) fn of_frame(frame: usize) -> Self {
        const FACTOR: usize = 8;
        const LEAST: usize = 256 * 1024;
        let frame = frame.min(LONGEST);
        Self {
            frame,
            memory: frame.saturating_mul(FACTOR).max(LEAST),
        }
    }
}

/// What an element takes. Of a struct nobody knows: most have less than that.
pub(super) fn cost(kind: TType) -> usize {
    match kind {
        TType::Stop
        | TType::Void
        | TType::Bool
        | TType::I8
        | TType::I16
        | TType::I32
        | TType::I64
        | TType::Double => 8,
        TType::Uuid => 16,
        TType::Binary => 48,
        TType::List | TType::Set | TType::Map => 64,
        TType::Struct => 256,
    }
}

/// No transport carries more: HeaderFormat.md, "Max frame size". Every larger number is something else, an HTTP verb say.
pub(super) const LONGEST: usize = 0x3fff_ffff;

/// Structs inside of structs, the arguments being the first; reading one is a recursion of generated code. As Apache's
/// libraries by default (`DEFAULT_RECURSION_DEPTH`).
pub(super) const DEPTH: u8 = 64;

/// The longest name of a method, with the service's name before it. No spec says one; it is held before it is known.
pub(super) const NAME: usize = 4096;
