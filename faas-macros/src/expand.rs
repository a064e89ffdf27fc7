//! Joins the stages: parse, check, emit.

use proc_macro2::TokenStream;

use crate::attribute::Attribute;
use crate::check;
use crate::emit;
use crate::errors::Errors;
use crate::fallback;
use crate::model::Model;

pub(crate) fn expand(
    attribute: &'static Attribute,
    args: TokenStream,
    item: TokenStream,
) -> TokenStream {
    try_expand(attribute, args, item.clone())
        .unwrap_or_else(|error| fallback::item_with(attribute, error, item))
}

pub(crate) fn try_expand(
    attribute: &'static Attribute,
    args: TokenStream,
    item: TokenStream,
) -> syn::Result<TokenStream> {
    // One collection over both stages: a mistake in the arguments hides none in the signature.
    let model = Errors::collect(|errors| {
        let model = Model::parse(attribute, args, item, errors)?;
        check::all(&model, errors);
        Ok(model)
    })?;
    Ok(emit::model(&model))
}
