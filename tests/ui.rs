//! The macros' messages: each file in `ui/*/fail` is one mistake with what the compiler says to it, each in `ui/*/pass`
//! compiles.

#[test]
fn messages() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/fail/*.rs");
    cases.pass("ui/*/pass/*.rs");
}
