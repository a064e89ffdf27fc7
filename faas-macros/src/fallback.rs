//! What comes out beside the mistakes: the user's item, so that nothing else of their crate turns red and editors go on
//! completing.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::attribute::{Attribute, Kind};
use crate::emit;
use crate::item::{self, FuncOrBlock};

pub(crate) fn item_with(
    attribute: &Attribute,
    error: syn::Error,
    item: TokenStream,
) -> TokenStream {
    let mut tokens = boxing(attribute, &item).unwrap_or_default();
    tokens.extend(without_helpers(item));
    tokens.extend(error.into_compile_error());
    tokens
}

/// What we add to an `impl`: without it the compiler would tell of each of its methods.
fn boxing(attribute: &Attribute, item: &TokenStream) -> Option<TokenStream> {
    let Kind::Rpc(rpc) = attribute.kind else {
        return None;
    };
    match item::func_or_block(attribute, item.clone()) {
        Ok(FuncOrBlock::Block(block)) => emit::boxing(rpc, &block),
        Ok(FuncOrBlock::Func(_)) | Err(_) => None,
    }
}

/// Takes `#[faas(…)]` off: it was told of as a mistake, and the compiler would tell of it again.
fn without_helpers(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            kept.push(token);
            continue;
        };
        if is_helper(&group)
            && matches!(kept.last(), Some(TokenTree::Punct(p)) if p.as_char() == '#')
        {
            kept.pop();
        } else {
            kept.push(inner_without_helpers(group).into());
        }
    }
    kept.into_iter().collect()
}

fn inner_without_helpers(group: Group) -> Group {
    let before = group.stream();
    let tokens_before = before.clone().into_iter().count();
    let after = without_helpers(before);
    // A new group has no spans of its own delimiters, so an unchanged one is kept.
    if after.clone().into_iter().count() == tokens_before {
        return group;
    }
    let mut changed = Group::new(group.delimiter(), after);
    changed.set_span(group.span());
    changed
}

fn is_helper(group: &Group) -> bool {
    let mut tokens = group.stream().into_iter();
    group.delimiter() == Delimiter::Bracket
        && matches!(tokens.next(), Some(TokenTree::Ident(ident)) if ident == "faas")
        && matches!(tokens.next(), None | Some(TokenTree::Group(_)))
}
