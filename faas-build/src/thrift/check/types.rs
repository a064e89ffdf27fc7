//! Every type that is named is there, and is of a sort that fits its place.

use std::collections::HashSet;

use super::Findings;
use super::scope::{Found, Scope};
use crate::thrift::idl::{Base, Definition, Field, Kind, Type, TypeKind};

pub(super) fn check(scope: &Scope<'_>, findings: &mut Findings<'_>) {
    for found in scope.definitions() {
        let file = found.file;
        match &found.definition.kind {
            Kind::Struct(fields) | Kind::Exception(fields) | Kind::Union(fields) => {
                check_fields(scope, file, fields, findings);
            }
            Kind::Const(ty, _) => check_whole(scope, file, ty, findings),
            Kind::Typedef(ty) => {
                check_whole(scope, file, ty, findings);
                if circular(scope, found) {
                    let name = &found.definition.name;
                    let message = format!("`{}` is defined by itself", name.text);
                    findings.add(file, &name.span, message, None);
                }
            }
            Kind::Service(service) => {
                for method in &service.methods {
                    if !matches!(method.returns.kind, TypeKind::Base(Base::Void)) {
                        check_whole(scope, file, &method.returns, findings);
                    }
                    check_fields(scope, file, &method.args, findings);
                    check_fields(scope, file, &method.throws, findings);
                }
            }
            Kind::Enum(_) => {}
        }
    }
}

fn check_fields(scope: &Scope<'_>, file: usize, fields: &[Field], findings: &mut Findings<'_>) {
    for field in fields {
        check_whole(scope, file, &field.ty, findings);
    }
}

fn check_whole(scope: &Scope<'_>, file: usize, ty: &Type, findings: &mut Findings<'_>) {
    check_type(scope, file, ty, findings);
    check_keys(scope, file, ty, findings);
}

fn check_type(scope: &Scope<'_>, file: usize, ty: &Type, findings: &mut Findings<'_>) {
    match &ty.kind {
        TypeKind::Base(Base::Void) => {
            let message = "`void` is only what a method returns";
            findings.add(file, &ty.span, message, None);
        }
        TypeKind::Base(_) => {}
        TypeKind::List(element) | TypeKind::Set(element) => {
            check_type(scope, file, element, findings);
        }
        TypeKind::Map(key, value) => {
            check_type(scope, file, key, findings);
            check_type(scope, file, value, findings);
        }
        TypeKind::Named(name) => match scope.ty(file, name) {
            Some(found) if matches!(found.definition.kind, Kind::Service(_)) => {
                let message = format!("`{name}` is a service, and a type is expected");
                findings.add(file, &ty.span, message, None);
            }
            Some(_) => {}
            None if scope.constant(file, name).is_some() => {
                let message = format!("`{name}` is a constant, and a type is expected");
                findings.add(file, &ty.span, message, None);
            }
            None => {
                let message = format!("there is no type `{name}`");
                findings.add(file, &ty.span, message, scope.help(file, name));
            }
        },
    }
}

/// The keys of the containers in a type, unless an annotation has pilota take other containers.
fn check_keys(scope: &Scope<'_>, file: usize, ty: &Type, findings: &mut Findings<'_>) {
    let (key, value) = match &ty.kind {
        _ if ty.custom => return,
        TypeKind::Base(_) | TypeKind::Named(_) => return,
        TypeKind::List(element) => return check_keys(scope, file, element, findings),
        TypeKind::Set(element) => (element, None),
        TypeKind::Map(key, value) => (key, Some(value)),
    };
    if let Some(value) = value {
        check_keys(scope, file, value, findings);
    }
    check_key(scope, file, ty, key, findings);
}

/// What a set or map can be looked up by: pilota derives `Hash` for nothing that has a double, a map or a set in it. A double that is
/// no part of another type it wraps into one that has it.
fn check_key(
    scope: &Scope<'_>,
    file: usize,
    container: &Type,
    key: &Type,
    findings: &mut Findings<'_>,
) {
    let mut innermost = key;
    while let TypeKind::List(element) = &innermost.kind {
        innermost = element;
    }
    if matches!(innermost.kind, TypeKind::Base(_)) {
        return;
    }
    let Some(inside) = unhashable(scope, file, innermost, &mut HashSet::new()) else {
        return;
    };
    let place = match container.kind {
        TypeKind::Map(..) => "a key of a map",
        _ => "an element of a set",
    };
    let message = format!("{place} cannot have {inside} in it, for Rust has no hash of that");
    findings.add(file, &key.span, message, None);
}

fn unhashable(
    scope: &Scope<'_>,
    file: usize,
    ty: &Type,
    seen: &mut HashSet<*const Definition>,
) -> Option<&'static str> {
    let named = match &ty.kind {
        _ if ty.custom => return None,
        TypeKind::Base(Base::Double) => return Some("a double"),
        TypeKind::Base(_) => return None,
        TypeKind::Map(..) => return Some("a map"),
        TypeKind::Set(_) => return Some("a set"),
        TypeKind::List(element) => return unhashable(scope, file, element, seen),
        TypeKind::Named(name) => scope.ty(file, name)?,
    };
    if !seen.insert(std::ptr::from_ref(named.definition)) {
        return None;
    }
    match &named.definition.kind {
        Kind::Typedef(inner) => unhashable(scope, named.file, inner, seen),
        Kind::Struct(fields) | Kind::Exception(fields) | Kind::Union(fields) => fields
            .iter()
            .find_map(|field| unhashable(scope, named.file, &field.ty, seen)),
        Kind::Const(..) | Kind::Enum(_) | Kind::Service(_) => None,
    }
}

/// Whether a typedef leads back to itself through typedefs; structs in between are fine, for they can be empty.
fn circular(scope: &Scope<'_>, start: Found<'_>) -> bool {
    let mut waiting = vec![start];
    let mut seen: Vec<*const Definition> = Vec::new();
    while let Some(found) = waiting.pop() {
        let Kind::Typedef(ty) = &found.definition.kind else {
            continue;
        };
        let mut types = vec![ty];
        while let Some(ty) = types.pop() {
            match &ty.kind {
                TypeKind::Base(_) => {}
                TypeKind::List(element) | TypeKind::Set(element) => types.push(element),
                TypeKind::Map(key, value) => types.extend([&**key, &**value]),
                TypeKind::Named(name) => {
                    let Some(next) = scope.ty(found.file, name) else {
                        continue;
                    };
                    if std::ptr::eq(next.definition, start.definition) {
                        return true;
                    }
                    let id = std::ptr::from_ref(next.definition);
                    if !seen.contains(&id) {
                        seen.push(id);
                        waiting.push(next);
                    }
                }
            }
        }
    }
    false
}
