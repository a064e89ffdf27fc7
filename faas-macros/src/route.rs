//! Checks the paths of `#[faas::http]` by the rules of the router below axum 0.8 (matchit 0.8), so that what it would
//! refuse by a panic at start is a compile error, together with what it accepts and no request can match.

use std::collections::BTreeSet;

use crate::mistakes::{self, Mistake};
use crate::values;

/// All that is wrong with the path of a route.
pub(crate) fn path(path: &str) -> Vec<Mistake> {
    let (segments, mut found) = segments(path);
    let mut names = BTreeSet::new();
    let last = segments.len().saturating_sub(1);
    for (index, segment) in segments.into_iter().enumerate() {
        if let Some(new) = modern(segment) {
            found.push(mistakes::old_parameter(segment, &new));
            continue;
        }
        let Some(pieces) = pieces(segment) else {
            found.push(mistakes::path_braces(segment));
            continue;
        };
        for (position, piece) in pieces.iter().enumerate() {
            let ends_segment = position + 1 == pieces.len();
            match piece {
                Piece::Text(text) => found.extend(characters(text)),
                Piece::Parameter { name, rest } => {
                    if !values::is_parameter_name(name) {
                        found.push(mistakes::parameter_name(name));
                    } else if !names.insert(name.clone()) {
                        found.push(mistakes::duplicate_parameter(name));
                    }
                    if *rest && !(ends_segment && index == last) {
                        found.push(mistakes::rest_not_last(segment));
                        break;
                    }
                    if !ends_segment {
                        found.push(mistakes::text_after_parameter(segment));
                        break;
                    }
                }
            }
        }
    }
    found
}

/// All that is wrong with the prefix of a mount.
pub(crate) fn prefix(prefix: &str) -> Vec<Mistake> {
    let (segments, mut found) = segments(prefix);
    let parameter = |segment: &&str| segment.contains(['{', '}']) || modern(segment).is_some();
    if segments.iter().any(parameter) {
        found.push(mistakes::mount_parameter(prefix));
    } else {
        found.extend(segments.iter().flat_map(|segment| characters(segment)));
    }
    let short = prefix.trim_end_matches('/');
    if short.len() < prefix.len() && prefix != "/" {
        let new = if short.is_empty() { "/" } else { short };
        found.push(mistakes::mount_slash(prefix, new));
    }
    found
}

