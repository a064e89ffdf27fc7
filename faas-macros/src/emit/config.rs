//! Sections of the configuration: the derive of `Deserialize`, the section's name, a registration.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Path, Token};

use super::{origin, private, site, submit};
use crate::model::{Config, Model};

/// Input:  `#[faas::config("db")] struct DbConfig { url: String }`
/// Output: `#[derive(::faas::__private::serde::Deserialize)] #[serde(crate = "::faas::__private::serde")]`
pub(super) fn derive(model: &Model, config: &Config) -> Option<TokenStream> {
    if derives_deserialize(&config.item.attrs) {
        return None;
    }
    let private = private(model);
    let serde = quote_spanned!(site()=> #private::serde);
    let path: String = serde
        .clone()
        .into_iter()
        .map(|token| token.to_string())
        .collect();
    Some(quote_spanned!(site()=> #[derive(#serde::Deserialize)] #[serde(crate = #path)]))
}

/// Input:  `#[faas::config("db")] struct DbConfig { url: String }`
/// Output: `impl …ConfigSection for DbConfig { … } …submit! { ::faas::__private::ConfigEntry { … fields: &["url"] } }`
pub(super) fn section(model: &Model, config: &Config) -> TokenStream {
    let private = private(model);
    let origin = origin(model);
    let ident = &config.item.ident;
    let section = &config.section;
    let fields = config.item.fields.iter().filter_map(|field| {
        let conditions = field
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("cfg"));
        let name = field.ident.as_ref()?.unraw().to_string();
        Some(quote_spanned!(site()=> #(#conditions)* #name))
    });
    let entry = quote_spanned! {site()=>
        #private::ConfigEntry { origin: #origin, section: #section, fields: &[#(#fields),*] }
    };
    let submit = submit(model, &entry);
    quote_spanned! {site()=>
        #[automatically_derived]
        impl #private::ConfigSection for #ident {
            const SECTION: &'static str = #section;
        }
        #submit
    }
}

fn derives_deserialize(attrs: &[Attribute]) -> bool {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("derive"))
        .any(|attr| {
            let derives = attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
            let is_deserialize = |path: &Path| {
                path.segments
                    .last()
                    .is_some_and(|last| last.ident == "Deserialize")
            };
            derives.is_ok_and(|derives| derives.iter().any(is_deserialize))
        })
}
