//! What services say about their methods.

use std::collections::HashMap;

use super::Findings;
use super::scope::{Actual, Found, Scope};
use crate::thrift::idl::{Base, Kind, Method, Name, Service, TypeKind};

pub(super) fn check(scope: &Scope<'_>, findings: &mut Findings<'_>) {
    for found in scope.definitions() {
        if let Kind::Service(service) = &found.definition.kind {
            for method in &service.methods {
                check_oneway(found.file, method, findings);
                check_throws(scope, found.file, method, findings);
            }
            check_inheritance(scope, found, service, findings);
        }
    }
}

/// Nobody reads an answer to a oneway call.
fn check_oneway(file: usize, method: &Method, findings: &mut Findings<'_>) {
    if !method.oneway {
        return;
    }
    if !matches!(method.returns.kind, TypeKind::Base(Base::Void)) {
        let message = format!("the oneway method `{}` returns `void`", method.name.text);
        findings.add(file, &method.returns.span, message, None);
    }
    if let Some(first) = method.throws.first() {
        let message = format!("the oneway method `{}` throws nothing", method.name.text);
        findings.add(file, &first.ty.span, message, None);
    }
}

fn check_throws<'a>(
    scope: &Scope<'a>,
    file: usize,
    method: &'a Method,
    findings: &mut Findings<'_>,
) {
    for field in &method.throws {
        let fits = match scope.actual(file, &field.ty) {
            Some((_, Actual::Defined(definition))) => {
                matches!(definition.kind, Kind::Exception(_))
            }
            Some(_) => false,
            // Unknown: told by the rule of types.
            None => true,
        };
        if !fits {
            let help = Some("define it with `exception` instead of `struct`".to_owned());
            let message = "what a method throws is an exception";
            findings.add(file, &field.ty.span, message, help);
        }
    }
}

/// A service has each method once, inherited ones included, and does not extend itself.
fn check_inheritance<'a>(
    scope: &Scope<'a>,
    start: Found<'a>,
    service: &'a Service,
    findings: &mut Findings<'_>,
) {
    let mut line = vec![start];
    let mut parent = extended(scope, start.file, service, findings);
    while let Some(found) = parent {
        if line
            .iter()
            .any(|seen| std::ptr::eq(seen.definition, found.definition))
        {
            let message = format!("`{}` extends itself", start.definition.name.text);
            findings.add(start.file, &start.definition.name.span, message, None);
            return;
        }
        line.push(found);
        parent = match &found.definition.kind {
            Kind::Service(next) => next
                .extends
                .as_ref()
                .and_then(|name| scope.ty(found.file, &name.text)),
            _ => None,
        };
    }
    let mut seen: HashMap<&str, (Found<'_>, &Name)> = HashMap::new();
    for found in line.into_iter().rev() {
        let Kind::Service(service) = &found.definition.kind else {
            continue;
        };
        for Method { name, .. } in &service.methods {
            let Some((owner, first)) = seen.insert(&name.text, (found, name)) else {
                continue;
            };
            // Of a clash among its ancestors they tell themselves.
            if std::ptr::eq(found.definition, start.definition) {
                let of = match std::ptr::eq(owner.definition, found.definition) {
                    true => String::new(),
                    false => format!(", inherited from `{}`", owner.definition.name.text),
                };
                let message = format!("there is a method `{}` already{of}", name.text);
                let help = findings.first(found.file, owner.file, &first.span);
                findings.add(found.file, &name.span, message, Some(help));
            }
        }
    }
}

fn extended<'a>(
    scope: &Scope<'a>,
    file: usize,
    service: &Service,
    findings: &mut Findings<'_>,
) -> Option<Found<'a>> {
    let name = service.extends.as_ref()?;
    let Some(found) = scope.ty(file, &name.text) else {
        let message = format!("there is no service `{}`", name.text);
        findings.add(file, &name.span, message, scope.help(file, &name.text));
        return None;
    };
    if !matches!(found.definition.kind, Kind::Service(_)) {
        let message = format!("`{}` is no service", name.text);
        findings.add(file, &name.span, message, None);
        return None;
    }
    Some(found)
}
