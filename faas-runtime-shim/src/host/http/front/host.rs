//! The value of `Host`, byte by byte: `uri-host [ ":" port ]` of RFC 9110, section 7.2.
//!
//! Inside brackets any character of an IPv6 or later literal passes: which address it is matters to no one here.

#![deny(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

/// How much of a value has been seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Host {
    /// Nothing but whitespace.
    Before,
    /// A registered name or an IPv4 address (RFC 3986, section 3.2.2).
    Name,
    /// The `%` of an encoded octet, then its first digit.
    Percent,
    /// See [`Host::Percent`].
    Digit,
    /// `[` alone.
    Bracket,
    /// An address in brackets.
    Literal,
    /// The closing bracket.
    Closed,
    /// The colon and the digits of a port.
    Port,
    /// Whitespace behind the value.
    After,
}

impl Host {
    /// Goes on to the CR behind the value, or to the end; from a byte that no host can go on with, an error.
    pub(super) fn take(mut self, mut rest: &[u8]) -> Result<(Self, &[u8]), &[u8]> {
        if let (Self::Before, [b' ', tail @ ..]) = (self, rest) {
            rest = tail;
        }
        while let [byte, tail @ ..] = rest
            && *byte != b'\r'
        {
            (self, rest) = (self.step(*byte).ok_or(rest)?, tail);
            // Nearly all of nearly every value: loops of their own take a fifth of the time.
            match self {
                Self::Name => rest = behind(rest, is_name),
                Self::Port => rest = behind(rest, |byte| byte.is_ascii_digit()),
                _ => {}
            }
        }
        Ok((self, rest))
    }

    /// Takes one more byte; `None` if no host can go on with it.
    fn step(self, byte: u8) -> Option<Self> {
        let whitespace = matches!(byte, b' ' | b'\t');
        match self {
            Self::Before if whitespace => Some(Self::Before),
            Self::Before if byte == b'[' => Some(Self::Bracket),
            Self::Before | Self::Name if is_name(byte) => Some(Self::Name),
            Self::Before | Self::Name if byte == b'%' => Some(Self::Percent),
            Self::Percent if byte.is_ascii_hexdigit() => Some(Self::Digit),
            Self::Digit if byte.is_ascii_hexdigit() => Some(Self::Name),
            Self::Bracket | Self::Literal if is_name(byte) || byte == b':' => Some(Self::Literal),
            Self::Literal if byte == b']' => Some(Self::Closed),
            Self::Name | Self::Closed if byte == b':' => Some(Self::Port),
            Self::Port if byte.is_ascii_digit() => Some(Self::Port),
            Self::Name | Self::Closed | Self::Port | Self::After if whitespace => Some(Self::After),
            _ => None,
        }
    }

    /// Says whether the value may end here. An empty one may: it is what a target without authority goes with.
    pub(super) fn is_complete(self) -> bool {
        match self {
            Self::Before | Self::Name | Self::Closed | Self::Port | Self::After => true,
            Self::Percent | Self::Digit | Self::Bracket | Self::Literal => false,
        }
    }
}

#[inline]
fn behind(rest: &[u8], inside: impl Fn(u8) -> bool) -> &[u8] {
    let end = rest.iter().position(|&byte| !inside(byte));
    end.and_then(|end| rest.get(end..)).unwrap_or_default()
}

#[inline]
fn is_name(byte: u8) -> bool {
    NAME.get(usize::from(byte)).is_some_and(|&name| name)
}

/// `unreserved` and `sub-delims` of RFC 3986, section 2.
static NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut left: &mut [bool] = &mut table;
    let mut byte: u8 = 0;
    while let [name, more @ ..] = left {
        *name = matches!(
            byte,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~'
                | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
        );
        byte = byte.wrapping_add(1);
        left = more;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::Host;

    #[track_caller]
    fn check(value: &str, valid: bool) {
        let whole = Host::Before.take(value.as_bytes());
        let whole = whole.is_ok_and(|(host, rest)| host.is_complete() && rest.is_empty());
        let steps = value.bytes().try_fold(Host::Before, Host::step);
        assert_eq!(whole, valid, "{value:?}");
        assert_eq!(steps.is_some_and(Host::is_complete), valid, "{value:?}");
    }

    #[test]
    fn takes_what_the_grammar_allows() {
        for value in [
            "",
            "  ",
            "a",
            " a\t ",
            "localhost:8080",
            "a:",
            "127.0.0.1:80",
            "my_service.ns-1.svc",
            "xn--bcher-kva.example",
            "a%2Fb",
            "[::1]",
            "[::1]:443",
            "[v1.x:y]",
        ] {
            check(value, true);
        }
    }

    #[test]
    fn refuses_the_rest() {
        for value in [
            "a b",
            "a, b",
            "user@a",
            "http://a",
            "a/b",
            "a?b",
            "a#b",
            "a\\b",
            "a:8o",
            "a:80:80",
            "a:-1",
            ":80",
            "b\u{fc}cher",
            "a%2",
            "a%",
            "a%2g",
            "[]",
            "[::1",
            "::1",
            "[::1]a",
            "[fe80::1%25eth0]",
            "[a]b:80",
            "\u{b}a",
            "a\u{0}",
            "\"a\"",
        ] {
            check(value, false);
        }
    }
}
