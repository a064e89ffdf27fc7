//! Names in a text of which nothing is known: `name=value`, `name: value`, also with quotes, elements of XML, parts of a form,
//! an address with its user, a bearer's token. Rather more is taken out than too little.

use std::ops::Range;

use super::REDACTED;
use super::names::Names;

/// Returns what may be kept of a text, if that is not all.
pub(super) fn redacted(names: &Names, text: &str) -> Option<String> {
    let mut kept = String::new();
    // up to here the text is in `kept`, or taken out
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = next(text, at) {
        at = found + 1;
        let Some((start, end)) = credential(names, text, found) else {
            continue;
        };
        if start < done || text.get(start..end) == Some(REDACTED) {
            continue;
        }
        kept.push_str(&text[done..start]);
        kept.push_str(REDACTED);
        done = end;
        at = end;
    }
    (done > 0).then(|| {
        kept.push_str(&text[done..]);
        kept
    })
}

/// Finds the next sign that may part a name from a value.
fn next(text: &str, from: usize) -> Option<usize> {
    let found = text.get(from..)?.find(['=', ':', ' ', '>'])?;
    Some(from + found)
}

/// Where the credential lies that the sign at this place parts from its name.
fn credential(names: &Names, text: &str, at: usize) -> Option<(usize, usize)> {
    let (before, behind) = (&text[..at], &text[at + 1..]);
    let behind_at = at + 1;
    if text.as_bytes()[at] == b' ' {
        let is_bearer = last(before, 6).is_some_and(|word| word.eq_ignore_ascii_case("bearer"));
        let end = behind.find(is_blank_or_quote).unwrap_or(behind.len());
        return (is_bearer && end > 0).then_some((behind_at, behind_at + end));
    }
    if text.as_bytes()[at] == b'>' {
        let length = element(names, before, behind)?;
        return (length > 0).then_some((behind_at, behind_at + length));
    }
    if let Some(part) = part(names, before, behind) {
        return Some((behind_at + part.start, behind_at + part.end));
    }
    if let Some(address) = behind.strip_prefix("//") {
        let authority = &address[..address.find(ends_authority).unwrap_or(address.len())];
        let user = authority.rfind('@').filter(|length| *length > 0)?;
        return Some((behind_at + 2, behind_at + 2 + user));
    }
    if !names.is_secret(name_before(before)) {
        return None;
    }
    let start = behind_at + (behind.len() - behind.trim_start_matches([' ', '\t']).len());
    let value = &text[start..];
    let is_line = text.as_bytes()[at] == b':';
    let (start, length) = match quote(value) {
        Some(quote) => {
            let value = &value[quote.len()..];
            (start + quote.len(), quoted_end(value, quote))
        }
        // a header's value may have blanks
        None if is_line => (start, value.find(['\r', '\n']).unwrap_or(value.len())),
        None => (start, value.find(ends_pair).unwrap_or(value.len())),
    };
    (length > 0).then_some((start, start + length))
}

/// How long the text of an element of XML is whose start tag ends here, if its name is secret.
fn element(names: &Names, before: &str, behind: &str) -> Option<usize> {
    let near = &before[before.floor_char_boundary(before.len().saturating_sub(NEAR))..];
    let (_, tag) = near.rsplit_once('<')?;
    let name = tag.split_ascii_whitespace().next()?;
    if !names.is_secret(name) {
        return None;
    }
    behind[..behind.floor_char_boundary(FAR)].find(&format!("</{name}>"))
}

/// How far a start tag, or the end of a part's headers, is looked for: a hostile text must not be read again for each sign.
const NEAR: usize = 1024;
/// How far the end of an element is looked for.
const FAR: usize = 16 * 1024;

/// Where the value lies of a part of a form with a secret name: `name="…"`, the end of its headers, the value, a boundary (RFC
/// 7578, section 4.2).
fn part(names: &Names, before: &str, behind: &str) -> Option<Range<usize>> {
    let (name, _) = behind.strip_prefix('"')?.split_once('"')?;
    if name_before(before) != "name" || !names.is_secret(name) {
        return None;
    }
    let headers = &behind[..behind.floor_char_boundary(NEAR)];
    let start = headers.find("\r\n\r\n")? + 4;
    let end = behind[start..]
        .find("\r\n--")
        .map_or(behind.len(), |length| start + length);
    (start < end).then_some(start..end)
}

/// The last characters of a text, if they are so many bytes.
fn last(text: &str, bytes: usize) -> Option<&str> {
    text.get(text.len().checked_sub(bytes)?..)
}

/// The name that a text ends with, out of its quotes.
fn name_before(text: &str) -> &str {
    let text = text.trim_end_matches([' ', '\t']);
    let text = text.strip_suffix(['"', '\'']).unwrap_or(text);
    let text = text.trim_end_matches('\\');
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '%');
    &text[text.trim_end_matches(is_of_name).len()..]
}

/// The quote that a text begins with, with the backslashes of the string that it stands in.
fn quote(text: &str) -> Option<&str> {
    let slashes = text.len() - text.trim_start_matches('\\').len();
    let is_quoted = text[slashes..].starts_with(['"', '\'']);
    is_quoted.then(|| &text[..=slashes])
}

/// Where a value ends before the same quote; at the end of the text, if that was cut off.
fn quoted_end(value: &str, quote: &str) -> usize {
    let slashes = quote.len() - 1;
    let is_end = |at: usize| {
        let before = &value[..at];
        before.len() - before.trim_end_matches('\\').len() == slashes
    };
    value
        .match_indices(&quote[slashes..])
        .find_map(|(at, _)| is_end(at).then_some(at - slashes))
        .unwrap_or(value.len())
}

fn is_blank_or_quote(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'')
}

fn ends_pair(c: char) -> bool {
    is_blank_or_quote(c) || matches!(c, '&' | ';' | '<' | '>' | '#')
}

fn ends_authority(c: char) -> bool {
    is_blank_or_quote(c) || matches!(c, '/' | '?' | '#' | '<' | '>')
}
