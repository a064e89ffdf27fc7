//! Checks the names of what functions are invoked by: queues, buckets, tables, types of events. They are logical names: the
//! configuration binds them to physical ones, which may have other characters.

use syn::LitStr;

use crate::errors::Errors;
use crate::mistakes;

pub(crate) fn queue(text: &LitStr, errors: &mut Errors) -> String {
    let found = text.value();
    if !is_path(&found) {
        errors.push(mistakes::queue_name(&found).at(text));
    }
    found
}

pub(crate) fn bucket(text: &LitStr, errors: &mut Errors) -> String {
    let found = text.value();
    if !is_path(&found) || found.contains('/') {
        errors.push(mistakes::bucket_name(&found).at(text));
    }
    found
}

pub(crate) fn table(text: &LitStr, errors: &mut Errors) -> String {
    let found = text.value();
    if !found.split('.').all(is_identifier) {
        errors.push(mistakes::table_name(&found).at(text));
    }
    found
}

/// A type of events, perhaps with a `*` as its end.
pub(crate) fn event(text: &LitStr, errors: &mut Errors) -> String {
    let found = text.value();
    if !is_text(&found) {
        let mistake = mistakes::event_text(&found, "type", "com.example.user.created");
        errors.push(mistake.at(text));
    } else if found.strip_suffix('*').unwrap_or(&found).contains('*') {
        errors.push(mistakes::star_not_last(&found).at(text));
    }
    found
}

pub(crate) fn source(text: &LitStr, errors: &mut Errors) -> Option<String> {
    let found = text.value();
    if !is_text(&found) {
        errors.push(mistakes::event_text(&found, "source", "/users").at(text));
    } else if found.contains('*') {
        errors.push(mistakes::wildcard("source", &found).at(text));
    } else {
        return Some(found);
    }
    None
}

/// The begin or the end of an object's key.
pub(crate) fn affix(key: &str, text: &LitStr, errors: &mut Errors) -> Option<String> {
    let found = text.value();
    if found.is_empty() {
        errors.push(mistakes::empty_affix(key).at(text));
    } else if found.contains('*') {
        errors.push(mistakes::wildcard(key, &found).at(text));
    } else {
        return Some(found);
    }
    None
}

/// Whether both are names, and of the same queue: a physical name says by `.fifo` what a logical one may leave out.
pub(crate) fn same_queue(a: &str, b: &str) -> bool {
    let logical = |name: &str| name.strip_suffix(".fifo").unwrap_or(name).to_owned();
    is_path(a) && logical(a) == logical(b)
}

/// What stands in the paths and names of all brokers.
fn is_path(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "_-$".contains(c))
}

/// What CloudEvents 1.0.2, section 2, allows for its attributes; types of AWS have blanks, but none begins with one.
fn is_text(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (text, expected) in [
            ("orders", true),
            ("Orders-2_x.fifo", true),
            ("shop/orders", true),
            ("_internal", true),
            ("2nd", true),
            ("", false),
            (".", false),
            ("/orders", false),
            ("-orders", false),
            ("my orders", false),
            ("orders*", false),
            ("größe", false),
            ("arn:aws:sqs:eu-west-1:1:orders", false),
            ("kafka://127.0.0.1/orders", false),
        ] {
            assert_eq!(is_path(text), expected, "{text}");
        }
    }

    #[test]
    fn tables() {
        for (text, expected) in [
            ("orders", true),
            ("shop.orders", true),
            ("db.shop.orders", true),
            ("shop.größen", true),
            ("Shop-2.orders$x", true),
            ("", false),
            ("shop.", false),
            (".orders", false),
            ("shop..orders", false),
            ("shop orders", false),
            ("shop.*", false),
            ("shop/orders", false),
        ] {
            assert_eq!(text.split('.').all(is_identifier), expected, "{text}");
        }
    }

    #[test]
    fn one_queue_under_two_names() {
        for (a, b, expected) in [
            ("orders", "orders", true),
            ("orders", "orders.fifo", true),
            ("orders.fifo", "orders", true),
            ("orders", "orders-dead", false),
            ("orders", "Orders", false),
            ("my orders", "my orders", false),
        ] {
            assert_eq!(same_queue(a, b), expected, "{a} {b}");
        }
    }
}
