//! Reads an annotated `impl` block: its head, and of its members the names and our helper attributes. Bodies stay raw
//! tokens, as those of a fn do.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Generics, Path, Token, Type, WhereClause};

use crate::item::{is_ident, peeled};
use crate::mistakes;

pub(crate) struct Block {
    pub(crate) attrs: Vec<Attribute>,
    /// `unsafe`, `default`, `const` or `!`.
    pub(crate) qualifiers: Vec<TokenTree>,
    pub(crate) generics: Generics,
    /// Whose implementation it is.
    pub(crate) path: Path,
    /// The last name of `path`.
    pub(crate) name: Ident,
    pub(crate) self_type: Type,
    /// Whether there is an `async fn` in it.
    has_async: bool,
    /// Those with a helper attribute.
    pub(crate) members: Vec<Member>,
    /// The item as it was written, less the helper attributes of its members.
    pub(crate) tokens: TokenStream,
}

#[derive(Default)]
pub(crate) struct Member {
    /// Of a fn; other members have none here.
    pub(crate) name: Option<Ident>,
    pub(crate) helpers: Vec<Attribute>,
    pub(crate) conditions: Vec<Attribute>,
    is_async: bool,
}

pub(crate) fn is_block(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while QUALIFIERS.iter().any(|name| peek_ident(&ahead, name))
        && ahead.parse::<TokenTree>().is_ok()
    {}
    ahead.peek(Token![impl])
}

const QUALIFIERS: &[&str] = &["unsafe", "default", "const"];

fn peek_ident(input: ParseStream<'_>, name: &str) -> bool {
    let next = input.fork().parse::<TokenTree>();
    next.is_ok_and(|token| is_ident(&token, name))
}

/// `attrs` are those above the rest, which is `input`; `tokens` is all of it.
pub(crate) fn block(
    attrs: Vec<Attribute>,
    input: ParseStream<'_>,
    tokens: TokenStream,
) -> syn::Result<Block> {
    let mut qualifiers = Vec::new();
    while !input.peek(Token![impl]) {
        qualifiers.push(input.parse()?);
    }
    input.parse::<Token![impl]>()?;
    let mut generics: Generics = input.parse()?;
    while input.peek(Token![const]) || input.peek(Token![!]) {
        qualifiers.push(input.parse()?);
    }
    let first: Type = input.parse()?;
    if !input.peek(Token![for]) {
        return Err(mistakes::inherent_impl().at(first));
    }
    let (path, name) = match peeled(&first) {
        Type::Path(ty) if let (None, Some(last)) = (&ty.qself, ty.path.segments.last()) => {
            (ty.path.clone(), last.ident.clone())
        }
        other => return Err(mistakes::inherent_impl().at(other)),
    };
    input.parse::<Token![for]>()?;
    let self_type = input.parse()?;
    generics.where_clause = input.parse::<Option<WhereClause>>()?;
    let body: Group = input.parse()?;
    let mut found = Found::default();
    let kept = found.members(body.stream());
    let tokens = if found.members.is_empty() {
        tokens
    } else {
        with_body(tokens, &kept)
    };
    Ok(Block {
        attrs,
        qualifiers,
        generics,
        path,
        name,
        self_type,
        has_async: found.has_async,
        members: found.members,
        tokens,
    })
}

impl Block {
    /// Whether an `async fn` of it is still to be made one that returns a boxed future.
    pub(crate) fn is_unboxed(&self) -> bool {
        let is_boxing = |attr: &Attribute| {
            let last = attr.path().segments.last();
            last.is_some_and(|last| last.ident == "async_trait")
        };
        self.has_async && !self.attrs.iter().any(is_boxing)
    }
}

#[derive(Default)]
struct Found {
    members: Vec<Member>,
    has_async: bool,
}

impl Found {
    /// Walks over the outermost tokens, and gives them back without helper attributes.
    fn members(&mut self, tokens: TokenStream) -> TokenStream {
        let mut kept = TokenStream::new();
        let mut member = Member::default();
        // Attributes stand before everything else.
        let mut begins = true;
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match &token {
                TokenTree::Punct(punct) if begins && punct.as_char() == '#' => {
                    let mut attribute = TokenStream::from(token);
                    while let Some(token) = tokens.next_if(is_of_attribute) {
                        attribute.extend([token]);
                    }
                    kept.extend(member.attribute(attribute));
                    continue;
                }
                // What came through a `macro_rules!` as a whole.
                TokenTree::Group(group) if begins && group.delimiter() == Delimiter::None => {
                    let mut inner = Group::new(Delimiter::None, self.members(group.stream()));
                    inner.set_span(group.span());
                    kept.extend([TokenTree::Group(inner)]);
                    continue;
                }
                token if is_ident(token, "async") => member.is_async |= member.name.is_none(),
                token if is_ident(token, "fn") && member.name.is_none() => {
                    if let Some(TokenTree::Ident(name)) = tokens.peek() {
                        member.name = Some(name.clone());
                    }
                }
                _ => {}
            }
            begins = ends_member(&token);
            kept.extend([token]);
            if begins {
                self.add(std::mem::take(&mut member));
            }
        }
        self.add(member);
        kept
    }

    fn add(&mut self, member: Member) {
        self.has_async |= member.is_async && member.name.is_some();
        if !member.helpers.is_empty() {
            self.members.push(member);
        }
    }
}

