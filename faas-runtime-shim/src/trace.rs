//! Trace context: which trace an invocation belongs to, and who caused it.
//!
//! Pure: two header forms in, two out. Nothing here makes ids, decides on sampling or reads the environment; a text that is
//! not exactly of its form is no context at all, so a peer cannot put anything but hex digits into logs and headers.
//! Start at [`TraceContext::of_headers`].
#![deny(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};
use std::sync::Arc;

use http::HeaderMap;

/// The position of an invocation in a distributed trace.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct TraceContext {
    trace_id: NonZeroU128,
    parent_id: NonZeroU64,
    sampling: Sampling,
    tracestate: Option<Arc<str>>,
}

impl TraceContext {
    /// Builds the context of a trace that starts here.
    #[must_use]
    pub fn new(trace_id: NonZeroU128, parent_id: NonZeroU64, sampled: bool) -> Self {
        Self {
            trace_id,
            parent_id,
            sampling: if sampled { Sampling::Yes } else { Sampling::No },
            tracestate: None,
        }
    }

    /// Reads a `traceparent` header's value; `None` unless it is exactly of the form in
    /// [W3C Trace Context Level 1, §3.2](https://www.w3.org/TR/trace-context-1/#traceparent-header).
    #[must_use]
    pub fn parse_traceparent(value: &[u8]) -> Option<Self> {
        let (version, rest) = value.split_first_chunk::<2>()?;
        let (trace_id, rest) = rest.strip_prefix(b"-")?.split_first_chunk::<32>()?;
        let (parent_id, rest) = rest.strip_prefix(b"-")?.split_first_chunk::<16>()?;
        let (flags, rest) = rest.strip_prefix(b"-")?.split_first_chunk::<2>()?;
        // §3.2.4: a later version may say more behind a further dash; version ff is forbidden.
        let ends_well = match lower_hex(version)? {
            0x00 => rest.is_empty(),
            0xff => false,
            _ => matches!(rest, [] | [b'-', ..]),
        };
        if !ends_well {
            return None;
        }
        let sampled = lower_hex(flags)? & SAMPLED != 0;
        let (trace_id, parent_id) = ids(lower_hex(trace_id)?, lower_hex(parent_id)?)?;
        Some(Self::new(trace_id, parent_id, sampled))
    }

    /// Reads the headers `traceparent` and `tracestate`. The latter may be spread over several fields
    /// ([W3C Trace Context Level 1, §3.3.1](https://www.w3.org/TR/trace-context-1/#tracestate-header)).
    #[must_use]
    pub fn of_headers(headers: &HeaderMap) -> Option<Self> {
        let parent = headers.get("traceparent")?;
        let context = Self::parse_traceparent(parent.as_bytes())?;
        let states = headers.get_all("tracestate").iter();
        let states: Option<Vec<_>> = states.map(|state| state.to_str().ok()).collect();
        Some(match states.as_deref() {
            None | Some([]) => context,
            Some([state]) => context.with_tracestate(state),
            Some(several) => context.with_tracestate(&several.join(",")),
        })
    }

    /// Reads AWS X-Ray's header (`Root=1-…;Parent=…;Sampled=1`, fields in any order, unknown ones skipped); `None` without
    /// `Root` and `Parent`, or when a field that is read comes twice. See
    /// [X-Ray concepts, "Tracing header"](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
    #[must_use]
    pub fn parse_xray(value: &str) -> Option<Self> {
        let (mut root, mut parent, mut sampled) = (None, None, None);
        for field in value.split(';') {
            let Some((key, value)) = field.trim_matches(' ').split_once('=') else {
                continue;
            };
            let slot = match key {
                "Root" => &mut root,
                "Parent" => &mut parent,
                "Sampled" => &mut sampled,
                _ => continue,
            };
            if slot.replace(value.as_bytes()).is_some() {
                return None;
            }
        }
        let (seconds, rest) = root?.strip_prefix(b"1-")?.split_first_chunk::<8>()?;
        let unique: &[u8; 24] = rest.strip_prefix(b"-")?.try_into().ok()?;
        let parent: &[u8; 16] = parent?.try_into().ok()?;
        let sampling = match sampled {
            Some(b"1") => Sampling::Yes,
            Some(b"0") => Sampling::No,
            None | Some(b"?") => Sampling::Undecided,
            Some(_) => return None,
        };
        let trace_id = (lower_hex(seconds)? << 96) | lower_hex(unique)?;
        let (trace_id, parent_id) = ids(trace_id, lower_hex(parent)?)?;
        Some(Self {
            trace_id,
            parent_id,
            sampling,
            tracestate: None,
        })
    }

