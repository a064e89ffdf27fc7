//! Functions of the RPC frameworks: a whole service, as an `impl` or as a fn that returns its server, or one method.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::{Attribute, Path};

use super::{Function, Role, Trigger, limits};
use crate::args::{self, Args};
use crate::attribute;
use crate::block::{Block, Member};
use crate::errors::Errors;
use crate::item::{self, Func, FuncOrBlock};
use crate::mistakes;
use crate::model::Limits;
use crate::names;

#[derive(Clone, Copy)]
pub(crate) enum Rpc {
    Grpc,
    Thrift,
}

/// The implementation of a service.
pub(crate) struct Service {
    pub(crate) rpc: Rpc,
    pub(crate) limits: Limits,
    /// Of some of its methods.
    pub(crate) timeouts: Vec<Timeout>,
    /// The type around it that serves, if it has not the trait's name and `Server`.
    pub(crate) server: Option<Path>,
    pub(crate) block: Block,
}

pub(crate) struct Timeout {
    pub(crate) method: String,
    pub(crate) timeout: Duration,
    /// On what its method depends.
    pub(crate) conditions: Vec<Attribute>,
}

impl Rpc {
    /// Its name in `__private::Trigger`.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Grpc => "Grpc",
            Self::Thrift => "Thrift",
        }
    }

    /// How its names in `__private` and its method of `__private::Needs` begin.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Thrift => "thrift",
        }
    }
}

pub(super) fn role(
    attribute: &'static attribute::Attribute,
    rpc: Rpc,
    args: &Args,
    tokens: TokenStream,
    errors: &mut Errors,
) -> syn::Result<Role> {
    Ok(match item::func_or_block(attribute, tokens)? {
        FuncOrBlock::Func(func) => Role::Function(function(attribute, rpc, args, func, errors)),
        FuncOrBlock::Block(block) => Role::Service(service(rpc, args, block, errors)),
    })
}

fn function(
    attribute: &attribute::Attribute,
    rpc: Rpc,
    args: &Args,
    func: Func,
    errors: &mut Errors,
) -> Function {
    if let Some(server) = &args.server {
        errors.push(mistakes::server_on_fn(attribute.name).at(server));
    }
    let trigger = match (&args.text, args.unread) {
        (Some(path), _) => {
            let (service, method) = names::method(path, errors);
            Trigger::Method { service, method }
        }
        // What was not understood may have been the path.
        (None, true) => Trigger::Method {
            service: String::new(),
            method: String::new(),
        },
        (None, false) => Trigger::Server(rpc),
    };
    Function {
        trigger,
        limits: limits(args),
        idempotent: None,
        func,
    }
}

fn service(rpc: Rpc, args: &Args, mut block: Block, errors: &mut Errors) -> Service {
    if let Some(path) = &args.text {
        errors.push(mistakes::method_path_on_impl(&path.value()).at(path));
    }
    let members = std::mem::take(&mut block.members);
    let timeouts = members.into_iter().filter_map(|it| timeout(it, errors));
    Service {
        rpc,
        limits: limits(args),
        timeouts: timeouts.collect(),
        server: args.server.clone(),
        block,
    }
}

fn timeout(member: Member, errors: &mut Errors) -> Option<Timeout> {
    let Some(name) = member.name else {
        for helper in &member.helpers {
            errors.push(mistakes::helper_attribute().at(helper));
        }
        return None;
    };
    Some(Timeout {
        method: name.unraw().to_string(),
        timeout: args::of_method(&member.helpers, errors).timeout?,
        conditions: member.conditions,
    })
}

/// The name of a function that is a trait: `ItemService` is `item_service`.
pub(super) fn snake_case(name: &Ident) -> String {
    let name: Vec<char> = name.unraw().to_string().chars().collect();
    let mut snake = String::new();
    for (index, letter) in name.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| name.get(before));
        let is_next_small = name.get(index + 1).is_some_and(|next| next.is_lowercase());
        let begins_word = letter.is_uppercase()
            && before
                .is_some_and(|before| *before != '_' && (!before.is_uppercase() || is_next_small));
        if begins_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn names_of_traits() {
        for (name, expected) in [
            ("Greeter", "greeter"),
            ("ItemService", "item_service"),
            ("HTTPService", "http_service"),
            ("ItemServiceV2", "item_service_v2"),
            ("V2Items", "v2_items"),
            ("Item_Service", "item_service"),
            ("ABTest", "ab_test"),
            ("greeter", "greeter"),
            ("A", "a"),
            ("_A", "_a"),
        ] {
            let name = Ident::new(name, Span::call_site());
            assert_eq!(snake_case(&name), expected, "{name}");
        }
    }
}
