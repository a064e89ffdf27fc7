//! Whole expansions: what comes out for each kind of item, and that every mistake has its UI case. The rules themselves
//! are tested beside them, through [`check`].

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use crate::attribute::{ATTRIBUTES, Attribute};
use crate::errors::Errors;
use crate::expand;
use crate::mistakes;

/// Cuts `#[faas::name(arguments)] item` as the compiler does.
fn parts(source: &str) -> (&'static Attribute, TokenStream, TokenStream) {
    let source: TokenStream = source.parse().expect("a test's source is made of tokens");
    let mut tokens = source.into_iter().skip(1);
    let Some(TokenTree::Group(attribute)) = tokens.next() else {
        panic!("a test's source begins with an attribute");
    };
    // faas : : name (arguments)
    let mut inside = attribute.stream().into_iter().skip(3);
    let name = inside.next().expect("the attribute has a name").to_string();
    let args = match inside.next() {
        Some(TokenTree::Group(args)) => args.stream(),
        _ => TokenStream::new(),
    };
    let attribute = ATTRIBUTES.iter().find(|attribute| attribute.name == name);
    (
        attribute.expect("the attribute is ours"),
        args,
        tokens.collect(),
    )
}

/// The mistakes in an annotated item: each expected text is a part of the one at its place, and there are no others.
#[track_caller]
pub(crate) fn check(source: &str, expected: &[&str]) {
    let (attribute, args, item) = parts(source);
    let found: Vec<String> = match expand::try_expand(attribute, args, item) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|error| error.to_string()).collect(),
    };
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "no `{expected}` in\n{found}");
    }
}

fn expanded(source: &str) -> String {
    let (attribute, args, item) = parts(source);
    pretty(expand::expand(attribute, args, item))
}

/// What comes out, Rust or not.
fn expanded_text(source: &str) -> String {
    let (attribute, args, item) = parts(source);
    expand::expand(attribute, args, item).to_string()
}

fn pretty(tokens: TokenStream) -> String {
    let file = syn::parse2(as_call(tokens)).expect("what comes out is Rust");
    prettyplease::unparse(&file)
}

/// `submit! { … }` is shown as `submit(…)`, because arguments of macros are not laid out.
fn as_call(tokens: TokenStream) -> TokenStream {
    let mut submitting = false;
    let shown = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Punct(punct) if submitting && punct.as_char() == '!' => None,
        TokenTree::Group(group) => {
            let delimiter = if submitting {
                Delimiter::Parenthesis
            } else {
                group.delimiter()
            };
            submitting = false;
            Some(Group::new(delimiter, as_call(group.stream())).into())
        }
        token => {
            submitting = matches!(&token, TokenTree::Ident(ident) if ident == "submit");
            Some(token)
        }
    });
    shown.collect()
}

#[test]
fn http_parts_then_body() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::http(PUT | PATCH, "/orders/{id}")]
        pub(crate) async fn put_order(State(db): State<Db>, Path(id): Path<u64>, mut body: Json<Order>) -> Result<Json<Order>, AppError> {
            db.put(id, body.0).await
        }"#
    ));
}

#[test]
fn http_all_methods_one_parameter_sync() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::http("/files/{*rest}")] fn file(_: Path<String>) -> impl IntoResponse { "file" }"#
    ));
}

#[test]
fn http_without_parameters() {
    insta::assert_snapshot!(expanded(r#"#[faas::http(GET, "/")] async fn root() {}"#));
}

#[test]
fn http_mount() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::http(mount = "/admin", name = "admin", timeout = "1m30s")]
        fn legacy(db: State<Db>) -> axum::Router { old_app::router(db) }"#
    ));
}

#[test]
fn invoke_payload_and_resource() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::invoke]
        /// Adds two numbers.
        ///
        /// More about it.
        async fn sum(Json(pair): Json<Pair>, db: State<Db>) -> Result<Json<Sum>, faas::Error> { add(pair) }"#
    ));
}

