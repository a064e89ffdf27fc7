//! Functions of the RPC frameworks. A service's server is made at the start, as a mount is; a method gets its parameters in
//! any order, as those of events do.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::{ItemImpl, PathArguments};

use super::params::param;
use super::{awaited, duration, local, located, output, private, private_at, site, start};
use crate::block::Block;
use crate::item::Func;
use crate::model::{Model, Rpc, Service, Timeout};

/// The marker of methods.
pub(super) const MARKER: &str = "Grpc";

/// Input:  `#[faas::grpc] fn greeter(db: State<Db>) -> GreeterServer<MyGreeter>`
/// Output: `::faas::__private::Trigger::Grpc { service: || …, methods: &[], make: |__parts| … }`
pub(super) fn server(model: &Model, func: &Func, rpc: Rpc) -> TokenStream {
    let private = private(model);
    let variant = Ident::new(rpc.variant(), site());
    let (ty, at) = output(func);
    let (of, name) = {
        let private = private_at(model, at);
        let reader = format_ident!("{}_name", rpc.name(), span = at);
        let of = Ident::new("__of", at);
        (
            quote_spanned!(at=> #private::Of::<#ty>::new()),
            quote_spanned!(at=> #private::#reader(&(&&#of).kind())),
        )
    };
    let make = start::start(model, func, &format!("{}_service", rpc.name()));
    quote_spanned! {site()=>
        #private::Trigger::#variant {
            service: || {
                let __of = #of;
                {
                    use #private::probe::*;
                    #name
                }
            },
            methods: &[],
            make: #make,
        }
    }
}

/// Input:  `#[faas::grpc("hello.Greeter/SayHello")] async fn say_hello(request: Proto<Hello>) -> Proto<Greeting>`
/// Output: `::faas::__private::Trigger::GrpcMethod { service: "hello.Greeter", method: "SayHello", call: |__request| … }`
pub(super) fn method(model: &Model, func: &Func, service: &str, method: &str) -> TokenStream {
    let private = private(model);
    let arguments: Vec<_> = func
        .params()
        .enumerate()
        .map(|(index, _)| local("a", index))
        .collect();
    let params: Vec<_> = func.params().map(|ty| param(model, MARKER, ty)).collect();
    let value = awaited(model, func, &arguments);
    let (ty, at) = output(func);
    let reply = {
        let private = private_at(model, at);
        let result = Ident::new("__result", at);
        quote_spanned!(at=> #private::grpc_reply::<#ty>(#result))
    };
    let (closure, reads) = if arguments.is_empty() {
        (quote_spanned!(site()=> |_, _|), None)
    } else {
        let reads = quote_spanned! {site()=>
            #(
                let #arguments = match (#params.read)(&__parts, &mut __slot) {
                    ::core::result::Result::Ok(__value) => __value,
                    ::core::result::Result::Err(__error) => return #private::grpc_refused(__error),
                };
            )*
            ::core::mem::drop(__slot);
        };
        (quote_spanned!(site()=> |__parts, mut __slot|), Some(reads))
    };
    quote_spanned! {site()=>
        #private::Trigger::GrpcMethod {
            service: #service,
            method: #method,
            call: |__request| #private::grpc_call(
                __request,
                false #(|| #params.streams)*,
                #closure ::std::boxed::Box::pin(async move {
                    #reads
                    let __result = #value;
                    #reply
                }),
            ),
        }
    }
}

