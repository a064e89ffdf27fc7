//! What a peer may make us hold.

/// How much one message may ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Limits {
    /// The longest message, in bytes without the length in front of it.
    pub(crate) frame: usize,
    /// The most elements in all lists, sets and maps of a message together. Generated code makes room for as many as are
    /// announced before it reads the first, and a byte on the wire may be a large struct in memory.
    pub(crate) elements: usize,
}

impl Limits {
    /// The limits that go with a longest message: eight bytes for an element, so that a list of numbers may fill it.
    pub(crate) fn of_frame(frame: usize) -> Self {
        const FEW: usize = 1024;
        let frame = frame.min(LONGEST);
        Self {
            frame,
            elements: frame.checked_div(8).unwrap_or(FEW).max(FEW),
        }
    }
}

/// No transport carries more: HeaderFormat.md, "Max frame size". Every larger number is something else, an HTTP verb say.
pub(super) const LONGEST: usize = 0x3fff_ffff;

/// Structs inside of structs, the arguments being the first; reading one is a recursion of generated code. As Apache's
/// libraries by default (`DEFAULT_RECURSION_DEPTH`).
pub(super) const DEPTH: u8 = 64;

/// The longest name of a method, with the service's name before it. No spec says one; it is held before it is known.
pub(super) const NAME: usize = 4096;
