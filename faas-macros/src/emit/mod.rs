//! Turns a checked model into tokens; nothing fails here. The user's item comes out as it was written, then one unnameable
//! block with the registration. What the block does is written once, in `__private`; here are only the facts for it.
//!
//! All is at `mixed_site`, out of reach of the user's names and lints; what touches a type or the name of the user is
//! *located* there as well, so that the compiler underlines it when a trait is missing.

mod config;
mod event;
mod http;
mod params;
mod rpc;
mod spec;
mod start;

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, ExprLit, Lit, Meta, Type};

pub(crate) use self::rpc::boxing;
use crate::item::Func;
use crate::model::{Function, Idempotent, Limits, Model, Role, Service, Trigger};

/// Input:  `#[cfg(feature = "sums")] #[faas::invoke] async fn sum(…) { … }`
/// Output: `#[cfg(feature = "sums")] async fn sum(…) { … } #[cfg(feature = "sums")] const _: () = { …submit! { … } };`
pub(crate) fn model(model: &Model) -> TokenStream {
    let item = match &model.role {
        Role::Service(it) => &it.block.tokens,
        Role::Function(_) | Role::Resource(_) | Role::Hook(_) | Role::Config(_) => &model.tokens,
    };
    let (above, contents) = match &model.role {
        Role::Function(it) => (None, function(model, it)),
        Role::Service(it) => (boxing(it.rpc, &it.block), service(model, it)),
        Role::Resource(it) => (None, start::resource(model, it)),
        Role::Hook(it) => (None, start::hook(model, it)),
        Role::Config(it) => (config::derive(model, it), config::section(model, it)),
    };
    let attrs = model.role.attrs();
    let conditions = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let deprecated = attrs.iter().any(|attr| attr.path().is_ident("deprecated"));
    let quiet = deprecated.then(|| {
        quote_spanned!(site()=> #[allow(deprecated, reason = "a registration refers to its own fn")])
    });
    quote_spanned!(site()=> #above #item #(#conditions)* #quiet const _: () = { #contents };)
}

/// Output: `::faas::__private::inventory::submit! { … }`
fn submit(model: &Model, entry: &TokenStream) -> TokenStream {
    let private = private(model);
    quote_spanned!(site()=> #private::inventory::submit! { #entry })
}

/// Input:  `#[faas::invoke(timeout = "2s")] async fn sum(…) { … }`
/// Output: `…submit! { ::faas::__private::Function { origin: …, item: …, limits: …, idempotent: …, trigger: …, needs: …, schema: … } }`
fn function(model: &Model, function: &Function) -> TokenStream {
    let private = private(model);
    let func = &function.func;
    let ident = &func.signature.ident;
    let nothing = quote_spanned!(site()=> |_| {});
    let (trigger, needs, schema) = match &function.trigger {
        Trigger::Http { methods, path } => (
            http::route(model, func, methods, path),
            params::probed_needs(model, func, "http"),
            params::schema(model, func),
        ),
        Trigger::Mount { prefix } => (
            start::mount(model, func, prefix),
            params::needs(model, func, start::MARKER, &["http"]),
            nothing,
        ),
        Trigger::Server(rpc) => (
            rpc::server(model, func, *rpc),
            params::needs(model, func, start::MARKER, &[rpc.name()]),
            nothing,
        ),
        Trigger::Method { service, method } => (
            rpc::method(model, func, service, method),
            params::needs(model, func, rpc::MARKER, &["grpc"]),
            nothing,
        ),
        Trigger::Event(event) => (
            event::trigger(model, func, event),
            params::needs(
                model,
                func,
                event.name(),
                &event.brings(function.idempotent.is_some()),
            ),
            params::schema(model, func),
        ),
    };
    let assertions = match &function.trigger {
        Trigger::Event(event) => Some(event::assertions(model, function, event)),
        Trigger::Method { .. } => event::one_payload(model, func, rpc::MARKER),
        Trigger::Http { .. } | Trigger::Mount { .. } | Trigger::Server(_) => None,
    };
    let idempotent = option(
        function
            .idempotent
            .as_ref()
            .map(|it| idempotent(&private, it)),
    );
    let submit = submit_function(
        model,
        &function.limits,
        &Facts {
            item: quote_spanned!(site()=> #private::item(&#ident)),
            idempotent,
            trigger,
            needs,
            schema,
        },
    );
    quote_spanned!(site()=> #assertions #submit)
}

/// Input:  `#[faas::grpc] impl Greeter for MyGreeter { … }`
/// Output: `type __Server = GreeterServer<MyGreeter>; …submit! { ::faas::__private::Function { origin: …, … } }`
fn service(model: &Model, service: &Service) -> TokenStream {
    let alias = rpc::alias(service);
    let submit = submit_function(
        model,
        &service.limits,
        &Facts {
            item: rpc::item(model),
            idempotent: option(None),
            trigger: rpc::service(model, service),
            needs: rpc::needs(model, service),
            schema: quote_spanned!(site()=> |_| {}),
        },
    );
    quote_spanned!(site()=> #alias #submit)
}

/// Fields of `__private::Function`.
struct Facts {
    item: TokenStream,
    idempotent: TokenStream,
    trigger: TokenStream,
    needs: TokenStream,
    schema: TokenStream,
}

fn submit_function(model: &Model, limits: &Limits, facts: &Facts) -> TokenStream {
    let private = private(model);
    let origin = origin(model);
    let limits = self::limits(&private, limits);
    let Facts {
        item,
        idempotent,
        trigger,
        needs,
        schema,
    } = facts;
    let entry = quote_spanned! {site()=>
        #private::Function {
            origin: #origin,
            item: #item,
            limits: #limits,
            idempotent: #idempotent,
            trigger: #trigger,
            needs: #needs,
            schema: #schema,
        }
    };
    submit(model, &entry)
}

/// Output: `::faas::__private::Origin { name: "sum", module: module_path!(), … summary: "Adds two numbers." }`
fn origin(model: &Model) -> TokenStream {
    let private = private(model);
    let name = &model.name;
    let summary = summary(model.role.attrs());
    // Only at the user's own span `line!` tells the line of the name; at ours it is the line of the attribute.
    let line = quote_spanned!(model.role.ident().span()=> ::core::line!());
    quote_spanned! {site()=>
        #private::Origin {
            name: #name,
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: #line,
            summary: #summary,
        }
    }
}

/// The first line of the doc comment.
fn summary(attrs: &[syn::Attribute]) -> String {
    let docs = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        Meta::NameValue(_) | Meta::Path(_) | Meta::List(_) => None,
    });
    let first = docs.flat_map(|doc| first_line(&doc)).next();
    first.unwrap_or_default()
}

fn first_line(doc: &str) -> Option<String> {
    let mut lines = doc.lines().map(str::trim);
    lines.find(|line| !line.is_empty()).map(str::to_owned)
}

/// Output: `::faas::__private::Limits::NONE`, or the struct with all its fields.
fn limits(private: &TokenStream, limits: &Limits) -> TokenStream {
    let Limits {
        timeout,
        concurrency,
        rate,
        memory,
    } = limits;
    if timeout.is_none() && concurrency.is_none() && rate.is_none() && memory.is_none() {
        return quote_spanned!(site()=> #private::Limits::NONE);
    }
    let timeout = option(timeout.map(duration));
    let concurrency = option(concurrency.map(|count| {
        let count = count.get();
        quote_spanned!(site()=> #private::limit(#count))
    }));
    let rate = option(rate.map(|rate| {
        let times = rate.times.get();
        let per = duration(rate.per);
        quote_spanned!(site()=> #private::Rate { times: #private::limit(#times), per: #per })
    }));
    let memory = option(memory.map(ToTokens::into_token_stream));
    quote_spanned! {site()=>
        #private::Limits { timeout: #timeout, concurrency: #concurrency, rate: #rate, memory: #memory }
    }
}

/// Output: `::faas::__private::Idempotent::new(&["/order/id"], …, ::faas::__private::AfterCrash::Retry)`
fn idempotent(private: &TokenStream, idempotent: &Idempotent) -> TokenStream {
    let key = &idempotent.key;
    let ttl = duration(idempotent.ttl);
    let after_crash = Ident::new(idempotent.after_crash, site());
    quote_spanned! {site()=>
        #private::Idempotent::new(&[#(#key),*], #ttl, #private::AfterCrash::#after_crash)
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote_spanned!(site()=> ::core::option::Option::Some(#value)),
        None => quote_spanned!(site()=> ::core::option::Option::None),
    }
}

fn duration(duration: Duration) -> TokenStream {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    quote_spanned!(site()=> ::core::time::Duration::new(#seconds, #nanos))
}

/// Output: `sum(__a0, __a1)`
fn call(func: &Func, arguments: &[Ident]) -> TokenStream {
    let ident = &func.signature.ident;
    quote_spanned!(located(ident)=> #ident(#(#arguments),*))
}

/// Output: `::faas::__private::send(sum(__a0)).await`, or `::faas::__private::blocking(move || sum(__a0)).await`
fn awaited(model: &Model, func: &Func, arguments: &[Ident]) -> TokenStream {
    let at = located(&func.signature.ident);
    let private = private_at(model, at);
    let call = call(func, arguments);
    let future = if func.signature.asyncness.is_some() {
        quote_spanned!(at=> #private::send(#call))
    } else {
        quote_spanned!(at=> #private::blocking(move || #call))
    };
    quote_spanned!(site()=> #future.await)
}

/// The return type as generated code can write it, and where: `()` if there is none, `_` if it has no name.
fn output(func: &Func) -> (TokenStream, Span) {
    match func.output() {
        None => {
            let at = located(&func.signature.ident);
            (quote_spanned!(at=> ()), at)
        }
        Some(ty) => {
            let at = located(ty);
            let written = if is_opaque(ty) {
                quote_spanned!(at=> _)
            } else {
                ty.into_token_stream()
            };
            (written, at)
        }
    }
}

fn is_opaque(ty: &Type) -> bool {
    crate::item::flat(ty.into_token_stream()).any(|token| crate::item::is_ident(&token, "impl"))
}

fn private(model: &Model) -> TokenStream {
    private_at(model, site())
}

/// `::faas::__private` at a place. A path that the user gave keeps its own resolution: it may begin with `$crate`.
fn private_at(model: &Model, at: Span) -> TokenStream {
    let Some(krate) = &model.krate else {
        return quote_spanned!(at=> ::faas::__private);
    };
    let krate = krate.to_token_stream().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(at));
        token
    });
    quote_spanned!(at=> #(#krate)*::__private)
}

fn site() -> Span {
    Span::mixed_site()
}

/// The place of the user's tokens with our hygiene.
fn located(tokens: impl ToTokens) -> Span {
    let span = tokens
        .into_token_stream()
        .into_iter()
        .next()
        .map(|token| token.span());
    span.map_or_else(site, |span| site().located_at(span))
}

fn local(name: &str, index: usize) -> Ident {
    Ident::new(&format!("__{name}{index}"), site())
}