#[test]
fn invoke_limits_sync_without_parameters() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::invoke(name = "no-op", timeout = "500ms", concurrency = 4, rate = "100/10s", memory = "256MiB",)]
        fn nothing() {}"#
    ));
}

#[test]
fn invoke_opaque_answer() {
    insta::assert_snapshot!(expanded(
        "#[faas::invoke] async fn sum(pair: Json<Pair>) -> impl Answer { pair }"
    ));
}

#[test]
fn invoke_through_another_path() {
    insta::assert_snapshot!(expanded(
        "#[faas::invoke(crate = crate::reexport::faas)] async fn sum(pair: Json<Pair>) {}"
    ));
}

#[test]
fn invoke_conditional_and_deprecated() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::invoke] #[cfg(feature = "old")] #[deprecated] async fn old() {}"#
    ));
}

#[test]
fn queue_with_all_arguments() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::queue("orders", batch = 10, concurrency = 4, retry(max = 3, delay = "2s", factor = 3, cap = "1m30s"), dead_letter = "orders-dead", ordered, timeout = "30s")]
        async fn on_order(Message(order): Message<Order>, db: State<Db>) -> Result<(), faas::Error> { db.put(order).await }"#
    ));
}

#[test]
fn queue_without_parameters() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::queue("orders", retry(max = 1))] async fn on_order() {}"#
    ));
}

#[test]
fn timer_with_all_arguments() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::timer("0 3 * * *", timezone = "Asia/Shanghai", jitter = "30s", missed = all, overlap = queue, prestart = "1m")]
        fn nightly(tick: Tick) {}"#
    ));
}

#[test]
fn timer_every() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::timer(every = "5m", crate = crate::other)] async fn refresh() {}"#
    ));
}

#[test]
fn object_with_all_arguments() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::object("uploads", on = created, prefix = "in/", suffix = ".mp4")]
        async fn transcode(object: ObjectEvent) -> Result<(), faas::Error> { Ok(()) }"#
    ));
}

#[test]
fn binlog_with_some_changes() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::binlog("shop.orders", on = [insert, update])] async fn mirror() {}"#
    ));
}

#[test]
fn event_with_source() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::event("com.example.user.*", source = "/users")]
        async fn welcome(event: Event<User>) -> Result<Option<Event<Mail>>, faas::Error> { Ok(None) }"#
    ));
}

#[test]
fn task_with_all_arguments() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::task(retry(max = 3, delay = "5s"), priority = -10, keep = "1d", timeout = "10m", concurrency = 2)]
        async fn encode(Json(film): Json<Film>, store: State<Store>) -> Result<Json<Encoded>, faas::Error> { store.encode(film).await }"#
    ));
}

#[test]
fn task_without_arguments() {
    insta::assert_snapshot!(expanded("#[faas::task] fn sweep() {}"));
}

#[test]
fn idempotent_queue() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::queue("orders", idempotent(key = ["/customer", "/number"], ttl = "7d", after_crash = hold))]
        async fn on_order(order: Message<Order>) {}"#
    ));
}

#[test]
fn idempotent_event() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::event("com.example.user.created", idempotent)] async fn welcome() {}"#
    ));
}

#[test]
fn grpc_service() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::grpc(timeout = "10s")]
        /// Greets whoever calls.
        impl hello::Greeter for MyGreeter {
            type ManyStream = Many;
            async fn say_hello(&self, request: Request<Hello>) -> Result<Response<Greeting>, Status> { greet(request) }
            #[faas(timeout = "2s")]
            #[cfg(feature = "many")]
            async fn many(&self, request: Request<Hello>) -> Result<Response<Many>, Status> { many(request) }
        }"#
    ));
}

#[test]
fn grpc_service_with_boxed_futures() {
    insta::assert_snapshot!(expanded(
        "#[faas::grpc(server = tonic_like::Server, crate = other)]
        #[tonic::async_trait]
        impl Greeter for Shared<MyGreeter> { async fn say_hello(&self) {} }"
    ));
}

