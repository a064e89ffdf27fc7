//! The syntax of a value, before its argument says which sort it takes.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Lit, Path, Token};

/// What stands behind a key, before anything is known of the key.
pub(super) enum Value {
    Missing,
    Literal(Lit),
    Path(Path),
    /// Without a `=` before it.
    Parentheses(Group),
    Other(TokenStream),
}

impl Value {
    /// Reads what stands behind `=`.
    pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() || input.peek(Token![,]) {
            Ok(Self::Missing)
        } else if input.peek(Lit) {
            input.parse().map(Self::Literal)
        } else if is_path(input) {
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

/// Words joined by `|` are no path, but one value all the same.
fn is_path(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.call(Path::parse_mod_style).is_ok() && !ahead.peek(Token![|])
}

impl ToTokens for Value {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Missing => {}
            Self::Literal(literal) => literal.to_tokens(tokens),
            Self::Path(path) => path.to_tokens(tokens),
            Self::Parentheses(group) => group.to_tokens(tokens),
            Self::Other(other) => other.to_tokens(tokens),
        }
    }
}
