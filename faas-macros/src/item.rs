//! Reads the annotated item. A fn's body stays raw tokens: half-typed ones expand too, and nothing is spent on what is
//! not looked at. What is special to an `impl` is in `block`.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, FnArg, ItemStruct, LitStr, ReturnType, Signature, Token, Type, Visibility};

use crate::attribute::{self, Kind};
use crate::block::{self, Block};
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
        func_below(attribute, attrs, input)
    };
    parser.parse2(tokens)
}

/// A fn, or the implementation of a trait.
pub(crate) enum FuncOrBlock {
    Func(Func),
    Block(Block),
}

pub(crate) fn func_or_block(
    attribute: &attribute::Attribute,
    tokens: TokenStream,
) -> syn::Result<FuncOrBlock> {
    let item = tokens.clone();
    let parser = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        if block::is_block(input) {
            block::block(attrs, input, item).map(FuncOrBlock::Block)
        } else {
            func_below(attribute, attrs, input).map(FuncOrBlock::Func)
        }
    };
    parser.parse2(tokens)
}

fn func_below(
    attribute: &attribute::Attribute,
    attrs: Vec<Attribute>,
    input: ParseStream<'_>,
) -> syn::Result<Func> {
    input.parse::<Visibility>()?;
    if !is_fn(input)? {
        let token: TokenTree = input.parse()?;
        let attribute::Attribute { name, example, .. } = *attribute;
        let found = token.to_string();
        let mistake = match attribute.kind {
            Kind::Rpc(_) => mistakes::not_a_service(name, &found),
            Kind::Http | Kind::Event(_) | Kind::Resource | Kind::Hook(_) | Kind::Config => {
                mistakes::not_a_function(name, &found, example)
            }
        };
        return Err(mistake.at(token));
    }
    let signature = input.parse()?;
    // A body that an editor cannot make sense of is left out by it: then there is no semicolon either.
    let has_body = !input.peek(Token![;]);
    input.parse::<TokenStream>()?;
    Ok(Func {
        attrs,
        signature,
        has_body,
    })
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

/// The type inside parentheses and the invisible groups of `macro_rules!`.
pub(crate) fn peeled(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            other => return other,
        };
    }
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
