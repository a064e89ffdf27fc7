//! The rules on the implementation of a service. What its methods have to be is the trait's matter.

use quote::ToTokens;

use super::signature::borrow;
use crate::errors::Errors;
use crate::mistakes;
use crate::model::Service;

pub(super) fn service(service: &Service, errors: &mut Errors) {
    let block = &service.block;
    for token in &block.qualifiers {
        errors.push(mistakes::impl_qualifier(&token.to_string()).at(token));
    }
    generics(service, errors);
    // The server is found by the name of the trait, and made for the one type.
    if let Some(last) = block.path.segments.last()
        && !last.arguments.is_empty()
    {
        let mistake = mistakes::trait_arguments(&last.ident.to_string());
        errors.push(mistake.at(&last.arguments));
    }
}

// A registration holds one service. Under the generics would be many.
fn generics(service: &Service, errors: &mut Errors) {
    let block = &service.block;
    let mistake = mistakes::generic_impl();
    let clause = block.generics.where_clause.as_ref();
    if !block.generics.params.is_empty() {
        errors.push(mistake.at(&block.generics));
    } else if let Some(clause) = clause
        && !clause.predicates.is_empty()
    {
        errors.push(mistake.at(clause));
    } else if let Some((_, place)) = borrow(block.self_type.to_token_stream()) {
        // A lifetime that is left open is a generic one.
        errors.push(mistake.at(place));
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::check;

    fn block(item: &str) -> String {
        format!("#[faas::grpc] {item} {{ async fn say_hello(&self) {{ half. ; typed }} }}")
    }

    #[test]
    fn what_is_allowed() {
        for head in [
            "impl Greeter for MyGreeter",
            "#[cfg(unix)] #[tonic::async_trait] impl Greeter for MyGreeter",
            "impl ::hello::greeter_server::Greeter for Shared<dyn Fn(&str) -> u8>",
            "impl r#Greeter for (MyGreeter, &'static str)",
            "impl<> Greeter for MyGreeter where",
            "impl Greeter for Wrapper<{ 3 }>",
        ] {
            check(&block(head), &[]);
            check(&block(head).replace("grpc", "thrift"), &[]);
        }
        for function in [
            r#"#[faas::grpc("Greeter/SayHello")] fn f() {}"#,
            r#"#[faas::grpc("hello.Greeter/SayHello", name = "f")] async fn f(m: Proto<M>) -> impl Answer {}"#,
            "#[faas::grpc] async fn f(db: State<Db>) -> Result<GreeterServer<MyGreeter>, E> {}",
            "#[faas::thrift] fn f() -> ItemServiceServer<MyItems> {}",
            "#[faas::grpc(server = a::Server)] impl Greeter for MyGreeter {}",
        ] {
            check(function, &[]);
        }
    }

    #[test]
    fn other_items() {
        for (item, found) in [
            ("struct S;", "an `impl` or a fn, found `struct`"),
            ("pub mod m {}", "found `mod`"),
            ("unsafe trait T {}", "found `unsafe`"),
            ("const C: u8 = 1;", "found `const`"),
        ] {
            check(&format!("#[faas::grpc] {item}"), &[found]);
            check(&format!("#[faas::thrift] {item}"), &["[F0166]"]);
        }
    }

    #[test]
    fn heads() {
        for (head, expected) in [
            ("impl MyGreeter", "[F0167]"),
            ("impl<T> Wrapper<T>", "[F0167]"),
            ("impl<T> Greeter for Wrapper<T>", "[F0168]"),
            ("impl<'a> Greeter for Wrapper<'a>", "[F0168]"),
            ("impl<const N: usize> Greeter for Wrapper<N>", "[F0168]"),
            ("impl Greeter for Wrapper where u8: Copy", "[F0168]"),
            ("impl Greeter for Wrapper<'_>", "[F0168]"),
            ("impl Greeter for &MyGreeter", "[F0168]"),
            (
                "impl hello::Greeter<Hello> for MyGreeter",
                "`Greeter` has arguments",
            ),
            ("unsafe impl Greeter for MyGreeter", "`unsafe` cannot stand"),
            (
                "default impl Greeter for MyGreeter",
                "`default` cannot stand",
            ),
            ("impl const Greeter for MyGreeter", "`const` cannot stand"),
            ("impl !Greeter for MyGreeter", "`!` cannot stand"),
        ] {
            check(&block(head), &[expected]);
            check(&block(head).replace("grpc", "thrift"), &[expected]);
        }
    }

    #[test]
    fn names_and_other_attributes() {
        check(
            &block("#[faas::invoke] #[faas(timeout = \"1s\")] impl Größe for G"),
            &["[F0115]", "[F0163]", "[F0162]"],
        );
    }

    #[test]
    fn fns() {
        for (function, expected) in [
            ("#[faas::grpc] fn f() {}", "[F0147]"),
            ("#[faas::grpc] async fn f(m: Proto<M>) -> () {}", "[F0147]"),
            ("#[faas::grpc] fn f() -> impl Server {}", "[F0148]"),
            (
                "#[faas::grpc] fn f() -> Result<Around<impl Fn()>, E> {}",
                "[F0148]",
            ),
            ("#[faas::thrift] fn f() {}", "[F0171]"),
            ("#[faas::thrift] fn f() -> impl Server {}", "[F0148]"),
            ("#[faas::grpc(server = A)] fn f() -> B {}", "[F0149]"),
            ("#[faas::thrift(server = A)] fn f() -> B {}", "[F0149]"),
            ("#[faas::grpc(\"A/B\", server = A)] fn f() {}", "[F0149]"),
            ("#[faas::grpc(\"A/B\")] fn f(&self) {}", "[F0152]"),
            ("#[faas::grpc] fn f<T>() -> Server<T> {}", "[F0155]"),
            ("#[faas::grpc(\"A/B\")] fn f(m: &str) {}", "[F0159]"),
            (
                "#[faas::grpc(\"A/B\")] #[faas(timeout = \"1s\")] fn f() {}",
                "[F0162]",
            ),
            ("#[faas::grpc(\"/A/B\")] fn f() {}", "`\"A/B\"`?"),
            ("#[faas::grpc(\"A\")] fn f() {}", "[F0145]"),
            ("#[faas::grpc(A)] fn f() {}", "`method` takes text"),
            (
                "#[faas::grpc(path = \"A/B\")] fn f() {}",
                "stands without a name",
            ),
            ("#[faas::grpc(timeout = 2)] fn f() {}", "[F0105]"),
            (
                "#[faas::grpc(\"A/B\")] impl A for B {}",
                "path `A/B` stands on an `impl`",
            ),
            ("#[faas::thrift(\"A/B\")] impl A for B {}", "[F0107]"),
            ("#[faas::thrift(idempotent)] impl A for B {}", "[F0102]"),
        ] {
            check(function, &[expected]);
        }
    }

    #[test]
    fn helper_attributes() {
        let check_member = |member: &str, expected: &[&str]| {
            check(
                &format!("#[faas::thrift] impl A for B {{ const C: fn() = f; {member} }}"),
                expected,
            );
        };
        check_member("#[faas(timeout = \"2s\")] async fn f(&self) {}", &[]);
        check_member(
            "/// Docs.\n#[faas(timeout = \"2s\",)] #[a] fn r#type(&self);",
            &[],
        );
        check_member("#[faas(timeout = \"2\")] fn f() {}", &["[F0111]"]);
        check_member("#[faas(timeout = \"0s\")] fn f() {}", &["[F0112]"]);
        check_member("#[faas(timeout)] fn f() {}", &["[F0104]"]);
        check_member(
            "#[faas(timeot = \"2s\")] fn f() {}",
            &["did you mean `timeout`?"],
        );
        check_member(
            "#[faas(rate = \"1/s\")] fn f() {}",
            &["`rate` cannot be given to `#[faas(…)]`"],
        );
        check_member("#[faas(\"2s\")] fn f() {}", &["[F0107]"]);
        check_member("#[faas] fn f() {}", &["`faas` has no value"]);
        check_member("#[faas()] fn f() {}", &["[F0104]"]);
        check_member("#[faas = 2] fn f() {}", &["[F0104]"]);
        check_member(
            "#[faas(timeout = \"2s\")] #[faas(timeout = \"3s\")] fn f() {}",
            &["`timeout` is given twice"],
        );
        check_member("#[faas(timeout = \"2s\")] type A = fn(u8);", &["[F0162]"]);
        check_member("#[faas(timeout = \"2s\")] mac!();", &["[F0162]"]);
        check_member(
            "#[faas] fn f() -> [u8; { 1 }] {} #[faas] fn g() {}",
            &["[F0104]", "[F0104]"],
        );
    }
}
