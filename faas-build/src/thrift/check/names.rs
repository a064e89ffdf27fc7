//! Every name and number stands for one thing.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use pilota_build::IdentName;

use super::Findings;
use super::scope::{Found, Scope};
use crate::source::Span;
use crate::thrift::idl::{EnumValue, Field, Kind, Method, Name, Service};

pub(super) fn check(scope: &Scope<'_>, findings: &mut Findings<'_>) {
    definitions(scope, findings);
    check_derived(scope, findings);
    for found in scope.definitions() {
        let Found { file, definition } = found;
        match &definition.kind {
            Kind::Struct(fields) | Kind::Exception(fields) => {
                check_fields(file, fields, "field", findings);
            }
            Kind::Union(fields) => {
                check_fields(file, fields, "field", findings);
                check_choice(found, fields.len(), findings);
            }
            Kind::Enum(values) => {
                check_values(file, values, findings);
                check_choice(found, values.len(), findings);
            }
            Kind::Service(service) => {
                for method in &service.methods {
                    check_method(file, method, findings);
                }
            }
            Kind::Const(..) | Kind::Typedef(_) => {}
        }
    }
}

/// A name is defined once in a module, and files of one namespace are one module.
fn definitions(scope: &Scope<'_>, findings: &mut Findings<'_>) {
    let mut seen: HashMap<(String, bool, &str), Found<'_>> = HashMap::new();
    for found in scope.definitions() {
        let name = &found.definition.name;
        let constant = matches!(found.definition.kind, Kind::Const(..));
        let key = (module(scope, found.file), constant, name.text.as_str());
        if let Some(first) = seen.get(&key) {
            let place = findings.first(found.file, first.file, &first.definition.name.span);
            let help = match first.file == found.file {
                true => place,
                false => format!("{place}, in the same module; give each its own `namespace rs`"),
            };
            let message = format!("`{}` is defined twice", name.text);
            findings.add(found.file, &name.span, message, Some(help));
        } else {
            seen.insert(key, found);
        }
    }
}

/// Types have names that the generated code does not use for something else.
fn check_derived(scope: &Scope<'_>, findings: &mut Findings<'_>) {
    let mut taken: HashMap<(String, String), (usize, &Span)> = HashMap::new();
    for found in scope.definitions() {
        if matches!(found.definition.kind, Kind::Const(..)) {
            continue;
        }
        let (name, span) = (rust(&found.definition.name), &found.definition.name.span);
        if RESERVED.contains(&name.as_str()) {
            let message = format!("`{name}` has a meaning of its own in the generated code");
            findings.add(found.file, span, message, Some(RENAME.to_owned()));
        }
        taken.insert((module(scope, found.file), name), (found.file, span));
    }
    for found in scope.definitions() {
        let Kind::Service(service) = &found.definition.kind else {
            continue;
        };
        for (name, span) in derived(&found.definition.name, service) {
            let key = (module(scope, found.file), name);
            match taken.get(&key) {
                Some((file, taken)) => {
                    let message = format!(
                        "`{}` is also what is made of the service `{}`",
                        key.1, found.definition.name.text
                    );
                    findings.add(*file, taken, message, Some(RENAME.to_owned()));
                }
                None => {
                    taken.insert(key, (found.file, span));
                }
            }
        }
    }
}

/// Names that pilota's code uses without their paths.
const RESERVED: [&str; 3] = ["From", "Send", "T"];

const RENAME: &str = "choose another name";

