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

/// The service and the method of a path such as `hello.Greeter/SayHello`.
pub(crate) fn method(text: &LitStr, errors: &mut Errors) -> (String, String) {
    let found = text.value();
    match split_method(&found) {
        Ok((service, method)) => (service.to_owned(), method.to_owned()),
        Err(fault) => {
            let nearest = match meant_method(&found) {
                Some(meant) => format!("did you mean `\"{meant}\"`? "),
                None => String::new(),
            };
            errors.push(mistakes::method_path(&found, &fault, &nearest).at(text));
            (String::new(), String::new())
        }
    }
}

/// gRPC over HTTP/2, "Requests": `/{service}/{method}`, the service with its package.
fn split_method(text: &str) -> Result<(&str, &str), String> {
    if text.starts_with('/') {
        return Err("it begins with `/`".to_owned());
    }
    if text.contains(char::is_whitespace) {
        return Err("it has a blank".to_owned());
    }
    let Some((service, method)) = text.split_once('/') else {
        return Err("no `/` parts the method from the service".to_owned());
    };
    if method.is_empty() {
        return Err("the method is missing".to_owned());
    }
    let mut names = service.split('.').chain([method]);
    match names.find(|name| !is_of_proto(name)) {
        Some("") => Err("a name between its dots is missing".to_owned()),
        Some(wrong) => Err(format!("`{wrong}` is not a name of a .proto file")),
        None => Ok((service, method)),
    }
}

/// What a path in another notation (`/hello.Greeter/SayHello`, `hello.Greeter.SayHello`) is as ours.
fn meant_method(text: &str) -> Option<String> {
    let path: String = text.split_whitespace().collect();
    let path = path.replace("::", ".").replace('/', ".");
    let (service, method) = path.trim_matches('.').rsplit_once('.')?;
    let is_type = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
    // `hello.Greeter` is a service without a method.
    let has_method = text.trim_matches('/').contains('/')
        || is_type(method) && service.rsplit('.').next().is_some_and(is_type);
    let meant = format!("{service}/{method}");
    (has_method && split_method(&meant).is_ok()).then_some(meant)
}

/// Protocol Buffers, language specification, "Identifiers"; protoc takes a leading `_` too.
fn is_of_proto(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
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
    fn methods() {
        for (text, expected) in [
            ("hello.Greeter/SayHello", Ok(("hello.Greeter", "SayHello"))),
            ("Greeter/say_hello", Ok(("Greeter", "say_hello"))),
            ("a.b2._c.D/E", Ok(("a.b2._c.D", "E"))),
            ("", Err("no `/` parts")),
            ("/hello.Greeter/SayHello", Err("begins with `/`")),
            ("hello.Greeter/ SayHello", Err("has a blank")),
            ("hello.Greeter", Err("no `/` parts")),
            ("hello.Greeter/", Err("the method is missing")),
            ("hello..Greeter/SayHello", Err("between its dots")),
            ("hello.Greeter/Say-Hello", Err("`Say-Hello` is not a name")),
            ("hello/Greeter/SayHello", Err("`Greeter/SayHello` is not")),
            ("hello.2nd/SayHello", Err("`2nd` is not a name")),
            ("hello.Größe/SayHello", Err("`Größe` is not a name")),
        ] {
            match (split_method(text), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
                (Err(fault), Err(part)) => assert!(fault.contains(part), "{text}: {fault}"),
                (found, expected) => panic!("{text}: {found:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn methods_in_other_notations() {
        for (text, expected) in [
            ("/hello.Greeter/SayHello", Some("hello.Greeter/SayHello")),
            (" hello.Greeter / SayHello ", Some("hello.Greeter/SayHello")),
            ("hello.Greeter.SayHello", Some("hello.Greeter/SayHello")),
            ("hello::Greeter::SayHello", Some("hello.Greeter/SayHello")),
            ("hello/Greeter/SayHello", Some("hello.Greeter/SayHello")),
            ("hello.Greeter/SayHello/", Some("hello.Greeter/SayHello")),
            ("hello.Greeter", None),
            ("hello.Greeter/", None),
            ("/", None),
            ("", None),
            ("SayHello", None),
            ("hello.Greeter/Say-Hello", None),
        ] {
            assert_eq!(meant_method(text).as_deref(), expected, "{text}");
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
