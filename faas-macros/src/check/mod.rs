//! The rules on what stands beside the arguments: the signature, the struct, other attributes. Types are left to the
//! compiler, which knows what they mean; only their form is looked at here.

mod signature;

use quote::ToTokens;
use syn::{Attribute, Fields, Path, Type};

use self::signature::peeled;
use crate::attribute::ATTRIBUTES;
use crate::errors::Errors;
use crate::item::{Func, flat, is_ident};
use crate::mistakes;
use crate::model::{Config, Model, Role, Trigger};

pub(crate) fn all(model: &Model, errors: &mut Errors) {
    other_attributes(model, errors);
    match &model.role {
        Role::Function(function) => {
            signature::func(model, &function.func, errors);
            if let Trigger::Mount { .. } = function.trigger {
                returns_a_value(model, &function.func, "-> axum::Router", errors);
            }
        }
        Role::Resource(resource) => {
            signature::func(model, &resource.func, errors);
            returns_a_value(model, &resource.func, "-> Result<Db, faas::Error>", errors);
            has_a_name(&resource.func, errors);
        }
        Role::Hook(hook) => signature::func(model, &hook.func, errors),
        Role::Config(config) => structure(config, errors),
    }
}

// Two registrations of one fn would share its name, and a second derive would clash with the first. Attributes under
// another name cannot be told from foreign ones.
fn other_attributes(model: &Model, errors: &mut Errors) {
    for attr in model.role.attrs() {
        helper(attr, errors);
        let Some(second) = ours(attr, model.krate.as_ref()) else {
            continue;
        };
        errors.push(mistakes::two_attributes(model.attribute.name, second).at(attr.path()));
    }
}

/// The name of our attribute that `attr` is, by a path through the SDK.
fn ours(attr: &Attribute, krate: Option<&Path>) -> Option<&'static str> {
    let mut path: Vec<_> = attr
        .path()
        .segments
        .iter()
        .map(|segment| &segment.ident)
        .collect();
    let last = path.pop()?;
    let through_sdk = match krate {
        Some(krate) => krate.segments.iter().map(|segment| &segment.ident).eq(path),
        None => matches!(path.as_slice(), [first] if *first == "faas"),
    };
    let known = ATTRIBUTES.iter().find(|attribute| last == attribute.name)?;
    through_sdk.then_some(known.name)
}

// The helper attribute's only place is a method in an impl of an RPC trait.
fn helper(attr: &Attribute, errors: &mut Errors) {
    if attr.path().is_ident("faas") {
        errors.push(mistakes::helper_attribute().at(attr));
    }
}

// A resource is what it returns, a mount serves it.
fn returns_a_value(model: &Model, func: &Func, example: &str, errors: &mut Errors) {
    let ident = &func.signature.ident;
    let mistake = mistakes::missing_return(&ident.to_string(), model.attribute.name, example);
    match func.output().map(|ty| (ty, peeled(ty))) {
        None => errors.push(mistake.at(ident)),
        Some((ty, Type::Tuple(tuple))) if tuple.elems.is_empty() => errors.push(mistake.at(ty)),
        Some(_) => {}
    }
}

// A resource is found by its type, so others must be able to write it.
fn has_a_name(func: &Func, errors: &mut Errors) {
    if let Some(ty) = func.output()
        && flat(ty.to_token_stream()).any(|token| is_ident(&token, "impl"))
    {
        let name = func.signature.ident.to_string();
        errors.push(mistakes::opaque_return(&name).at(ty));
    }
}

fn structure(config: &Config, errors: &mut Errors) {
    let item = &config.item;
    // Serde can read a tuple struct, but its fields have no names that a key could set.
    if let Fields::Unnamed(fields) = &item.fields {
        errors.push(mistakes::not_a_config("a tuple struct").at(fields));
    }
    // The registration names the type, and there is one value per section.
    if !item.generics.params.is_empty() {
        let name = item.ident.to_string();
        errors.push(mistakes::generic_config(&name).at(&item.generics));
    }
    for field in &item.fields {
        for attr in &field.attrs {
            helper(attr, errors);
        }
    }
}

#[cfg(test)]
mod tests;