/// tonic's traits are of boxed futures, as `async_trait` makes them.
///
/// Input:  `impl Greeter for MyGreeter { async fn say_hello(…) … }`
/// Output: `#[::tonic::async_trait]`
pub(crate) fn boxing(rpc: Rpc, block: &Block) -> Option<TokenStream> {
    match rpc {
        // It reads whole bodies, and gives nothing back of an `impl` in which one is half typed.
        Rpc::Grpc
            if block.is_unboxed() && syn::parse2::<ItemImpl>(block.tokens.clone()).is_ok() =>
        {
            let at = located(&block.name);
            Some(quote_spanned!(at=> #[::tonic::async_trait]))
        }
        Rpc::Grpc | Rpc::Thrift => None,
    }
}

/// The type that serves, under a name of ours: so a type that is not there is told once.
///
/// Input:  `impl hello::Greeter for MyGreeter`
/// Output: `type __Server = hello::GreeterServer<MyGreeter>;`
pub(super) fn alias(service: &Service) -> TokenStream {
    let block = &service.block;
    let path = service.server.clone().unwrap_or_else(|| {
        let mut path = block.path.clone();
        if let Some(last) = path.segments.last_mut() {
            last.ident = format_ident!("{}Server", last.ident);
            last.arguments = PathArguments::None;
        }
        path
    });
    let self_type = &block.self_type;
    quote_spanned!(site()=> type __Server = #path<#self_type>;)
}

/// Output: `::faas::__private::item_of::<__Server>()`
pub(super) fn item(model: &Model) -> TokenStream {
    let private = private(model);
    quote_spanned!(site()=> #private::item_of::<__Server>())
}

/// Output: `|__needs| { ::faas::__private::Needs::grpc(__needs); (::faas::__private::param::<…, State<MyGreeter>>().needs)(__needs); }`
pub(super) fn needs(model: &Model, service: &Service) -> TokenStream {
    let private = private(model);
    let brings = Ident::new(service.rpc.name(), site());
    let state = state(model, service);
    quote_spanned! {site()=>
        |__needs| {
            #private::Needs::#brings(__needs);
            (#state.needs)(__needs);
        }
    }
}

/// Output: `::faas::__private::Trigger::Grpc { service: || …, methods: &[…], make: |__parts| … }`
pub(super) fn service(model: &Model, service: &Service) -> TokenStream {
    let private = private(model);
    let Service { rpc, timeouts, .. } = service;
    let variant = Ident::new(rpc.variant(), site());
    let name = format_ident!("{}_name_of", rpc.name(), span = site());
    let finish = format_ident!("{}_service", rpc.name(), span = site());
    let timeouts = timeouts.iter().map(|it| timeout(&private, it));
    let state = state(model, service);
    let server = match rpc {
        Rpc::Grpc => quote_spanned! {site()=>
            let __server = __Server::from_arc(__service.0)
                .max_decoding_message_size(#private::grpc_max_message(&__parts))
                .accept_compressed(#private::GZIP);
            let __server = if #private::grpc_compresses(&__parts) {
                __server.send_compressed(#private::GZIP)
            } else {
                __server
            };
        },
        Rpc::Thrift => quote_spanned! {site()=>
            let __server = __Server::from_arc(__service.0);
        },
    };
    quote_spanned! {site()=>
        #private::Trigger::#variant {
            service: || #private::#name::<__Server>(),
            methods: &[#(#timeouts),*],
            make: |__parts| ::std::boxed::Box::pin(async move {
                let __service = (#state.read)(&__parts, &mut #private::no_payload())?;
                #server
                ::core::result::Result::Ok(#private::#finish(__server))
            }),
        }
    }
}

/// Output: `#[cfg(…)] ::faas::__private::MethodLimits { method: "say_hello", timeout: … }`
fn timeout(private: &TokenStream, timeout: &Timeout) -> TokenStream {
    let Timeout {
        method, conditions, ..
    } = timeout;
    let time = duration(timeout.timeout);
    quote_spanned! {site()=>
        #(#conditions)* #private::MethodLimits { method: #method, timeout: #time }
    }
}

/// Output: `::faas::__private::param::<::faas::__private::marker::Start, ::faas::__private::State<MyGreeter>>()`
fn state(model: &Model, service: &Service) -> TokenStream {
    let self_type = &service.block.self_type;
    let at = located(self_type);
    let private = private_at(model, at);
    let marker = Ident::new(start::MARKER, at);
    quote_spanned! {at=>
        #private::param::<#private::marker::#marker, #private::State<#self_type>>()
    }
}
