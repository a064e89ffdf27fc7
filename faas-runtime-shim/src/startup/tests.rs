//! What the catalogue says is what the page of its code shows, for codes that no program of a test can raise.
//! The others are compared in `tests/documents/starts` and in `tests/it/start`.

use std::fs;
use std::path::Path;

use super::*;

/// Compares an error with its page. A packaged crate comes without the book.
#[track_caller]
pub(crate) fn check(error: &StartError) {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/errors");
    if !pages.exists() {
        return;
    }
    let page = fs::read_to_string(pages.join(format!("{}.md", error.code()))).unwrap();
    let shown = page
        .split("```text\n")
        .find(|block| block.starts_with("error["))
        .and_then(|block| block.split("\n```").next());
    assert_eq!(shown, Some(error.to_string().as_str()));
    let exit = format!("Exit code {}.", error.exit() as u8);
    assert!(page.contains(&exit), "{}: {exit}", error.code());
}

pub(crate) fn origin(name: &'static str, line: u32) -> Origin {
    Origin {
        name,
        module: "shop",
        file: "src/main.rs",
        line,
        summary: "",
    }
}

/// The compile-time check lets no such path pass.
#[test]
fn a_path_that_the_router_refuses() {
    check(&StartError::bad_path("…", &origin("order", 4), "…"));
}

#[test]
fn a_linked_crate_without_functions() {
    check(&StartError::nothing_linked(
        "orders_functions",
        "src/main.rs",
        3,
    ));
}

/// The tests are never built for platforms alone.
#[test]
fn no_platform() {
    check(&StartError::no_platform(&["aws-lambda"]));
}

#[test]
fn a_route_below_a_service() {
    check(&StartError::shadowed_by_service(
        "/shop.v1.Catalogue/{item}",
        &origin("page", 5),
        "shop.v1.Catalogue",
        &origin("get", 2),
    ));
}