    /// Adds the `tracestate` that came beside a `traceparent`, to be handed on as it is. One that is longer than 512
    /// characters (the least that W3C, "tracestate Limits", asks to hand on) or no header text is left out.
    #[must_use]
    pub fn with_tracestate(mut self, value: &str) -> Self {
        let legal = value
            .bytes()
            .all(|byte| byte == b'\t' || matches!(byte, b' '..=b'~'));
        let fits = (1..=MAX_TRACESTATE).contains(&value.len());
        self.tracestate = (legal && fits).then(|| value.into());
        self
    }

    /// The same trace, seen from the work with this id: what is sent along with calls that this work makes.
    #[must_use]
    pub fn child(&self, parent_id: NonZeroU64) -> Self {
        Self {
            parent_id,
            ..self.clone()
        }
    }

    /// Whether the caller records this trace; `false` also while nobody has decided.
    #[must_use]
    pub fn sampled(&self) -> bool {
        self.sampling == Sampling::Yes
    }

    /// What came as `tracestate`, if it may be handed on.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.tracestate.as_deref()
    }

    /// The trace's id: 32 lower-case hex digits.
    pub fn trace_id_hex(&self) -> impl fmt::Display + use<> {
        let id = self.trace_id;
        fmt::from_fn(move |f| write!(f, "{id:032x}"))
    }

    /// The id of the work that caused this invocation: 16 lower-case hex digits.
    pub fn parent_id_hex(&self) -> impl fmt::Display + use<> {
        let id = self.parent_id;
        fmt::from_fn(move |f| write!(f, "{id:016x}"))
    }

    /// The value of a `traceparent` header. Flags other than `sampled` are not handed on (§3.2.2.5).
    pub fn traceparent(&self) -> impl fmt::Display + use<> {
        let Self {
            trace_id,
            parent_id,
            ..
        } = *self;
        let flags = if self.sampled() { SAMPLED } else { 0 };
        fmt::from_fn(move |f| write!(f, "00-{trace_id:032x}-{parent_id:016x}-{flags:02x}"))
    }

    /// The value of AWS X-Ray's header.
    pub fn xray(&self) -> impl fmt::Display + use<> {
        let Self {
            trace_id,
            parent_id,
            sampling,
            ..
        } = *self;
        let (seconds, unique) = (trace_id.get() >> 96, trace_id.get() & (u128::MAX >> 32));
        let sampled = match sampling {
            Sampling::Yes => ";Sampled=1",
            Sampling::No => ";Sampled=0",
            Sampling::Undecided => "",
        };
        fmt::from_fn(move |f| {
            write!(
                f,
                "Root=1-{seconds:08x}-{unique:024x};Parent={parent_id:016x}{sampled}"
            )
        })
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceContext")
            .field("traceparent", &format_args!("{}", self.traceparent()))
            .field("tracestate", &self.tracestate)
            .finish()
    }
}

/// X-Ray knows a third answer, which `traceparent` can only carry as "not sampled".
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum Sampling {
    No,
    Yes,
    Undecided,
}

// Not `from_str_radix`: it takes signs and upper case.
fn lower_hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0_u128, |value, &digit| {
        let nibble = match digit {
            b'0'..=b'9' => digit.wrapping_sub(b'0'),
            b'a'..=b'f' => digit.wrapping_sub(b'a' - 10),
            _ => return None,
        };
        Some((value << 4) | u128::from(nibble))
    })
}

fn ids(trace_id: u128, parent_id: u128) -> Option<(NonZeroU128, NonZeroU64)> {
    let parent_id = u64::try_from(parent_id).ok()?;
    Some((NonZeroU128::new(trace_id)?, NonZeroU64::new(parent_id)?))
}

// W3C Trace Context Level 1, §3.2.2.5.1.
const SAMPLED: u128 = 0x01;

