//! The rules on the signature of a fn.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, ReturnType, Safety, Signature, Type, TypeReference};

use super::helper;
use crate::errors::Errors;
use crate::item::{Func, flat, is_ident, peeled};
use crate::mistakes;
use crate::model::Model;

pub(super) fn func(model: &Model, func: &Func, errors: &mut Errors) {
    let signature = &func.signature;
    let attribute = model.attribute.name;
    if let Some(receiver) = signature.receiver() {
        errors.push(mistakes::method(attribute).at(receiver));
    } else if let Some(token) = self_type(signature) {
        // An associated fn without `self` gives itself away by `Self` at most.
        errors.push(mistakes::method(attribute).at(token));
    } else if !func.has_body {
        errors.push(mistakes::no_body(&signature.ident.to_string()).at(&signature.ident));
    }
    // The registration refers to `main` from inside the program that `main` starts.
    if signature.ident == "main" {
        errors.push(mistakes::main(attribute).at(&signature.ident));
    }
    qualifiers(signature, errors);
    params(signature, errors);
    returns_no_future(signature, errors);
}

fn self_type(signature: &Signature) -> Option<TokenTree> {
    let tokens = signature.inputs.to_token_stream();
    let mut tokens = flat(tokens).chain(flat(signature.output.to_token_stream()));
    tokens.find(|token| is_ident(token, "Self"))
}

// A registration holds one plain fn. Under the generics would be many, and the others cannot be called safely or at all.
fn qualifiers(signature: &Signature, errors: &mut Errors) {
    let name = signature.ident.to_string();
    if !signature.generics.params.is_empty() {
        errors.push(mistakes::generic(&name).at(&signature.generics));
    }
    if let Some(constness) = &signature.constness {
        errors.push(mistakes::qualifier("const", &name).at(constness));
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        errors.push(mistakes::qualifier("unsafe", &name).at(unsafety));
    }
    if let Some(abi) = &signature.abi {
        errors.push(mistakes::qualifier("extern", &name).at(abi));
    }
    if let Some(variadic) = &signature.variadic {
        errors.push(mistakes::variadic(&name).at(variadic));
    }
}

fn params(signature: &Signature, errors: &mut Errors) {
    for input in &signature.inputs {
        let FnArg::Typed(param) = input else {
            continue;
        };
        for attr in &param.attrs {
            helper(attr, errors);
            // The registration would have to know whether the parameter is there.
            for name in ["cfg", "cfg_attr"] {
                if attr.path().is_ident(name) {
                    errors.push(mistakes::conditional_parameter(name).at(attr));
                }
            }
        }
        param_type(&param.ty, errors);
    }
}

// Parameters are made from the invocation and moved into the handler, so nothing is there that they could borrow from.
fn param_type(ty: &Type, errors: &mut Errors) {
    match peeled(ty) {
        Type::Reference(reference) if !is_static(reference) => {
            errors.push(mistakes::reference_parameter().at(reference));
        }
        Type::ImplTrait(opaque) => errors.push(mistakes::impl_parameter().at(opaque)),
        other => {
            if let Some((shown, place)) = borrow(other.to_token_stream()) {
                errors.push(mistakes::parameter_lifetime(&shown).at(place));
            }
        }
    }
}

fn is_static(reference: &TypeReference) -> bool {
    reference
        .lifetime
        .as_ref()
        .is_some_and(|lifetime| lifetime.ident == "static")
}

/// What a type borrows, and where. Lifetimes bound inside the type (`for<'a>`, `Fn(&T)`) are not its own.
pub(super) fn borrow(tokens: TokenStream) -> Option<(String, TokenTree)> {
    let mut tokens = tokens.into_iter().peekable();
    let mut last: Option<TokenTree> = None;
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                let name = tokens.next()?;
                if !is_ident(&name, "static") {
                    return Some((format!("'{name}"), name));
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let named =
                    |next: &TokenTree| matches!(next, TokenTree::Punct(p) if p.as_char() == '\'');
                if !tokens.peek().is_some_and(named) {
                    return Some(("&".to_owned(), token));
                }
            }
            TokenTree::Group(group) => {
                let arguments = matches!(last, Some(TokenTree::Ident(_)))
                    || matches!(&last, Some(TokenTree::Punct(p)) if p.as_char() == '!');
                if !arguments && group.delimiter() != Delimiter::Brace {
                    let found = borrow(group.stream());
                    if found.is_some() {
                        return found;
                    }
                }
            }
            // What a function type takes and gives back has lifetimes of its own.
            TokenTree::Punct(punct) if punct.as_char() == '-' => return None,
            token if is_ident(token, "for") => return None,
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        last = Some(token);
    }
    None
}

// Spelling decides here, for once: without this rule the compiler refuses the same fn with less help.
fn returns_no_future(signature: &Signature, errors: &mut Errors) {
    if signature.asyncness.is_some() {
        return;
    }
    let ReturnType::Type(_, ty) = &signature.output else {
        return;
    };
    let mut tokens = flat(ty.to_token_stream());
    while let Some(token) = tokens.next() {
        if is_ident(&token, "impl") || is_ident(&token, "dyn") {
            let path = tokens.by_ref().take_while(|token| {
                matches!(token, TokenTree::Ident(_))
                    || matches!(token, TokenTree::Punct(p) if p.as_char() == ':')
            });
            if path.last().is_some_and(|token| is_ident(&token, "Future")) {
                let name = signature.ident.to_string();
                errors.push(mistakes::future_returned(&name).at(ty));
                return;
            }
        }
    }
}
