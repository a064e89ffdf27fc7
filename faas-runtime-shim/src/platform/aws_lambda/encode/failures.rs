//! Which records of a batch have failed (Lambda Developer Guide, "Reporting batch item failures" of each source; for
//! Kafka "Partial batch response").
//!
//! A mapping without `ReportBatchItemFailures` reads none of it and takes the batch for done; nothing in an event tells.

use std::collections::HashSet;
use std::fmt;
use std::io::Write as _;

use super::text;

/// The name of a record in an answer. One that the source does not know would fail the batch.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Identifier {
    /// A message's id or a sequence number.
    Text(Box<str>),
    /// Of Kafka.
    Offset {
        /// With its topic: `orders-0`.
        partition: Box<str>,
        offset: i64,
    },
}

impl Identifier {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Offset { partition, .. } => partition.is_empty(),
        }
    }
}

/// For messages.
impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Offset { partition, offset } => write!(f, "{partition}/{offset}"),
        }
    }
}

/// Appends the answer to a batch: the failed records, each once, and the state of a stream's window as it was.
pub(crate) fn failures<'i>(
    failed: impl Iterator<Item = &'i Identifier>,
    state: Option<&[u8]>,
    out: &mut Vec<u8>,
) {
    out.push(b'{');
    if let Some(state) = state {
        out.extend_from_slice(br#""state":"#);
        out.extend_from_slice(state);
        out.push(b',');
    }
    out.extend_from_slice(br#""batchItemFailures":["#);
    let mut told = HashSet::new();
    for identifier in failed {
        if !told.insert(identifier) {
            continue;
        }
        if told.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(br#"{"itemIdentifier":"#);
        write(identifier, out);
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
}

fn write(identifier: &Identifier, out: &mut Vec<u8>) {
    match identifier {
        Identifier::Text(id) => {
            out.push(b'"');
            text::escaped(id, out);
            out.push(b'"');
        }
        Identifier::Offset { partition, offset } => {
            out.extend_from_slice(br#"{"partition":""#);
            text::escaped(partition, out);
            // writing to a vector does not fail
            let _infallible = write!(out, r#"","offset":{offset}}}"#);
        }
    }
}

#[cfg(test)]
mod tests {
    //! Recorded answers, and what must not be told twice.

    use serde_json::{Value, json};

    use super::*;

    fn answer(failed: &[Identifier], state: Option<&[u8]>) -> Value {
        let mut out = Vec::new();
        failures(failed.iter(), state, &mut out);
        serde_json::from_slice(&out).unwrap()
    }

    fn recorded(name: &str) -> Value {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/aws/");
        serde_json::from_slice(&std::fs::read(format!("{folder}{name}")).unwrap()).unwrap()
    }

    fn text(id: &str) -> Identifier {
        Identifier::Text(id.into())
    }

    fn offset(partition: &str, offset: i64) -> Identifier {
        Identifier::Offset {
            partition: partition.into(),
            offset,
        }
    }

    #[test]
    fn the_recorded_answers_are_made() {
        let sqs = answer(&[text("id2"), text("id4")], None);
        assert_eq!(sqs, recorded("response-batch-sqs.json"));
        let kafka = answer(&[offset("orders-0", 17)], None);
        assert_eq!(kafka, recorded("response-batch-kafka.json"));
    }

    #[test]
    fn a_success_is_an_empty_list() {
        assert_eq!(answer(&[], None), json!({"batchItemFailures": []}));
    }

    #[test]
    fn an_id_is_told_once_and_as_it_is() {
        let odd = "\u{1}\"\\é";
        assert_eq!(
            answer(&[text(odd), text("b"), text(odd), text("b")], None),
            json!({"batchItemFailures": [{"itemIdentifier": odd}, {"itemIdentifier": "b"}]})
        );
    }

    #[test]
    fn a_window_gets_its_state_back() {
        let state = br#"{"1": [1.50, null]}"#;
        let mut out = Vec::new();
        failures([text("a")].iter(), Some(state), &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"state":{"1": [1.50, null]},"batchItemFailures":[{"itemIdentifier":"a"}]}"#
        );
    }
}
