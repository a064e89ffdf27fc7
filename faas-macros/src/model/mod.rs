//! Our own nouns: what was annotated, ready to be checked and emitted. Where a mistake was told, a harmless value stands
//! in, so that the rest is looked at all the same; it is never emitted.

pub(crate) mod event;
mod rpc;

use std::num::NonZeroU32;
use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::{ItemStruct, LitStr};

pub(crate) use self::event::{
    Binlog, CloudEvent, Event, Object, Queue, Retry, Schedule, Task, Timer,
};
pub(crate) use self::rpc::{Rpc, Service, Timeout};
use crate::args::{self, Args};
use crate::attribute::{Attribute, Kind};
use crate::errors::Errors;
use crate::item::{self, Func};
use crate::mistakes;
use crate::route;
use crate::values::{self, Rate};

pub(crate) struct Model {
    pub(crate) attribute: &'static Attribute,
    /// The path to the SDK, if it is not `::faas`.
    pub(crate) krate: Option<syn::Path>,
    pub(crate) name: String,
    /// The item as it was written.
    pub(crate) tokens: TokenStream,
    pub(crate) role: Role,
}

pub(crate) enum Role {
    Function(Function),
    Service(Service),
    Resource(Resource),
    Hook(Hook),
    Config(Config),
}

pub(crate) struct Function {
    pub(crate) trigger: Trigger,
    pub(crate) limits: Limits,
    pub(crate) idempotent: Option<Box<Idempotent>>,
    pub(crate) func: Func,
}

pub(crate) enum Trigger {
    Http {
        methods: Vec<&'static str>,
        path: String,
    },
    Mount {
        prefix: String,
    },
    /// The server of a service, which is made at the start.
    Server(Rpc),
    /// One method of a gRPC service.
    Method {
        service: String,
        method: String,
    },
    /// Whatever is no request of HTTP or RPC: parameters come in any order.
    Event(Event),
}

pub(crate) struct Limits {
    pub(crate) timeout: Option<Duration>,
    pub(crate) concurrency: Option<NonZeroU32>,
    pub(crate) rate: Option<Rate>,
    pub(crate) memory: Option<u64>,
}

pub(crate) struct Idempotent {
    /// Where it is written.
    pub(crate) at: Ident,
    /// Pointers into the payload; none means the key of the delivery.
    pub(crate) key: Vec<String>,
    pub(crate) ttl: Duration,
    /// Its name in `__private`.
    pub(crate) after_crash: &'static str,
}

pub(crate) struct Resource {
    pub(crate) lazy: bool,
    pub(crate) func: Func,
}

pub(crate) struct Hook {
    /// The name of the moment in `__private`.
    pub(crate) moment: &'static str,
    pub(crate) timeout: Option<Duration>,
    pub(crate) func: Func,
}

pub(crate) struct Config {
    pub(crate) section: String,
    pub(crate) item: ItemStruct,
}

impl Model {
    pub(crate) fn parse(
        attribute: &'static Attribute,
        args: TokenStream,
        tokens: TokenStream,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let args = args::parse(attribute, args, errors);
        // Fields are evaluated in the order they stand here: what ends the parse comes last.
        let func = || item::func(attribute, tokens.clone());
        let role = match attribute.kind {
            Kind::Http => Role::Function(Function {
                trigger: http(&args, errors),
                limits: limits(&args),
                idempotent: None,
                func: func()?,
            }),
            Kind::Event(read) => Role::Function(Function {
                trigger: Trigger::Event(read(attribute, &args, errors)),
                limits: limits(&args),
                idempotent: idempotent(&args),
                func: func()?,
            }),
            Kind::Rpc(rpc) => rpc::role(attribute, rpc, &args, tokens.clone(), errors)?,
            Kind::Resource => Role::Resource(Resource {
                lazy: args.lazy,
                func: func()?,
            }),
            Kind::Hook(moment) => Role::Hook(Hook {
                moment,
                timeout: args.timeout,
                func: func()?,
            }),
            Kind::Config => Role::Config(Config {
                section: section(&args, errors),
                item: item::structure(tokens.clone())?,
            }),
        };
        let name = match (args.name, &role) {
            (Some(name), _) => name,
            (None, Role::Config(config)) => config.item.ident.to_string(),
            (None, Role::Service(service)) => {
                let ident = &service.block.name;
                named(rpc::snake_case(ident), ident, errors)
            }
            (None, Role::Function(_) | Role::Resource(_) | Role::Hook(_)) => {
                let ident = role.ident();
                named(ident.unraw().to_string(), ident, errors)
            }
        };
        Ok(Self {
            attribute,
            krate: args.krate,
            name,
            tokens,
            role,
        })
    }
}