const MAX_TRACESTATE: usize = 512;

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    #[track_caller]
    fn check_traceparent(value: &str, sampled: Option<bool>) {
        let context = TraceContext::parse_traceparent(value.as_bytes());
        assert_eq!(
            context.as_ref().map(TraceContext::sampled),
            sampled,
            "{value}"
        );
        let Some(context) = context else { return };
        assert_eq!(context.trace_id_hex().to_string(), TRACE);
        assert_eq!(context.parent_id_hex().to_string(), PARENT);
        let flags = if context.sampled() { "01" } else { "00" };
        assert_eq!(
            context.traceparent().to_string(),
            format!("00-{TRACE}-{PARENT}-{flags}")
        );
    }

    #[test]
    fn headers_bring_both_halves() {
        let parent = format!("00-{TRACE}-{PARENT}-01");
        let read = |states: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", parent.parse().unwrap());
            for state in states {
                headers.append("tracestate", HeaderValue::from_bytes(state).unwrap());
            }
            let context = TraceContext::of_headers(&headers).unwrap();
            assert_eq!(context.traceparent().to_string(), parent);
            context.tracestate().map(str::to_owned)
        };
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[b"a=1,b=2"]).as_deref(), Some("a=1,b=2"));
        assert_eq!(
            read(&[b"a=1", b"b=2", b"c=3"]).as_deref(),
            Some("a=1,b=2,c=3")
        );
        assert_eq!(read(&[b"a=\xff"]), None);
        assert_eq!(read(&[&[b'a'; 513]]), None);
        let mut alone = HeaderMap::new();
        alone.insert("tracestate", HeaderValue::from_static("a=1"));
        assert_eq!(TraceContext::of_headers(&alone), None);
    }

    #[test]
    fn traceparent_is_taken_in_its_exact_form_only() {
        check_traceparent(&format!("00-{TRACE}-{PARENT}-01"), Some(true));
        check_traceparent(&format!("00-{TRACE}-{PARENT}-00"), Some(false));
        check_traceparent(&format!("00-{TRACE}-{PARENT}-ff"), Some(true));
        check_traceparent(&format!("00-{TRACE}-{PARENT}-02"), Some(false));
        check_traceparent(&format!("01-{TRACE}-{PARENT}-01"), Some(true));
        check_traceparent(
            &format!("cc-{TRACE}-{PARENT}-01-what-comes-later"),
            Some(true),
        );
        check_traceparent(&format!("cc-{TRACE}-{PARENT}-01-"), Some(true));

        check_traceparent("", None);
        check_traceparent("00", None);
        check_traceparent(&format!("ff-{TRACE}-{PARENT}-01"), None);
        check_traceparent(&format!("00-{TRACE}-{PARENT}-01-more"), None);
        check_traceparent(&format!("cc-{TRACE}-{PARENT}-01.more"), None);
        check_traceparent(&format!("cc-{TRACE}-{PARENT}-012"), None);
        check_traceparent(&format!("00-{TRACE}-{PARENT}-1"), None);
        check_traceparent(&format!("00-{TRACE}-{PARENT}"), None);
        check_traceparent(&format!("0-{TRACE}-{PARENT}-01"), None);
        check_traceparent(&format!(" 00-{TRACE}-{PARENT}-01"), None);
        check_traceparent(&format!("00-{TRACE}-{PARENT}-01 "), None);
        check_traceparent(&format!("00_{TRACE}_{PARENT}_01"), None);
        check_traceparent(&format!("00-{}-{PARENT}-01", TRACE.to_uppercase()), None);
        check_traceparent(&format!("00-{TRACE}-{}-01", PARENT.to_uppercase()), None);
        check_traceparent(&format!("00-{TRACE}-{PARENT}-0A"), None);
        check_traceparent(&format!("0C-{TRACE}-{PARENT}-00"), None);
        check_traceparent(&format!("00-{}-{PARENT}-01", "0".repeat(32)), None);
        check_traceparent(&format!("00-{TRACE}-{}-01", "0".repeat(16)), None);
        check_traceparent(&format!("00-+{}-{PARENT}-01", "1".repeat(31)), None);
        check_traceparent(&format!("00-{}-{PARENT}-01", "g".repeat(32)), None);
    }

    #[track_caller]
    fn check_xray(value: &str, written: Option<&str>) {
        let context = TraceContext::parse_xray(value);
        assert_eq!(
            context.map(|context| context.xray().to_string()).as_deref(),
            written,
            "{value}"
        );
    }

    #[test]
    fn xray_fields_come_in_any_order() {
        const ROOT: &str = "Root=1-5759e988-bd862e3fe1be46a994272793";
        let sampled = format!("{ROOT};Parent=53995c3f42cd8ad8;Sampled=1");
        let not = format!("{ROOT};Parent=53995c3f42cd8ad8;Sampled=0");
        let undecided = format!("{ROOT};Parent=53995c3f42cd8ad8");
        check_xray(&sampled, Some(&sampled));
        check_xray(&not, Some(&not));
        check_xray(&undecided, Some(&undecided));
        check_xray(&format!("{undecided};Sampled=?"), Some(&undecided));
        check_xray(
            &format!("{sampled};Lineage=a87bd80c:0|68fd508a:5"),
            Some(&sampled),
        );
        check_xray(
            &format!(
                "Self=1-67891234-12456789abcdef012345678;Sampled=1; Parent=53995c3f42cd8ad8; {ROOT}"
            ),
            Some(&sampled),
        );
        check_xray(&format!("{sampled};;noise;"), Some(&sampled));

        check_xray("", None);
        check_xray(ROOT, None);
        check_xray("Parent=53995c3f42cd8ad8;Sampled=1", None);
        check_xray(&format!("{sampled};Sampled=0"), None);
        check_xray(&format!("{sampled};{ROOT}"), None);
        check_xray(&format!("{undecided};Sampled=yes"), None);
        check_xray(&sampled.replace("Root=1-", "Root=2-"), None);
        check_xray(&sampled.replace("5759e988-", "5759e988"), None);
        check_xray(&sampled.replace("5759e988", "5759E988"), None);
        check_xray(&sampled.replace("272793", "27279"), None);
        check_xray(&sampled.replace("cd8ad8", "cd8ad"), None);
        check_xray(
            &sampled.replace("53995c3f42cd8ad8", "0000000000000000"),
            None,
        );
        check_xray(&sampled.replace("5759e988", "57é9e98"), None);
    }

    #[test]
    fn a_child_keeps_trace_sampling_and_state() {
        let caller = TraceContext::parse_traceparent(format!("00-{TRACE}-{PARENT}-01").as_bytes())
            .unwrap()
            .with_tracestate("vendor=1,other=2");
        let child = caller.child(NonZeroU64::new(0xb7).unwrap());
        assert_eq!(
            child.traceparent().to_string(),
            format!("00-{TRACE}-00000000000000b7-01")
        );
        assert_eq!(child.tracestate(), Some("vendor=1,other=2"));
        assert_eq!(
            format!("{child:?}"),
            format!(
                "TraceContext {{ traceparent: 00-{TRACE}-00000000000000b7-01, tracestate: Some(\"vendor=1,other=2\") }}"
            )
        );
    }

    #[test]
    fn tracestate_that_no_header_can_hold_is_left_out() {
        let context = TraceContext::new(NonZeroU128::MIN, NonZeroU64::MIN, false);
        for (value, kept) in [
            ("a=1", true),
            ("a=1,\tb=2", true),
            (&"x".repeat(512), true),
            (&"x".repeat(513), false),
            ("", false),
            ("a=1\r\nset-cookie: b", false),
            ("a=ü", false),
        ] {
            let context = context.clone().with_tracestate(value);
            assert_eq!(context.tracestate(), kept.then_some(value));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>, text: String) {
            let _ = TraceContext::parse_traceparent(&bytes);
            let _ = TraceContext::parse_xray(&text).map(|context| context.with_tracestate(&text));
        }

        #[test]
        fn what_nearly_is_a_header_reads_back_or_not_at_all(
            value in "[0-9a-g]{2}-[0-9a-f]{31,32}-[0-9a-f]{16,17}-[0-9a-f]{2}(-x)?",
        ) {
            if let Some(context) = TraceContext::parse_traceparent(value.as_bytes()) {
                prop_assert_eq!(&context.traceparent().to_string()[3..53], &value[3..53]);
            }
        }

        #[test]
        fn both_forms_read_back_what_was_written(trace_id: NonZeroU128, parent_id: NonZeroU64, sampled: bool) {
            let context = TraceContext::new(trace_id, parent_id, sampled);
            let traceparent = context.traceparent().to_string();
            prop_assert_eq!(traceparent.len(), 55);
            prop_assert_eq!(TraceContext::parse_traceparent(traceparent.as_bytes()), Some(context.clone()));
            prop_assert_eq!(TraceContext::parse_xray(&context.xray().to_string()), Some(context));
        }
    }
}
