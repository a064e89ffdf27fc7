//! Constants and default values fit their types.

use super::Findings;
use super::scope::{Actual, Found, Scope};
use crate::source::Span;
use crate::thrift::idl::{Base, Definition, EnumValue, Field, Kind, Type, Value, ValueKind};
use crate::thrift::nearest::nearest;

pub(super) fn check(scope: &Scope<'_>, findings: &mut Findings<'_>) {
    for found in scope.definitions() {
        match &found.definition.kind {
            Kind::Const(ty, value) => {
                check_value(scope, found.file, (found.file, ty), value, findings);
                if circular(scope, found) {
                    let name = &found.definition.name;
                    let message = format!("`{}` is defined by itself", name.text);
                    findings.add(found.file, &name.span, message, None);
                }
            }
            Kind::Struct(fields) | Kind::Exception(fields) | Kind::Union(fields) => {
                check_defaults(scope, found.file, fields, findings);
            }
            Kind::Service(service) => {
                for method in &service.methods {
                    check_defaults(scope, found.file, &method.args, findings);
                }
            }
            Kind::Enum(_) | Kind::Typedef(_) => {}
        }
    }
}

fn check_defaults<'a>(
    scope: &Scope<'a>,
    file: usize,
    fields: &'a [Field],
    findings: &mut Findings<'_>,
) {
    for field in fields {
        if let Some(value) = &field.default {
            check_value(scope, file, (file, &field.ty), value, findings);
        }
    }
}

/// The type may be told in another file than the value, if it is that of a struct's field.
fn check_value<'a>(
    scope: &Scope<'a>,
    file: usize,
    (type_file, ty): (usize, &'a Type),
    value: &'a Value,
    findings: &mut Findings<'_>,
) {
    if let ValueKind::Named(name) = &value.kind {
        check_name(scope, file, name, &value.span, findings);
        return;
    }
    let Some((type_file, actual)) = scope.actual(type_file, ty) else {
        return;
    };
    match (actual, &value.kind) {
        (Actual::Base(base), kind) => check_base(file, base, kind, &value.span, findings),
        // Some write an empty map as `[]`.
        (Actual::Map(..), ValueKind::List(none)) if none.is_empty() => {}
        (Actual::List(element) | Actual::Set(element), ValueKind::List(values)) => {
            for value in values {
                check_value(scope, file, (type_file, element), value, findings);
            }
        }
        (Actual::Map(key, of), ValueKind::Map(pairs)) => {
            for (name, value) in pairs {
                check_value(scope, file, (type_file, key), name, findings);
                check_value(scope, file, (type_file, of), value, findings);
            }
        }
        (Actual::Defined(definition), kind) => match (&definition.kind, kind) {
            (Kind::Enum(values), ValueKind::Integer(number)) => {
                check_number(file, definition, values, (*number, &value.span), findings);
            }
            (Kind::Struct(fields) | Kind::Exception(fields), ValueKind::Map(pairs)) => {
                for (name, value) in pairs {
                    let field = check_field(file, definition, fields, name, findings);
                    if let Some(field) = field {
                        check_value(scope, file, (type_file, &field.ty), value, findings);
                    }
                }
            }
            (Kind::Enum(_), _) => unfit(file, "one of the enum's values", &value.span, findings),
            (Kind::Struct(_) | Kind::Exception(_), _) => {
                unfit(
                    file,
                    "a struct, as in `{\"name\": \"value\"}`",
                    &value.span,
                    findings,
                );
            }
            (Kind::Union(_), _) => {
                let message = "a union cannot have a constant or a default value";
                findings.add(file, &value.span, message, None);
            }
            // Told by the rule of types.
            (Kind::Const(..) | Kind::Service(_) | Kind::Typedef(_), _) => {}
        },
        (Actual::List(_) | Actual::Set(_), _) => {
            unfit(file, "a list, as in `[1, 2]`", &value.span, findings);
        }
        (Actual::Map(..), _) => unfit(file, "a map, as in `{1: 2}`", &value.span, findings),
    }
}

fn unfit(file: usize, expected: &str, span: &Span, findings: &mut Findings<'_>) {
    let message = format!("expected {expected}, found `{}`", findings.text(file, span));
    findings.add(file, span, message, None);
}

