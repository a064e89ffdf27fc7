//! One test per rule, and what the rules let through.

use crate::tests::check;

#[test]
fn what_is_allowed() {
    for source in [
        "#[faas::invoke] pub async fn f(State(db): State<Db>, mut x: Json<T>, _: Context) {}",
        "#[faas::invoke] fn f(#[allow(unused)] x: Json<T>) -> Result<(), E> where E: Error {}",
        "#[faas::invoke] async fn f(x: State<&'static str>, y: &'static str) {}",
        "#[faas::invoke] async fn f(x: State<fn(&str) -> &str>, y: State<Box<dyn Fn(&T)>>) {}",
        "#[faas::invoke] async fn f(x: State<Box<dyn for<'a> Hook<'a>>>, y: map!(&T)) {}",
        "#[faas::invoke] async fn f(x: [u8; { 'a' as usize & 1 }]) {}",
        "#[faas::invoke] async fn f() -> impl Future<Output = ()> {}",
        "#[faas::invoke] fn f() -> FutureOr<()> {}",
        "#[faas::invoke] #[other::invoke] #[faas::unknown] #[invoke] fn f() {}",
        "#[faas::invoke] fn r#fn() {}",
        "#[faas::on_stop] fn f() {}",
        "#[faas::resource] fn f() -> (u8,) {}",
        r#"#[faas::config("db")] struct C;"#,
        r#"#[faas::config("db")] pub struct C where u8: Copy { #[serde(rename = "x")] a: u8 }"#,
    ] {
        check(source, &[]);
    }
}

#[test]
fn other_items() {
    for (item, found) in [
        ("struct S;", "found `struct`"),
        ("pub(crate) enum E {}", "found `enum`"),
        ("impl S {}", "found `impl`"),
        ("unsafe impl S {}", "found `unsafe`"),
        ("mod m {}", "found `mod`"),
        ("const C: u8 = 1;", "found `const`"),
        ("extern \"C\" { fn f(); }", "found `extern`"),
        ("use a::b;", "found `use`"),
    ] {
        check(&format!("#[faas::invoke] {item}"), &[found]);
    }
    check(r#"#[faas::config("c")] fn f() {}"#, &["found `fn`"]);
    check(r#"#[faas::config("c")] enum E {}"#, &["found `enum`"]);
    check(
        r#"#[faas::config("c")] struct S(u8);"#,
        &["found a tuple struct"],
    );
}

#[test]
fn methods() {
    check("#[faas::invoke] fn f(&self) {}", &["[F0152]"]);
    check("#[faas::invoke] fn f(self: Arc<Self>);", &["[F0152]"]);
    check("#[faas::invoke] fn f(x: Json<Self>) {}", &["[F0152]"]);
    check("#[faas::invoke] fn f() -> Result<Self, E> {}", &["[F0152]"]);
    check("#[faas::invoke] fn f(x: Json<T>);", &["[F0153]"]);
}

#[test]
fn signatures() {
    check("#[faas::invoke] fn main() {}", &["`main` only starts"]);
    check("#[faas::invoke] fn f<T>() {}", &["`f` is generic"]);
    check("#[faas::invoke] fn f<'a>() {}", &["`f` is generic"]);
    check(
        "#[faas::invoke] fn f<const N: usize>() {}",
        &["`f` is generic"],
    );
    check("#[faas::invoke] const fn f() {}", &["cannot be `const`"]);
    check(
        "#[faas::invoke] async unsafe fn f() {}",
        &["cannot be `unsafe`"],
    );
    check(
        "#[faas::invoke] extern \"C\" fn f() {}",
        &["cannot be `extern`"],
    );
    check(
        "#[faas::invoke] unsafe extern fn f(x: u8, ...) {}",
        &["`unsafe`", "`extern`", "[F0157]"],
    );
}

#[test]
fn parameter_types() {
    check("#[faas::invoke] fn f(x: &T) {}", &["[F0159]"]);
    check(
        "#[faas::invoke] fn f(x: &mut T, y: (&'x T)) {}",
        &["[F0159]", "[F0159]"],
    );
    check("#[faas::invoke] fn f(x: impl Trait) {}", &["[F0158]"]);
    check("#[faas::invoke] fn f(x: Cow<'_, str>) {}", &["found `'_`"]);
    check("#[faas::invoke] fn f(x: Option<&str>) {}", &["found `&`"]);
    check(
        "#[faas::invoke] fn f(x: (u8, [&'a str; 2])) {}",
        &["found `'a`"],
    );
    check(
        "#[faas::invoke] fn f(x: Box<dyn Trait + 'a>) {}",
        &["found `'a`"],
    );
}

#[test]
fn attributes() {
    check(
        "#[faas::invoke] fn f(#[cfg(unix)] x: T) {}",
        &["`#[cfg]` cannot"],
    );
    check(
        "#[faas::invoke] fn f(#[cfg_attr(unix, a)] x: T) {}",
        &["`#[cfg_attr]` cannot"],
    );
    check("#[faas::invoke] fn f(#[faas] x: T) {}", &["[F0162]"]);
    check(
        "#[faas::invoke] #[faas(timeout = \"2s\")] fn f() {}",
        &["[F0162]"],
    );
    check(
        "#[faas::invoke] #[faas::http(GET, \"/\")] fn f() {}",
        &["`#[faas::http]` stands"],
    );
    check(
        "#[faas::invoke] #[::faas::resource] fn f() {}",
        &["`#[faas::resource]` stands"],
    );
    check(
        "#[faas::invoke(crate = a::b)] #[a::b::invoke] fn f() {}",
        &["[F0163]"],
    );
    check(
        "#[faas::config(\"c\")] struct C { #[faas(secret)] a: u8 }",
        &["[F0162]"],
    );
    check(
        "#[faas::config(\"c\")] #[faas::config(\"d\")] struct C;",
        &["[F0163]"],
    );
}

#[test]
fn returns() {
    check("#[faas::resource] fn f() {}", &["[F0171]"]);
    check("#[faas::resource] fn f() -> () {}", &["[F0171]"]);
    check("#[faas::resource] fn f() -> (()) {}", &["[F0171]"]);
    check(
        "#[faas::resource] fn f() -> Result<impl Trait, E> {}",
        &["[F0172]"],
    );
    check(
        "#[faas::http(mount = \"/\")] fn f() {}",
        &["-> axum::Router"],
    );
    check(
        "#[faas::http(mount = \"/\")] fn f() -> impl Service {}",
        &[],
    );
}

#[test]
fn futures() {
    for ty in [
        "impl Future<Output = ()>",
        "impl std::future::Future<Output = ()> + Send",
        "Pin<Box<dyn Future<Output = ()> + Send>>",
    ] {
        check(
            &format!("#[faas::invoke] fn f() -> {ty} {{}}"),
            &["[F0164]"],
        );
    }
}

#[test]
fn structs() {
    check("#[faas::config(\"c\")] struct C<T> { a: T }", &["[F0174]"]);
    check(
        "#[faas::config(\"c\")] struct C<'a> { a: &'a str }",
        &["[F0174]"],
    );
    check(
        "#[faas::config(\"c\")] struct C<T>(T);",
        &["[F0173]", "[F0174]"],
    );
}