/// The names of the types that are made of a service, each with what it comes from.
fn derived<'a>(name: &'a Name, service: &'a Service) -> Vec<(String, &'a Span)> {
    let rust_name = rust(name);
    let own = ["Server", "Client"].map(|suffix| (format!("{rust_name}{suffix}"), &name.span));
    let mut names = Vec::from(own);
    let mut seen = HashSet::new();
    for method in &service.methods {
        if !seen.insert(&method.name.text) {
            continue;
        }
        let suffixes = ["ArgsRecv", "ArgsSend", "ResultRecv", "ResultSend"];
        let exception = (!method.throws.is_empty()).then_some("Exception");
        // Methods that differ only in how they are written keep their own spelling.
        let (own, text) = (rust(&method.name), &method.name.text);
        let unlike = |other: &Method| rust(&other.name) == own && other.name.text != *text;
        let middle = match service.methods.iter().any(unlike) {
            true => text.clone(),
            false => own,
        };
        for suffix in suffixes.into_iter().chain(exception) {
            let name = format!("{rust_name}{middle}{suffix}");
            names.push((name, &method.name.span));
        }
    }
    names
}

fn rust(name: &Name) -> String {
    name.text.as_str().upper_camel_ident().to_string()
}

/// The module that the generator puts a file's types into.
fn module(scope: &Scope<'_>, file: usize) -> String {
    let file = &scope.program.files[file];
    let namespaces = &file.document.namespaces;
    let told = ["rs", "go", "*"].into_iter().find_map(|language| {
        namespaces
            .iter()
            .find(|namespace| namespace.language == language)
    });
    match told {
        Some(namespace) => namespace.name.clone(),
        None => stem(&file.source.path),
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .replace('.', "_")
}

/// A union or enum has something to choose from, or no value of it could be made.
fn check_choice(found: Found<'_>, count: usize, findings: &mut Findings<'_>) {
    if count == 0 {
        let name = &found.definition.name;
        let message = format!("`{}` has nothing in it", name.text);
        findings.add(found.file, &name.span, message, None);
    }
}

fn check_method(file: usize, method: &Method, findings: &mut Findings<'_>) {
    check_fields(file, &method.args, "argument", findings);
    check_fields(file, &method.throws, "exception", findings);
    // Field 0 of a result is the value.
    for field in &method.throws {
        if let Some(number) = field.number.as_ref().filter(|number| number.value == 0) {
            let message = "an exception's number must not be 0, which is the result's";
            findings.add(file, &number.span, message, None);
        }
    }
}

fn check_fields(file: usize, fields: &[Field], what: &str, findings: &mut Findings<'_>) {
    let mut names: HashMap<&str, &Span> = HashMap::new();
    let mut numbers: HashMap<i64, &Field> = HashMap::new();
    for field in fields {
        let name = &field.name;
        if let Some(first) = names.insert(&name.text, &name.span) {
            let message = format!("there are two {what}s named `{}`", name.text);
            let help = findings.first(file, file, first);
            findings.add(file, &name.span, message, Some(help));
        }
        let Some(number) = &field.number else {
            let message = format!("{what} `{}` has no number", name.text);
            let help = "write one before the type, as in `1: string name`".to_owned();
            findings.add(file, &field.ty.span, message, Some(help));
            continue;
        };
        if i16::try_from(number.value).is_err() {
            let message = format!("expected a number of 16 bits, found `{}`", number.value);
            findings.add(file, &number.span, message, None);
        } else if let Some(first) = numbers.insert(number.value, field) {
            let message = format!(
                "number {} is taken by {what} `{}`",
                number.value, first.name.text
            );
            findings.add(file, &number.span, message, None);
        }
    }
}

fn check_values(file: usize, values: &[EnumValue], findings: &mut Findings<'_>) {
    let mut names: HashMap<&str, &Span> = HashMap::new();
    for value in values {
        let name = &value.name;
        if let Some(first) = names.insert(&name.text, &name.span) {
            let message = format!("there are two values named `{}`", name.text);
            let help = findings.first(file, file, first);
            findings.add(file, &name.span, message, Some(help));
        }
        if let Some(number) = &value.number
            && i32::try_from(number.value).is_err()
        {
            let message = format!("expected a number of 32 bits, found `{}`", number.value);
            findings.add(file, &number.span, message, None);
        }
    }
}
