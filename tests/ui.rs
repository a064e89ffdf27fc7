//! The macros' messages: each file in `ui/*/fail` is one mistake with what the compiler says to it, each in `ui/*/pass`
//! compiles.

#[test]
fn messages() {
    // Apart from what passes: beside it each mistake would be linked too, which takes minutes and gigabytes.
    trybuild::TestCases::new().compile_fail("ui/*/fail/*.rs");
}

#[test]
fn what_is_right_compiles() {
    trybuild::TestCases::new().pass("ui/*/pass/*.rs");
}
