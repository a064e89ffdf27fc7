//! The cause of an error as X-Ray shows it beside the invocation's segment: a document in a header of the report.
//!
//! It tells what the report's body tells, and of a panic its place in the source. The form is that of X-Ray's segment
//! documents ("Segment documents", section "Subsegments", `cause`) with the short names of the Runtime API; the platform
//! drops a document that is not of this form and crops one above 64 KiB.

use crate::invocation::Failure;

/// Writes the document, in ASCII without control characters, as a header bears it.
pub(crate) fn cause(failure: &Failure) -> String {
    let mut tail = String::from("\"");
    let mut paths = String::new();
    if let Some(place) = &failure.place {
        tail.push_str(r#","stack":[{"path":""#);
        escaped(&place.file, LONGEST_NAME, &mut tail);
        tail.push_str(&format!(r#"","line":{}}}]"#, place.line));
        paths.push('"');
        escaped(&place.file, LONGEST_NAME, &mut paths);
        paths.push('"');
    }
    tail.push_str(&format!(r#"}}],"paths":[{paths}]}}"#));
    let mut out = format!(r#"{{"working_directory":"{TASK_ROOT}","exceptions":[{{"type":""#);
    escaped(&failure.name, LONGEST_NAME, &mut out);
    out.push_str(r#"","message":""#);
    let room = LIMIT.saturating_sub(out.len()).saturating_sub(tail.len());
    escaped(&failure.message, room, &mut out);
    out.push_str(&tail);
    out
}

/// The most bytes of a document (X-Ray Developer Guide, "Segment documents": 64 kB).
const LIMIT: usize = 64 * 1024;

/// The most bytes of a type's name or a path: a longer one is no name.
const LONGEST_NAME: usize = 1024;

/// Where the function's code lies, and its working directory (Lambda Developer Guide, "Defined runtime environment
/// variables", `LAMBDA_TASK_ROOT`).
const TASK_ROOT: &str = "/var/task";

/// Appends text as it stands between the quotes of a JSON string of ASCII signs alone, as many whole ones as have room.
fn escaped(text: &str, room: usize, out: &mut String) {
    let end = out.len().saturating_add(room);
    for c in text.chars() {
        let before = out.len();
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(c),
            _ => {
                // RFC 8259, section 7: beyond the basic plane as a pair
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
        if out.len() > end {
            return out.truncate(before);
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a test that indexes what is not there fails, as it should"
)]
mod tests {
    //! Documents as the platform reads them, whatever a message holds.

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::invocation::Place;

    fn of(message: &str, place: Option<Place>) -> Failure {
        Failure::panic(message.to_owned(), place)
    }

    #[track_caller]
    fn read(failure: &Failure) -> Value {
        let document = cause(failure);
        assert!(document.len() <= LIMIT, "{}", document.len());
        assert!(document.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        serde_json::from_str(&document).unwrap()
    }

    #[test]
    fn a_panic_has_its_place() {
        let place = Place::new("/home/ann/shop/src/orders.rs", 12);
        assert_eq!(
            read(&of("no\tpen \"left\" – 🦀", Some(place))),
            json!({
                "working_directory": "/var/task",
                "exceptions": [{
                    "type": "Panic",
                    "message": "no\tpen \"left\" – 🦀",
                    "stack": [{ "path": "src/orders.rs", "line": 12 }],
                }],
                "paths": ["src/orders.rs"],
            })
        );
    }

    #[test]
    fn an_error_has_none() {
        assert_eq!(
            read(&Failure::not_attempted("one before it failed")),
            json!({
                "working_directory": "/var/task",
                "exceptions": [{ "type": "NotAttempted", "message": "one before it failed" }],
                "paths": [],
            })
        );
    }

    #[test]
    fn a_long_message_is_cut_between_its_signs() {
        for sign in ["x", "é", "🦀", "\"", "\u{1}"] {
            let failure = of(&sign.repeat(LIMIT), Some(Place::new("src/a.rs", 1)));
            let document = read(&failure);
            let message = document["exceptions"][0]["message"].as_str().unwrap();
            assert!(failure.message.starts_with(message));
            assert!(cause(&failure).len() > LIMIT - 16);
            assert_eq!(document["paths"], json!(["src/a.rs"]));
        }
        let long = Place::new(&"é".repeat(LIMIT), 1);
        assert!(
            read(&of("m", Some(long)))["paths"][0]
                .as_str()
                .unwrap()
                .len()
                > 100
        );
    }

    proptest! {
        #[test]
        fn any_text_is_told_as_it_is(message: String, file: String) {
            let document = read(&of(&message, Some(Place { file: file.into(), line: 7 })));
            prop_assert_eq!(&document["exceptions"][0]["message"], &message);
        }
    }
}