#[test]
fn grpc_server() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::grpc(name = "greeter", concurrency = 4)]
        fn hello(db: State<Db>) -> Result<GreeterServer<MyGreeter>, faas::Error> { Ok(GreeterServer::new(MyGreeter { db })) }"#
    ));
}

#[test]
fn grpc_method() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::grpc("hello.Greeter/SayHello", timeout = "2s")]
        async fn say_hello(Proto(hello): Proto<Hello>, db: State<Db>) -> Result<Proto<Greeting>, faas::Error> { db.greet(hello).await }"#
    ));
}

#[test]
fn grpc_method_sync_without_parameters() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::grpc("Greeter/SayHello")] fn say_hello() -> Replies<impl Stream> { none() }"#
    ));
}

#[test]
fn thrift_service() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::thrift]
        impl ItemService for MyItems {
            #[faas(timeout = "2s")]
            async fn get(&self, id: i64) -> Result<Item, Exception<ItemServiceGetException>> { self.db.get(id).await }
        }"#
    ));
}

#[test]
fn thrift_server() {
    insta::assert_snapshot!(expanded(
        "#[faas::thrift] async fn items(db: State<Db>) -> ItemServiceServer<MyItems> { ItemServiceServer::new(MyItems { db }) }"
    ));
}

#[test]
fn resource_async_with_parameter() {
    insta::assert_snapshot!(expanded(
        "#[faas::resource] async fn db(Config(config): Config<DbConfig>) -> Result<Db, faas::Error> { connect(config).await }"
    ));
}

#[test]
fn resource_lazy_sync() {
    insta::assert_snapshot!(expanded(
        "#[faas::resource(lazy)] fn r#type() -> Cache { Cache::new() }"
    ));
}

#[test]
fn hook_with_timeout() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::on_stop(timeout = "2s")] async fn flush(db: State<Db>) -> Result<(), faas::Error> { db.flush().await }"#
    ));
}

#[test]
fn hook_without_parameters() {
    insta::assert_snapshot!(expanded("#[faas::on_start] fn hello() {}"));
}

#[test]
fn hook_before_a_freeze() {
    insta::assert_snapshot!(expanded("#[faas::before_freeze] fn close() {}"));
}

#[test]
fn hook_after_a_restore() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::after_restore(timeout = "10s")] async fn connect() {}"#
    ));
}

#[test]
fn config_with_fields() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::config("db")]
        #[derive(Debug)]
        #[serde(deny_unknown_fields)]
        /// Where the orders are.
        pub struct DbConfig { pub url: Secret<String>, #[cfg(unix)] socket: String, r#type: Kind }"#
    ));
}

#[test]
fn config_with_own_derive_through_another_path() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::config("flags", crate = other)] #[derive(Clone, serde::Deserialize)] struct Flags;"#
    ));
}

#[test]
fn config_derives_through_another_path() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::config("flags", crate = crate::other)] struct Flags {}"#
    ));
}

#[test]
fn mistakes_beside_the_item() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::http(GET, "orders")]
        async fn order(#[faas(path)] id: u64, #[allow(unused)] name: &str) -> String { half(#[faas] typed) }"#
    ));
}

#[test]
fn mistakes_beside_an_impl() {
    insta::assert_snapshot!(expanded(
        r#"#[faas::grpc(colour = 1)]
        impl Greeter for MyGreeter {
            #[faas(timeout = "2")]
            async fn say_hello(&self) {}
        }"#
    ));
}