/// The segments of a path, and what is wrong with it as a whole.
fn segments(path: &str) -> (Vec<&str>, Vec<Mistake>) {
    let Some(rest) = path.strip_prefix('/') else {
        return (Vec::new(), vec![mistakes::path_start(path)]);
    };
    let mut found = Vec::new();
    let (rest, query) = match rest.find(['?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if !query.is_empty() {
        found.push(mistakes::path_query(query));
    }
    if format!("/{rest}").contains("//") {
        found.push(mistakes::empty_segment(path));
    }
    (rest.split('/').collect(), found)
}

/// How a parameter of axum 0.7 (`:id`, `*rest`) is written today.
fn modern(segment: &str) -> Option<String> {
    let (name, star) = match (segment.strip_prefix(':'), segment.strip_prefix('*')) {
        (Some(name), _) => (name, ""),
        (_, Some(name)) => (name, "*"),
        (None, None) => return None,
    };
    let name = if values::is_parameter_name(name) {
        name
    } else {
        "name"
    };
    Some(format!("{{{star}{name}}}"))
}

enum Piece {
    Text(String),
    Parameter { name: String, rest: bool },
}

/// A segment's texts and parameters; `None` if a brace stays open, closes nothing or encloses nothing. Doubled braces
/// are read from the left, as the router does.
fn pieces(segment: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut name: Option<String> = None;
    let mut chars = segment.chars().peekable();
    while let Some(c) = chars.next() {
        let brace = c == '{' || c == '}';
        let literal = !brace || chars.next_if_eq(&c).is_some();
        match (&mut name, c) {
            (Some(name), c) if literal => name.push(c),
            (None, c) if literal => text.push(c),
            (None, '{') => {
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                name = Some(String::new());
            }
            (Some(_), '}') => {
                let name = name.take().unwrap_or_default();
                let rest = name.strip_prefix('*');
                let plain = rest.unwrap_or(&name);
                if plain.is_empty() {
                    return None;
                }
                pieces.push(Piece::Parameter {
                    name: plain.to_owned(),
                    rest: rest.is_some(),
                });
            }
            _ => return None,
        }
    }
    if name.is_some() {
        return None;
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Some(pieces)
}

/// The characters that RFC 3986, section 3.3, does not allow in a segment. Braces are here because they were doubled.
fn characters(text: &str) -> impl Iterator<Item = Mistake> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@%{}".contains(c);
    let wrong: BTreeSet<char> = text.chars().filter(|c| !allowed(*c)).collect();
    wrong.into_iter().map(|c| {
        let encoded: String = c
            .encode_utf8(&mut [0; 4])
            .bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect();
        let shown = if c.is_control() {
            format!("control character {}", c.escape_default())
        } else {
            format!("`{c}`")
        };
        mistakes::path_character(&shown, &encoded)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(found: Vec<Mistake>) -> Vec<String> {
        found.iter().map(Mistake::text).collect()
    }

    /// Each expected text is a part of the mistake at its place, and there are no others.
    #[track_caller]
    fn check(found: Vec<Mistake>, expected: &[&str]) {
        let found = texts(found);
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "no `{expected}` in\n{found}");
        }
    }

    #[test]
    fn paths_that_the_router_takes() {
        for text in [
            "/",
            "/orders",
            "/orders/",
            "/orders/{id}",
            "/orders/{id}/items/{item}",
            "/files/{*rest}",
            "/{*rest}",
            "/file-{name}",
            "/v1/report_{year}/x",
            "/a{*rest}",
            "/~user/@me/a:b/a*b",
            "/caf%C3%A9",
            "/{{literal}}",
        ] {
            assert_eq!(texts(path(text)), [""; 0], "{text}");
        }
    }

    #[test]
    fn paths_that_nothing_can_match() {
        check(path(""), &["path `` does not begin with `/`"]);
        check(path("orders"), &["path `orders` does not begin with `/`"]);
        check(path("https://a/b"), &["does not begin with `/`"]);
        check(path("/orders//x"), &["empty segment"]);
        check(path("//"), &["empty segment"]);
        check(
            path("/orders?id={id}"),
            &["`?id={id}` is not part of a path"],
        );
        check(path("/orders#top"), &["`#top` is not part of a path"]);
        check(path("/a b"), &["` ` cannot stand in a path"]);
        check(path("/a\tb"), &["control character \\t"]);
        check(
            path("/café"),
            &[
                "`é` cannot stand in a path [F0140]\nhelp: a path is matched as it is sent: write `%C3%A9`",
            ],
        );
        check(path("/a\\b|c"), &["`\\`", "`|`"]);
    }

    #[test]
    fn parameters_in_the_old_syntax() {
        check(path("/orders/:id"), &["write `{id}`"]);
        check(path("/files/*rest"), &["write `{*rest}`"]);
        check(path("/files/*"), &["write `{*name}`"]);
        check(path("/:a/:b"), &["write `{a}`", "write `{b}`"]);
    }

    #[test]
    fn parameters_that_the_router_refuses() {
        check(path("/{id"), &["braces in `{id`"]);
        check(path("/id}"), &["braces in `id}`"]);
        check(path("/{}"), &["braces in `{}`"]);
        check(path("/{*}"), &["braces in `{*}`"]);
        check(path("/{a/b}"), &["braces in `{a`", "braces in `b}`"]);
        check(path("/{id}}"), &["braces in `{id}}`"]);
        check(path("/{a{b}}"), &["braces in `{a{b}}`"]);
        check(path("/{{{id}}}"), &["`id}` cannot be the name"]);
        check(path("/{order-id}"), &["`order-id` cannot be the name"]);
        check(path("/{1st}"), &["`1st` cannot be the name"]);
        check(path("/{a}/{b}/{a}"), &["`a` occurs twice"]);
        check(path("/{name}.png"), &["in `{name}.png` something follows"]);
        check(path("/{a}-{b}"), &["in `{a}-{b}` something follows"]);
        check(path("/{*rest}/x"), &["something follows on `{*rest}`"]);
        check(path("/{*rest}/"), &["something follows on `{*rest}`"]);
    }

    #[test]
    fn all_mistakes_of_a_path_at_once() {
        check(
            path("/:a//{b}.x?c"),
            &["`?c`", "empty segment", "write `{a}`", "in `{b}.x`"],
        );
    }

    #[test]
    fn prefixes() {
        for text in ["/", "/admin", "/admin/v1"] {
            assert_eq!(texts(prefix(text)), [""; 0], "{text}");
        }
        check(prefix("admin"), &["does not begin with `/`"]);
        check(prefix(""), &["does not begin with `/`"]);
        check(prefix("/admin/"), &["write \"/admin\""]);
        check(prefix("//"), &["empty segment", "write \"/\""]);
        check(prefix("/{tenant}"), &["has a parameter"]);
        check(prefix("/:tenant"), &["has a parameter"]);
        check(prefix("/a/*rest"), &["has a parameter"]);
        check(prefix("/a b"), &["` `"]);
        check(prefix("/a?b"), &["`?b`"]);
    }
}
