//! The rules on what stands beside the arguments: the signature, the struct, other attributes. Types are left to the
//! compiler, which knows what they mean; only their form is looked at here.

mod service;
mod signature;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Fields, Path, Type};

use crate::attribute::ATTRIBUTES;
use crate::errors::Errors;
use crate::item::{Func, flat, is_ident, peeled};
use crate::mistakes;
use crate::model::{Config, Model, Role, Rpc, Trigger};

pub(crate) fn all(model: &Model, errors: &mut Errors) {
    other_attributes(model, errors);
    match &model.role {
        Role::Function(function) => {
            signature::func(model, &function.func, errors);
            match function.trigger {
                Trigger::Mount { .. } => {
                    returns_a_value(model, &function.func, "-> axum::Router", errors);
                }
                Trigger::Server(rpc) => returns_a_server(model, rpc, &function.func, errors),
                Trigger::Http { .. } | Trigger::Method { .. } | Trigger::Event(_) => {}
            }
        }
        Role::Service(service) => service::service(service, errors),
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
    let name = func.signature.ident.to_string();
    let mistake = mistakes::missing_return(&name, model.attribute.name, example);
    if let Some(place) = returns_nothing(func) {
        errors.push(mistake.at(place));
    }
}

/// Where it is said that nothing is returned.
fn returns_nothing(func: &Func) -> Option<TokenStream> {
    match func.output().map(|ty| (ty, peeled(ty))) {
        None => Some(func.signature.ident.to_token_stream()),
        Some((ty, Type::Tuple(tuple))) if tuple.elems.is_empty() => Some(ty.to_token_stream()),
        Some(_) => None,
    }
}

// The name of the service is a fact of the server's type, which must be written for that.
fn returns_a_server(model: &Model, rpc: Rpc, func: &Func, errors: &mut Errors) {
    let name = func.signature.ident.to_string();
    match rpc {
        // It may have been meant as one of the methods.
        Rpc::Grpc => {
            if let Some(place) = returns_nothing(func) {
                errors.push(mistakes::no_server(&name).at(place));
            }
        }
        Rpc::Thrift => returns_a_value(model, func, "-> ItemServiceServer<MyItems>", errors),
    }
    if let Some(ty) = opaque(func) {
        errors.push(mistakes::opaque_server(&name).at(ty));
    }
}

// A resource is found by its type, so others must be able to write it.
fn has_a_name(func: &Func, errors: &mut Errors) {
    if let Some(ty) = opaque(func) {
        let name = func.signature.ident.to_string();
        errors.push(mistakes::opaque_return(&name).at(ty));
    }
}

/// What is returned, if it is a type that nobody can write.
fn opaque(func: &Func) -> Option<&Type> {
    let is_opaque = |ty: &&Type| flat(ty.to_token_stream()).any(|token| is_ident(&token, "impl"));
    func.output().filter(is_opaque)
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