impl Member {
    /// Takes what is ours, and gives back what is not.
    fn attribute(&mut self, tokens: TokenStream) -> TokenStream {
        let attributes = Attribute::parse_outer.parse2(tokens.clone());
        for attribute in attributes.unwrap_or_default() {
            if attribute.path().is_ident("faas") {
                self.helpers.push(attribute);
                return TokenStream::new();
            }
            if attribute.path().is_ident("cfg") {
                self.conditions.push(attribute);
            }
        }
        tokens
    }
}

/// What follows on the `#` of an attribute.
fn is_of_attribute(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == '!',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

fn ends_member(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

/// The item with other tokens between the braces at its end.
fn with_body(item: TokenStream, body: &TokenStream) -> TokenStream {
    let mut tokens: Vec<_> = item.into_iter().collect();
    if let Some(TokenTree::Group(last)) = tokens.last_mut() {
        let stream = match last.delimiter() {
            Delimiter::None => with_body(last.stream(), body),
            Delimiter::Brace | Delimiter::Bracket | Delimiter::Parenthesis => body.clone(),
        };
        let mut changed = Group::new(last.delimiter(), stream);
        changed.set_span(last.span());
        *last = changed;
    }
    tokens.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, quote};

    use super::*;

    fn read(tokens: TokenStream) -> Block {
        let parser = |input: ParseStream<'_>| {
            assert!(is_block(input));
            let attrs = input.call(Attribute::parse_outer)?;
            block(attrs, input, tokens.clone())
        };
        parser.parse2(tokens.clone()).expect("an implementation")
    }

    #[test]
    fn without_helper_attributes_all_stays() {
        let item = quote! {
            impl Greeter for MyGreeter {
                #![allow(unused)]
                const C: u8 = { async fn inner() {} 1 };
                type F = fn(u8) -> u8;
                #[doc = "a"] #[other(faas)] fn one(#[faas] a: u8) -> Self { #[faas(b)] half typed }
                mac! { async fn f() {} }
            }
        };
        let block = read(item.clone());
        assert_eq!(block.tokens.to_string(), item.to_string());
        assert!(block.members.is_empty());
        assert!(!block.has_async, "no member is an `async fn`");
    }

    #[test]
    fn helper_attributes_are_taken_off() {
        let group = |tokens: TokenStream| Group::new(Delimiter::None, tokens);
        // As `$meta:meta`, `$vis:vis` and `$item:item` come out of a `macro_rules!`.
        let meta = group(quote!(faas(timeout = "3s")));
        let vis = group(TokenStream::new());
        let whole = group(quote!(
            #[faas(timeout = "4s")]
            fn three() {}
        ));
        let block = read(quote! {
            impl Greeter for MyGreeter {
                #![allow(unused)]
                #[faas(timeout = "2s")] #[cfg(unix)] /** Docs. */ async fn one(&self) {}
                #[#meta] #vis fn two();
                #whole
                #[faas(last)]
            }
        });
        let expected = quote! {
            impl Greeter for MyGreeter {
                #![allow(unused)]
                #[cfg(unix)] /** Docs. */ async fn one(&self) {}
                fn two();
                fn three() {}
            }
        };
        assert_eq!(flat(block.tokens), flat(expected));
        let names: Vec<_> = block
            .members
            .iter()
            .map(|it| it.name.as_ref().map(Ident::to_string))
            .collect();
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(names, [name("one"), name("two"), name("three"), None]);
        let conditions: Vec<_> = block.members.iter().map(|it| it.conditions.len()).collect();
        assert_eq!(conditions, [1, 0, 0, 0]);
        assert!(block.has_async);
    }

    #[test]
    fn an_implementation_in_an_invisible_group() {
        let path = Group::new(Delimiter::None, quote!(hello::Greeter));
        let item = quote!(impl #path for MyGreeter { #[faas(a)] fn one() {} });
        let block = read(Group::new(Delimiter::None, item).into_token_stream());
        assert_eq!(block.name, "Greeter");
        let expected = quote!(impl hello::Greeter for MyGreeter { fn one() {} });
        assert_eq!(flat(block.tokens), flat(expected));
    }

    fn flat(tokens: TokenStream) -> String {
        let inner = tokens.into_iter().map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => flat(group.stream()),
            TokenTree::Group(group) => {
                format!("{:?}({})", group.delimiter(), flat(group.stream()))
            }
            token => token.to_string(),
        });
        inner
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}