impl Role {
    pub(crate) fn ident(&self) -> &Ident {
        match self {
            Self::Function(Function { func, .. })
            | Self::Resource(Resource { func, .. })
            | Self::Hook(Hook { func, .. }) => &func.signature.ident,
            Self::Service(service) => &service.block.name,
            Self::Config(config) => &config.item.ident,
        }
    }

    pub(crate) fn attrs(&self) -> &[syn::Attribute] {
        match self {
            Self::Function(Function { func, .. })
            | Self::Resource(Resource { func, .. })
            | Self::Hook(Hook { func, .. }) => &func.attrs,
            Self::Service(service) => &service.block.attrs,
            Self::Config(config) => &config.item.attrs,
        }
    }
}

fn http(args: &Args, errors: &mut Errors) -> Trigger {
    match &args.mount {
        Some(prefix) => mount(prefix, args, errors),
        None => route(args, errors),
    }
}

fn route(args: &Args, errors: &mut Errors) -> Trigger {
    let methods = args.methods.iter().map(|method| method.name).collect();
    let path = match &args.text {
        Some(path) => {
            for mistake in route::path(&path.value()) {
                errors.push(mistake.at(path));
            }
            path.value()
        }
        None => {
            if !args.unread {
                errors.push(match args.methods.last() {
                    Some(last) => mistakes::missing_path().at(&last.word),
                    None => mistakes::missing_path().at_span(Span::call_site()),
                });
            }
            String::new()
        }
    };
    Trigger::Http { methods, path }
}

fn mount(prefix: &LitStr, args: &Args, errors: &mut Errors) -> Trigger {
    for mistake in route::prefix(&prefix.value()) {
        errors.push(mistake.at(prefix));
    }
    if let Some(path) = &args.text {
        errors.push(mistakes::path_and_mount(&path.value()).at(path));
    }
    if let [first, ..] = args.methods.as_slice() {
        let names: Vec<_> = args.methods.iter().map(|method| method.name).collect();
        errors.push(mistakes::methods_and_mount(&names.join(" | ")).at(&first.word));
    }
    Trigger::Mount {
        prefix: prefix.value(),
    }
}

fn limits(args: &Args) -> Limits {
    Limits {
        timeout: args.timeout,
        concurrency: args.concurrency,
        rate: args.rate,
        memory: args.memory,
    }
}

fn idempotent(args: &Args) -> Option<Box<Idempotent>> {
    let idempotent = &args.idempotent;
    Some(Box::new(Idempotent {
        at: idempotent.at.clone()?,
        key: idempotent.key.clone(),
        ttl: idempotent.ttl.unwrap_or(TTL),
        after_crash: idempotent.after_crash.unwrap_or("Retry"),
    }))
}

/// How long it is known what was done under a key.
const TTL: Duration = Duration::from_secs(24 * 60 * 60);

fn section(args: &Args, errors: &mut Errors) -> String {
    match &args.text {
        Some(text) => {
            values::section(text, errors);
            text.value()
        }
        None => {
            if !args.unread {
                errors.push(mistakes::missing_section().at_span(Span::call_site()));
            }
            String::new()
        }
    }
}

/// The name that an identifier gives.
fn named(name: String, ident: &Ident, errors: &mut Errors) -> String {
    if !values::is_name(&name) {
        errors.push(mistakes::name(&name).at(ident));
    }
    name
}

#[cfg(test)]
mod tests;
