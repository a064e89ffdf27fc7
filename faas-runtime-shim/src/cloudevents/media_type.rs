//! The little that has to be known of media types.

/// Returns the media type without its parameters.
pub(super) fn essence(media_type: &[u8]) -> &[u8] {
    parts(media_type).next().unwrap_or_default()
}

/// Tells whether data of this type is JSON: `*/json` or `*/*+json` (JSON format, section 3.1.1).
pub(crate) fn is_json(media_type: &str) -> bool {
    has_subtype(media_type, b"json")
}

/// Tells whether data of this type is UTF-8 text if its bytes are.
pub(super) fn is_text(media_type: &str) -> bool {
    match charset(media_type) {
        Some(charset) => {
            charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"us-ascii")
        }
        None => {
            let kind = essence(media_type.as_bytes()).split_first_chunk();
            kind.is_some_and(|(kind, _): (&[u8; 5], _)| kind.eq_ignore_ascii_case(b"text/"))
                || has_subtype(media_type, b"xml")
        }
    }
}

/// The subtype is this format, or has it as its suffix (RFC 6839).
fn has_subtype(media_type: &str, format: &[u8]) -> bool {
    let mut parts = essence(media_type.as_bytes()).splitn(2, |byte| *byte == b'/');
    let subtype = parts.nth(1).unwrap_or_default();
    let (before, suffix) = match subtype.iter().rposition(|byte| *byte == b'+') {
        Some(plus) => subtype.split_at(plus + 1),
        None => (&b"+"[..], subtype),
    };
    before.ends_with(b"+") && suffix.eq_ignore_ascii_case(format)
}

fn charset(media_type: &str) -> Option<&[u8]> {
    parts(media_type.as_bytes()).skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_first_chunk::<8>()?;
        let value = value.strip_prefix(b"\"").unwrap_or(value);
        let value = value.strip_suffix(b"\"").unwrap_or(value);
        name.eq_ignore_ascii_case(b"charset=").then_some(value)
    })
}

fn parts(media_type: &[u8]) -> impl Iterator<Item = &[u8]> {
    media_type
        .split(|byte| *byte == b';')
        .map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    //! Which types are JSON, which are text.

    use super::*;

    #[test]
    fn json() {
        for json in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/json",
            "application/vnd.acme+json",
            "application/json-patch+json",
            "application/vnd.a+b+JSON ; v=1",
        ] {
            assert!(is_json(json), "{json}");
        }
        for other in [
            "",
            "json",
            "application/jsonp",
            "application/json-seq",
            "application/x-json+zip",
            "text/plain; a=application/json",
        ] {
            assert!(!is_json(other), "{other}");
        }
    }

    #[test]
    fn text() {
        for text in [
            "text/plain",
            "TEXT/html",
            "text/plain; charset=\"UTF-8\"",
            "text/plain; charset=us-ascii",
            "application/xml",
            "image/svg+xml",
            "application/x-www-form-urlencoded; Charset=utf-8",
        ] {
            assert!(is_text(text), "{text}");
        }
        for other in [
            "",
            "text",
            "application/octet-stream",
            "text/plain; charset=iso-8859-1",
            "application/xml; charset=utf-16",
        ] {
            assert!(!is_text(other), "{other}");
        }
    }
}
