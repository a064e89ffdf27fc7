//! Reads the annotated item. A fn's body stays raw tokens: half-typed ones expand too, and nothing is spent on what is
//! not looked at.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{
    Attribute, FnArg, ItemStruct, LitStr, ReturnType, Signature, Token, Type, Visibility, token,
};

use crate::attribute;
use crate::mistakes;

/// All that a fn says before its body.
pub(crate) struct Func {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) signature: Signature,
    pub(crate) has_body: bool,
}

impl Func {
    /// The types of the parameters; a receiver is no parameter.
    pub(crate) fn params(&self) -> impl Iterator<Item = &Type> {
        self.signature
            .inputs
            .iter()
            .filter_map(|input| match input {
                FnArg::Typed(param) => Some(&*param.ty),
                FnArg::Receiver(_) => None,
            })
    }

    /// The return type as written.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Type(_, ty) => Some(ty),
            ReturnType::Default => None,
        }
    }
}

pub(crate) fn func(attribute: &attribute::Attribute, tokens: TokenStream) -> syn::Result<Func> {
    let parser = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        if !is_fn(input)? {
            let found: TokenTree = input.parse()?;
            let attribute::Attribute { name, example, .. } = *attribute;
            return Err(mistakes::not_a_function(name, &found.to_string(), example).at(found));
        }
        let signature = input.parse()?;
        let has_body = input.peek(token::Brace);
        input.parse::<TokenStream>()?;
        Ok(Func {
            attrs,
            signature,
            has_body,
        })
    };
    parser.parse2(tokens)
}

fn is_fn(input: ParseStream<'_>) -> syn::Result<bool> {
    let ahead = input.fork();
    // Some of `const async unsafe extern "C"` may stand before other items as well.
    while ahead.peek(Token![const])
        || ahead.peek(Token![async])
        || ahead.peek(Token![unsafe])
        || ahead.peek(Token![extern])
        || ahead.peek(LitStr)
    {
        ahead.parse::<TokenTree>()?;
    }
    Ok(ahead.peek(Token![fn]))
}

pub(crate) fn structure(tokens: TokenStream) -> syn::Result<ItemStruct> {
    let parser = |input: ParseStream<'_>| {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        ahead.parse::<Visibility>()?;
        if !ahead.peek(Token![struct]) {
            let found: TokenTree = ahead.parse()?;
            return Err(mistakes::not_a_config(&format!("`{found}`")).at(found));
        }
        input.parse()
    };
    parser.parse2(tokens)
}

pub(crate) fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

/// All tokens, with the groups opened.
pub(crate) fn flat(tokens: TokenStream) -> Box<dyn Iterator<Item = TokenTree>> {
    Box::new(tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => flat(group.stream()),
        other => Box::new(std::iter::once(other)),
    }))
}