fn check_base(file: usize, base: Base, kind: &ValueKind, span: &Span, findings: &mut Findings<'_>) {
    let expected = match (base, kind) {
        (Base::Bool, ValueKind::Bool | ValueKind::Integer(_))
        | (Base::Double, ValueKind::Double | ValueKind::Integer(_))
        | (Base::Binary | Base::String, ValueKind::Text(_))
        // Pilota's to judge, and told by the rule of types.
        | (Base::Uuid | Base::Void, _) => return,
        (Base::I8, ValueKind::Integer(number)) if i8::try_from(*number).is_err() => "a number of 8 bits",
        (Base::I16, ValueKind::Integer(number)) if i16::try_from(*number).is_err() => "a number of 16 bits",
        (Base::I32, ValueKind::Integer(number)) if i32::try_from(*number).is_err() => "a number of 32 bits",
        (Base::I8 | Base::I16 | Base::I32 | Base::I64, ValueKind::Integer(_)) => return,
        (Base::I8 | Base::I16 | Base::I32 | Base::I64, _) => "a whole number",
        (Base::Bool, _) => "`true` or `false`",
        (Base::Double, _) => "a number",
        (Base::Binary | Base::String, _) => "a text in quotes",
    };
    unfit(file, expected, span, findings);
}

fn check_number(
    file: usize,
    definition: &Definition,
    values: &[EnumValue],
    (number, span): (i64, &Span),
    findings: &mut Findings<'_>,
) {
    let mut next = 0;
    for value in values {
        let own = value.number.as_ref().map_or(next, |number| number.value);
        if own == number {
            return;
        }
        next = own.saturating_add(1);
    }
    let message = format!("the enum `{}` has no value {number}", definition.name.text);
    findings.add(file, span, message, None);
}

fn check_field<'a>(
    file: usize,
    definition: &Definition,
    fields: &'a [Field],
    name: &Value,
    findings: &mut Findings<'_>,
) -> Option<&'a Field> {
    let ValueKind::Text(text) = &name.kind else {
        unfit(file, "the name of a field in quotes", &name.span, findings);
        return None;
    };
    let found = fields.iter().find(|field| field.name.text == *text);
    if found.is_none() {
        let near = nearest(text, fields.iter().map(|field| field.name.text.as_str()));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let message = format!("`{}` has no field `{text}`", definition.name.text);
        findings.add(file, &name.span, message, help);
    }
    found
}

/// A name is a constant, or a value of an enum by the enum's name.
fn check_name(
    scope: &Scope<'_>,
    file: usize,
    name: &str,
    span: &Span,
    findings: &mut Findings<'_>,
) {
    if scope.constant(file, name).is_some() {
        return;
    }
    if let Some((owner, value)) = name.rsplit_once('.')
        && let Some(Found { definition, .. }) = scope.ty(file, owner)
        && let Kind::Enum(values) = &definition.kind
    {
        let names = || values.iter().map(|value| value.name.text.as_str());
        if !names().any(|known| known == value) {
            let help =
                nearest(value, names()).map(|near| format!("did you mean `{owner}.{near}`?"));
            let message = format!("the enum `{owner}` has no value `{value}`");
            findings.add(file, span, message, help);
        }
        return;
    }
    let message = format!("there is no constant `{name}`");
    findings.add(file, span, message, meant(scope, file, name));
}

/// A value of an enum that was named without the enum, or a constant of a similar name.
fn meant(scope: &Scope<'_>, file: usize, name: &str) -> Option<String> {
    let definitions = &scope.program.files[file].document.definitions;
    let of_enum = definitions
        .iter()
        .find_map(|definition| match &definition.kind {
            Kind::Enum(values) if values.iter().any(|value| value.name.text == name) => {
                Some(format!("did you mean `{}.{name}`?", definition.name.text))
            }
            _ => None,
        });
    of_enum.or_else(|| {
        let constants = definitions
            .iter()
            .filter(|found| matches!(found.kind, Kind::Const(..)));
        let near = nearest(name, constants.map(|found| found.name.text.as_str()))?;
        Some(format!("did you mean `{near}`?"))
    })
}

/// Whether a constant's value leads back to itself through constants.
fn circular(scope: &Scope<'_>, start: Found<'_>) -> bool {
    let mut waiting = vec![start];
    let mut seen: Vec<*const Definition> = Vec::new();
    while let Some(found) = waiting.pop() {
        let Kind::Const(_, value) = &found.definition.kind else {
            continue;
        };
        let mut values = vec![value];
        while let Some(value) = values.pop() {
            match &value.kind {
                ValueKind::List(inner) => values.extend(inner),
                ValueKind::Map(pairs) => values.extend(pairs.iter().flat_map(|(k, v)| [k, v])),
                ValueKind::Named(name) => {
                    let Some(next) = scope.constant(found.file, name) else {
                        continue;
                    };
                    if std::ptr::eq(next.definition, start.definition) {
                        return true;
                    }
                    if !seen.contains(&std::ptr::from_ref(next.definition)) {
                        seen.push(next.definition);
                        waiting.push(next);
                    }
                }
                ValueKind::Bool
                | ValueKind::Double
                | ValueKind::Integer(_)
                | ValueKind::Text(_) => {}
            }
        }
    }
    false
}
