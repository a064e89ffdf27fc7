//! What generated code does with the parameters of a fn besides passing them on.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Type;

use super::{is_opaque, local, located, output, private, private_at, site};
use crate::item::Func;
use crate::model::Model;

/// Output: `::faas::__private::param::<::faas::__private::marker::Invoke, State<Db>>()`
pub(super) fn param(model: &Model, marker: &str, ty: &Type) -> TokenStream {
    let at = located(ty);
    let private = private_at(model, at);
    let marker = Ident::new(marker, at);
    quote_spanned!(at=> #private::param::<#private::marker::#marker, #ty>())
}

/// Output: `|__needs| { ::faas::__private::Needs::deliveries(__needs); (::faas::__private::param::<…>().needs)(__needs); }`
pub(super) fn needs(model: &Model, func: &Func, marker: &str, brings: &[&str]) -> TokenStream {
    let params: Vec<_> = func.params().map(|ty| param(model, marker, ty)).collect();
    if params.is_empty() && brings.is_empty() {
        return quote_spanned!(site()=> |_| {});
    }
    let private = private(model);
    let brings = brings.iter().map(|name| Ident::new(name, site()));
    quote_spanned! {site()=>
        |__needs| {
            #(#private::Needs::#brings(__needs);)*
            #((#params.needs)(__needs);)*
        }
    }
}

/// Output: `|__needs| { ::faas::__private::Needs::http(__needs); let __probe0 = …; { use …; (&__probe0).needs(__needs); } }`
pub(super) fn probed_needs(model: &Model, func: &Func, brings: &str) -> TokenStream {
    let types: Vec<_> = func.params().map(ToTokens::to_token_stream).collect();
    let calls = vec!["needs"; types.len()];
    let private = private(model);
    let brings = Ident::new(brings, site());
    let first = quote_spanned!(site()=> #private::Needs::#brings(__needs););
    probes(model, &types, &calls, "__needs", Some(&first))
}

/// Output: `|__schemas| { let __probe0 = …; let __probe1 = …; { use …; (&__probe0).parameter(__schemas); (&__probe1).answer(__schemas); } }`
pub(super) fn schema(model: &Model, func: &Func) -> TokenStream {
    let mut types: Vec<_> = func.params().map(ToTokens::to_token_stream).collect();
    let mut calls = vec!["parameter"; types.len()];
    if !func.output().is_some_and(is_opaque) {
        types.push(output(func).0);
        calls.push("answer");
    }
    probes(model, &types, &calls, "__schemas", None)
}

/// The probes stand outside the inner block, so that the names of its glob import shadow no type of the user.
fn probes(
    model: &Model,
    types: &[TokenStream],
    calls: &[&str],
    argument: &str,
    first: Option<&TokenStream>,
) -> TokenStream {
    let argument = Ident::new(argument, site());
    if types.is_empty() {
        return match first {
            Some(first) => quote_spanned!(site()=> |#argument| { #first }),
            None => quote_spanned!(site()=> |_| {}),
        };
    }
    let names: Vec<_> = (0..types.len())
        .map(|index| local("probe", index))
        .collect();
    let made = types.iter().zip(&names).map(|(ty, name)| {
        let at = located(ty);
        let private = private_at(model, at);
        let probe = quote_spanned!(at=> #private::Probe::<#ty>::new());
        quote_spanned!(site()=> let #name = #probe;)
    });
    let calls = calls.iter().map(|call| Ident::new(call, site()));
    let private = private(model);
    quote_spanned! {site()=>
        |#argument| {
            #first
            #(#made)*
            {
                use #private::probe::*;
                #((&#names).#calls(#argument);)*
            }
        }
    }
}
