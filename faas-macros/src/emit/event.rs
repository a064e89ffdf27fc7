//! Functions whose parameters come in any order: all triggers but HTTP.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use super::params::param;
use super::spec::{spec, whole_batch};
use super::{awaited, local, located, output, private, private_at, site};
use crate::item::Func;
use crate::mistakes;
use crate::model::{Event, Function, Model};

/// Input:  `async fn sum(pair: Json<Pair>) -> Json<Sum>`
/// Output: `::faas::__private::Trigger::Invoke { call: |__parts, __payload| Box::pin(async move { … }) }`
pub(super) fn trigger(model: &Model, func: &Func, event: &Event) -> TokenStream {
    let private = private(model);
    let variant = Ident::new(event.name(), site());
    let spec = spec(model, func, event);
    let call = call(model, func, event.name());
    quote_spanned!(site()=> #private::Trigger::#variant { #spec call: #call })
}

fn call(model: &Model, func: &Func, marker: &str) -> TokenStream {
    let private = private(model);
    let arguments: Vec<_> = func
        .params()
        .enumerate()
        .map(|(index, _)| local("a", index))
        .collect();
    let value = awaited(model, func, &arguments);
    let (ty, at) = output(func);
    let outcome = {
        let private = private_at(model, at);
        let marker = Ident::new(marker, at);
        let result = Ident::new("__result", at);
        quote_spanned!(at=> #private::outcome::<#private::marker::#marker, #ty>(#result))
    };
    if arguments.is_empty() {
        return quote_spanned! {site()=>
            |_, _| ::std::boxed::Box::pin(async move {
                let __result = #value;
                #outcome
            })
        };
    }
    let params = func.params().map(|ty| param(model, marker, ty));
    quote_spanned! {site()=>
        |__parts, __payload| ::std::boxed::Box::pin(async move {
            let mut __slot = #private::slot(__payload);
            #(
                let #arguments = match (#params.read)(&__parts, &mut __slot) {
                    ::core::result::Result::Ok(__value) => __value,
                    ::core::result::Result::Err(__error) => return #private::refused(__error),
                };
            )*
            ::core::mem::drop(__slot);
            let __result = #value;
            #outcome
        })
    }
}

/// What only the compiler knows to be wrong, since it is told by types.
pub(super) fn assertions(model: &Model, function: &Function, event: &Event) -> TokenStream {
    let func = &function.func;
    let one_payload = one_payload(model, func, event.name());
    let one_by_one = match (&function.idempotent, event) {
        (Some(idempotent), Event::Queue(_)) => {
            let at = located(&idempotent.at);
            let private = private_at(model, at);
            let message = mistakes::idempotent_batch(&func.signature.ident.to_string()).text();
            let whole_batch = whole_batch(model, func, event);
            let call = quote_spanned!(at=> #private::one_by_one(#whole_batch, #message));
            Some(quote_spanned!(site()=> const _: () = #call;))
        }
        _ => None,
    };
    quote_spanned!(site()=> #one_payload #one_by_one)
}

/// Output: `const _: () = ::faas::__private::at_most_one(0 + …param::<…>().takes as usize + …, "two parameters …");`
pub(super) fn one_payload(model: &Model, func: &Func, marker: &str) -> Option<TokenStream> {
    let params: Vec<_> = func.params().map(|ty| param(model, marker, ty)).collect();
    if params.len() < 2 {
        return None;
    }
    let ident = &func.signature.ident;
    let at = located(ident);
    let private = private_at(model, at);
    let message = mistakes::two_payloads(&ident.to_string()).text();
    let count = quote_spanned!(site()=> 0 #(+ #params.takes as usize)*);
    let call = quote_spanned!(at=> #private::at_most_one(#count, #message));
    Some(quote_spanned!(site()=> const _: () = #call;))
}
