//! The syntax of a value, before its argument says which sort it takes.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Lit, Path, Token};

/// What stands behind `=`, before anything is known of its key.
pub(super) enum Value {
    Missing,
    Literal(Lit),
    Path(Path),
    Other(TokenStream),
}

impl Value {
    pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() || input.peek(Token![,]) {
            Ok(Self::Missing)
        } else if input.peek(Lit) {
            input.parse().map(Self::Literal)
        } else if input.fork().call(Path::parse_mod_style).is_ok() {
            input.call(Path::parse_mod_style).map(Self::Path)
        } else {
            let mut tokens = TokenStream::new();
            while !input.is_empty() && !input.peek(Token![,]) {
                tokens.extend([input.parse::<TokenTree>()?]);
            }
            Ok(Self::Other(tokens))
        }
    }
}

impl ToTokens for Value {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Missing => {}
            Self::Literal(literal) => literal.to_tokens(tokens),
            Self::Path(path) => path.to_tokens(tokens),
            Self::Other(other) => other.to_tokens(tokens),
        }
    }
}
