//! What is written where, for right files.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use std::path::Path;

use faas_build::{Proto, Thrift};
use prost::Message;
use prost_types::FileDescriptorSet;

fn orders() -> Proto {
    Proto::new()
        .include("tests/idl")
        .file("tests/idl/shop/orders.proto")
}

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The names of the files in a descriptor set.
fn described(folder: &Path, name: &str) -> Vec<String> {
    let bytes = std::fs::read(folder.join(name)).unwrap();
    let set = FileDescriptorSet::decode(bytes.as_slice()).unwrap();
    assert!(set.file.iter().all(|file| file.source_code_info.is_none()));
    set.file.iter().map(|file| file.name().to_owned()).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.unwrap().file_name().into_string().unwrap()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn a_package_has_its_code_and_its_descriptors() {
    let folder = tempfile::tempdir().unwrap();
    orders().out_dir(&folder).compile().unwrap();
    let expected = [
        "shop.money.rs",
        "shop.money.rs.descriptors",
        "shop.v1.rs",
        "shop.v1.rs.descriptors",
    ];
    assert_eq!(names(folder.path()), expected);
    let code = text(folder.path(), "shop.v1.rs");
    assert!(code.contains("pub struct OrdersServer<T>"));
    assert!(code.contains("pub struct OrdersClient<T>"));
    assert!(!code.contains("transport::Channel"));
    assert_eq!(
        code.matches("::faas::descriptors!(FILE_DESCRIPTOR_SET);")
            .count(),
        1
    );
    assert!(code.contains("include_bytes!(\"shop.v1.rs.descriptors\")"));
}

/// Whichever packages a program includes, each set is whole.
#[test]
fn descriptors_hold_what_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    orders().out_dir(&folder).compile().unwrap();
    let all = [
        "google/protobuf/timestamp.proto",
        "shop/money.proto",
        "shop/orders.proto",
    ];
    assert_eq!(described(folder.path(), "shop.v1.rs.descriptors"), all);
    let money = described(folder.path(), "shop.money.rs.descriptors");
    assert_eq!(money, ["shop/money.proto"]);
}

#[test]
fn what_can_be_set_for_proto() {
    let folder = tempfile::tempdir().unwrap();
    let proto = orders()
        .emit_client(false)
        .register(false)
        .configure(|tonic| tonic.type_attribute("shop.v1.Order", "#[derive(Eq)]"));
    proto.out_dir(&folder).compile().unwrap();
    let code = text(folder.path(), "shop.v1.rs");
    assert!(!code.contains("OrdersClient"));
    assert!(!code.contains("descriptors!("));
    assert!(code.contains("#[derive(Eq)]"));

    let renamed = orders().emit_server(false).crate_path("::functions");
    renamed.out_dir(&folder).compile().unwrap();
    let code = text(folder.path(), "shop.v1.rs");
    assert!(!code.contains("OrdersServer"));
    assert!(code.contains("::functions::descriptors!(FILE_DESCRIPTOR_SET);"));
}

/// Cargo compiles a crate again whose included file is newer than it was.
#[test]
fn what_did_not_change_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str| {
        std::fs::metadata(folder.path().join(name))
            .unwrap()
            .modified()
    };
    let thrift = || {
        Thrift::new()
            .file("tests/idl/stock.thrift")
            .out_dir(&folder)
    };
    orders().out_dir(&folder).compile().unwrap();
    thrift().compile().unwrap();
    let files = ["shop.v1.rs", "shop.v1.rs.descriptors", "stock.thrift.rs"];
    let before = files.map(|name| written(name).unwrap());
    orders().out_dir(&folder).compile().unwrap();
    thrift().compile().unwrap();
    assert_eq!(files.map(|name| written(name).unwrap()), before);
}

#[test]
fn thrift_files_make_one_tree_named_after_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let files = || {
        Thrift::new()
            .file("tests/idl/orders.thrift")
            .out_dir(&folder)
    };
    files().compile().unwrap();
    files().name("shop").compile().unwrap();
    assert_eq!(names(folder.path()), ["orders.thrift.rs", "shop.thrift.rs"]);
    let code = text(folder.path(), "shop.thrift.rs");
    assert_eq!(code, text(folder.path(), "orders.thrift.rs"));
    assert!(code.contains("pub mod shop {\n    pub mod orders {"));
    assert!(code.contains("    pub mod stock {"));
}

#[test]
fn the_includes_are_looked_up_in_folders_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("user.thrift");
    let idl = "include \"stock.thrift\"\nstruct Sale { 1: stock.SoldOut why }\n";
    std::fs::write(&file, idl).unwrap();
    let thrift = || Thrift::new().file(&file).out_dir(&folder);
    let error = thrift().compile().unwrap_err().to_string();
    assert!(error.contains("there is no file `stock.thrift`"), "{error}");
    thrift().include("tests/idl").compile().unwrap();
    assert!(text(folder.path(), "user.thrift.rs").contains("pub mod user {"));
}
