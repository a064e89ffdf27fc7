//! HTTP routes. Their parameters are axum's extractors: all but the last from the parts of the request, the last from all
//! of it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Type;

use super::{awaited, local, output, private, private_at, site};
use crate::item::Func;
use crate::model::Model;

/// Input:  `#[faas::http(GET, "/orders/{id}")] async fn get_order(db: State<Db>, id: Path<u64>) -> Json<Order>`
/// Output: `::faas::__private::Trigger::Http { methods: &["GET"], path: "/orders/{id}", call: |__request| Box::pin(async move { … }) }`
pub(super) fn route(model: &Model, func: &Func, methods: &[&str], path: &str) -> TokenStream {
    let private = private(model);
    let call = call(model, func);
    quote_spanned!(site()=> #private::Trigger::Http { methods: &[#(#methods),*], path: #path, call: #call })
}

fn call(model: &Model, func: &Func) -> TokenStream {
    let types: Vec<_> = func.params().collect();
    let arguments: Vec<_> = (0..types.len()).map(|index| local("a", index)).collect();
    let value = awaited(model, func, &arguments);
    let (ty, at) = output(func);
    let response = {
        let private = private_at(model, at);
        let result = Ident::new("__result", at);
        quote_spanned!(at=> #private::response::<#ty>(#result))
    };
    let Some((last, parts)) = types.split_last() else {
        return quote_spanned! {site()=>
            |_| ::std::boxed::Box::pin(async move {
                let __result = #value;
                #response
            })
        };
    };
    let private = private(model);
    let (opened, closed) = if parts.is_empty() {
        (None, quote_spanned!(site()=> __request))
    } else {
        (
            Some(quote_spanned!(site()=> let (mut __parts, __body) = __request.into_parts();)),
            quote_spanned!(site()=> #private::Request::from_parts(__parts, __body)),
        )
    };
    let parts = parts.iter().map(|ty| {
        let parts = quote_spanned!(site()=> &mut __parts);
        read(model, Reader::Part, ty, &parts)
    });
    let last = read(model, Reader::Last, last, &closed);
    let reads = parts.chain([last]);
    quote_spanned! {site()=>
        |__request| ::std::boxed::Box::pin(async move {
            #opened
            #(
                let #arguments = match #reads {
                    ::core::result::Result::Ok(__value) => __value,
                    ::core::result::Result::Err(__response) => return __response,
                };
            )*
            let __result = #value;
            #response
        })
    }
}

/// What an extractor is made of.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Reader {
    /// The head of the request.
    Part,
    /// All of it.
    Last,
}

/// Output: `::faas::__private::http_part::<Path<u64>>(&mut __parts).await`
fn read(model: &Model, reader: Reader, ty: &Type, from: &TokenStream) -> TokenStream {
    // A missing extractor is told at the type, at the call and at the await, and printed once per place. So the call
    // spans the type exactly; an await is one token, which is a place of its own where the type has several.
    let (first, last) = ends(ty);
    let private = private_at(model, first);
    let (name, marker) = match reader {
        Reader::Part => ("http_part", None),
        Reader::Last => ("http_last", Some(quote_spanned!(last=> , _))),
    };
    let reader = Ident::new(name, first);
    let head = quote_spanned!(first=> #private::#reader::<);
    let tail = quote_spanned!(last=> #marker>(#from));
    let awaited = quote_spanned!(first=> .await);
    quote_spanned!(site()=> #head #ty #tail #awaited)
}

fn ends(ty: &Type) -> (Span, Span) {
    let mut spans = crate::item::flat(ty.into_token_stream()).map(|token| token.span());
    let first = spans.next().unwrap_or_else(site);
    (first, spans.last().unwrap_or(first))
}
