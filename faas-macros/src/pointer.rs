//! Reads JSON Pointers (RFC 6901): where in a payload the parts of an idempotency key are.

use syn::LitStr;

use crate::errors::Errors;
use crate::mistakes;

/// Reads the pointers of a key.
pub(crate) fn all(texts: &[LitStr], errors: &mut Errors) -> Vec<String> {
    let read = texts.iter().map(|text| {
        let found = text.value();
        if !is_pointer(&found) {
            let nearest = match meant(&found) {
                Some(meant) => format!("did you mean `\"{meant}\"`? "),
                None => String::new(),
            };
            errors.push(mistakes::pointer(&found, &nearest).at(text));
        }
        found
    });
    read.collect()
}

/// RFC 6901, section 3. The empty pointer, which is the whole payload, is left out: no two payloads would be the same.
fn is_pointer(text: &str) -> bool {
    let escapes = |rest: &str| rest.starts_with(['0', '1']);
    text.starts_with('/') && text.split('~').skip(1).all(escapes)
}

/// What a path in another notation (`order.id`, `$.order.id`, `#/order/id`) is as a pointer.
fn meant(text: &str) -> Option<String> {
    let path = text.trim_start_matches(['$', '#']).replace(']', "");
    let path = path.replace(['.', '['], "/");
    let path = format!("/{}", path.trim_matches('/'));
    let mut parts = path.split('~');
    let mut meant = parts.next()?.to_owned();
    for part in parts {
        let escape = if part.starts_with(['0', '1']) {
            "~"
        } else {
            "~0"
        };
        meant.push_str(escape);
        meant.push_str(part);
    }
    (meant != "/" && is_pointer(&meant)).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers() {
        for (text, expected) in [
            ("/id", true),
            ("/order/id", true),
            ("/lines/0/sku", true),
            ("/a~0b/c~1d", true),
            ("/~01", true),
            ("/", true),
            ("/größe", true),
            ("/order.id", true),
            ("", false),
            ("id", false),
            ("order.id", false),
            ("#/order/id", false),
            ("/a~", false),
            ("/a~2", false),
            ("/~~0", false),
        ] {
            assert_eq!(is_pointer(text), expected, "{text}");
        }
    }

    #[test]
    fn other_notations() {
        for (text, expected) in [
            ("id", Some("/id")),
            ("order.id", Some("/order/id")),
            ("order/id", Some("/order/id")),
            ("$.order.id", Some("/order/id")),
            ("$.lines[0].sku", Some("/lines/0/sku")),
            ("#/order/id", Some("/order/id")),
            ("/a~b", Some("/a~0b")),
            ("/a~", Some("/a~0")),
            ("", None),
            ("$", None),
        ] {
            assert_eq!(meant(text).as_deref(), expected, "{text}");
        }
    }
}
