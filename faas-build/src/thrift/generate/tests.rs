//! The service part of the generated code; the types are pilota's, and change with it.

use std::path::PathBuf;

use syn::{File, Item, ItemImpl, ItemMod, Type};

#[test]
fn services() {
    let folder = tempfile::tempdir().unwrap();
    let files = [PathBuf::from("tests/idl/orders.thrift")];
    let code = super::code(&files, Vec::new(), "::faas".to_owned(), folder.path()).unwrap();
    insta::assert_snapshot!(ours(&code));
}

#[test]
fn the_same_code_each_time() {
    let code = || {
        let folder = tempfile::tempdir().unwrap();
        let files = [PathBuf::from("tests/idl/orders.thrift")];
        super::code(&files, Vec::new(), "::faas".to_owned(), folder.path()).unwrap()
    };
    assert_eq!(code(), code());
}

#[test]
fn another_path_of_faas() {
    let folder = tempfile::tempdir().unwrap();
    let files = [PathBuf::from("tests/idl/stock.thrift")];
    let code = super::code(&files, Vec::new(), "::renamed".to_owned(), folder.path()).unwrap();
    assert!(code.contains("::renamed::rpc::thrift::"));
    assert!(!code.contains("::faas::"));
}

/// A list that is cut in the midst must drop what has been read.
#[test]
fn lists_own_what_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lists.thrift");
    std::fs::write(
        &file,
        "struct Part { 1: string name } struct Whole { 1: list<list<Part>> parts }",
    )
    .unwrap();
    let code = super::code(&[file], Vec::new(), "::faas".to_owned(), folder.path()).unwrap();
    // of each list one reader that waits and one that does not
    assert_eq!(code.matches("val.push(").count(), 4);
    assert!(!code.contains("as_mut_ptr"));
}

/// A panic of pilota-build is an error with its text.
#[test]
fn a_panic_of_the_generator() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.thrift");
    std::fs::write(&file, "struct A { 1: Unknown a }").unwrap();
    let error = super::code(&[file], Vec::new(), "::faas".to_owned(), folder.path()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("pilota-build cannot make code of this: can not find path"),
        "{text}"
    );
}

/// The modules with what is not pilota's.
fn ours(code: &str) -> String {
    let file = syn::parse_file(code).unwrap();
    let items = file.items.into_iter().filter_map(kept).collect();
    prettyplease::unparse(&File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items,
    })
}

fn kept(item: Item) -> Option<Item> {
    match item {
        Item::Mod(module) => {
            let content = module
                .content
                .map(|(brace, items)| (brace, items.into_iter().filter_map(kept).collect()));
            Some(Item::Mod(ItemMod { content, ..module }))
        }
        Item::Trait(item) => Some(Item::Trait(item)),
        Item::Struct(item) if of_service(&item.ident.to_string()) => Some(Item::Struct(item)),
        Item::Impl(item) if is_ours(&item) => Some(Item::Impl(item)),
        _ => None,
    }
}

fn is_ours(item: &ItemImpl) -> bool {
    let Type::Path(ty) = &*item.self_ty else {
        return false;
    };
    let name = ty.path.segments.last().unwrap().ident.to_string();
    of_service(&name) || name == "Exception"
}

fn of_service(name: &str) -> bool {
    name.ends_with("Server") || name.ends_with("Client")
}