#[test]
fn a_half_typed_body_expands() {
    let body: TokenStream = "let order = db. ; match".parse().expect("tokens");
    let item = quote!(async fn order(db: State<Db>) { #body });
    let (attribute, args, _) = parts(r#"#[faas::http(GET, "/order")]"#);
    let out = expand::expand(attribute, args, item.clone()).to_string();
    assert!(out.starts_with(&item.to_string()), "{out}");
    assert!(!out.contains("compile_error"), "{out}");
}

#[test]
fn a_body_that_an_editor_leaves_out_is_not_missed() {
    check("#[faas::invoke] async fn order()", &[]);
    check("#[faas::invoke] async fn order();", &["has no body"]);
}

#[test]
fn a_half_typed_impl_stays_out_of_async_trait() {
    let boxed = |statement: &str| {
        expanded_text(&format!(
            "#[faas::grpc] impl Greeter for MyGreeter {{ async fn say_hello(&self) {{ {statement} }} }}"
        ))
        .contains("async_trait")
    };
    assert!(boxed("self.greet()"));
    assert!(!boxed("self."));
}

#[test]
fn a_half_typed_item_comes_out_whole() {
    let arguments = ["", "timeou", "timeout =", "= \"2s\"", "\"/orders\" GET"];
    let items = [
        "async fn order(db: State<Db>, half) { db. }",
        "async fn order(db: State<Db>, half: State<) { db. }",
        "async fn order(db: State<Db>) -> { db. }",
        "async fn order",
        "impl Greeter for MyGreeter { async fn say_hello(&self, half:) { self. } }",
        "impl Greeter for",
        "struct Half { half: , name: String }",
        "pub",
    ];
    for attribute in ATTRIBUTES {
        for (args, item) in arguments
            .iter()
            .flat_map(|args| items.map(|item| (args, item)))
        {
            let args: TokenStream = args.parse().expect("tokens");
            let item: TokenStream = item.parse().expect("tokens");
            let out = expand::expand(attribute, args, item.clone()).to_string();
            assert!(out.contains(&item.to_string()), "{}: {out}", attribute.name);
        }
    }
}

#[test]
fn values_through_macro_rules_are_read() {
    let invisible = |tokens: TokenStream| Group::new(Delimiter::None, tokens);
    let (path, timeout) = (invisible(quote!("/order")), invisible(quote!("2s")));
    let ty = invisible(quote!(State<Db>));
    let borrowed = invisible(quote!(&str));
    let (attribute, _, _) = parts(r#"#[faas::http]"#);

    let args = quote!(GET, #path, timeout = #timeout);
    let out = expand::try_expand(attribute, args.clone(), quote!(fn order(db: #ty) {}));
    let out = out
        .expect("values in invisible groups are values")
        .to_string();
    assert!(out.contains(r#"path : "/order""#), "{out}");
    assert!(out.contains("2u64"), "{out}");

    let refused = expand::try_expand(attribute, args, quote!(fn order(name: #borrowed) {}));
    let refused = refused
        .expect_err("a reference in an invisible group is one")
        .to_string();
    assert!(refused.contains("[F0159]"), "{refused}");
}

#[test]
fn errors_of_both_stages_come_together() {
    check(
        r#"#[faas::invoke(timeout = "2", colour = 1)] unsafe fn sum<T>(a: &str) {}"#,
        &["[F0111]", "[F0101]", "[F0155]", "[F0156]", "[F0159]"],
    );
    let none = Errors::collect(|_| Ok(()));
    assert!(none.is_ok());
}

#[test]
fn codes_are_unique_and_in_order() {
    let codes: Vec<_> = mistakes::CODES.iter().map(|(code, _)| *code).collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
}

#[test]
fn every_mistake_has_a_ui_case() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui");
    if !cases.exists() {
        eprintln!("skipped: the UI cases are in the repository, not in the package");
        return;
    }
    let mut tested = BTreeSet::new();
    for file in rust_files(&cases) {
        let text = fs::read_to_string(&file).expect("a UI case can be read");
        if let Some(code) = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("// code: "))
        {
            tested.insert(code.to_owned());
        }
    }
    let known: BTreeSet<_> = mistakes::CODES
        .iter()
        .map(|(code, _)| (*code).to_owned())
        .collect();
    let untested: Vec<_> = known.difference(&tested).collect();
    let unknown: Vec<_> = tested.difference(&known).collect();
    assert!(
        untested.is_empty(),
        "no UI case begins with `// code: ` and one of {untested:?}"
    );
    assert!(
        unknown.is_empty(),
        "UI cases name codes that no mistake has: {unknown:?}"
    );
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
