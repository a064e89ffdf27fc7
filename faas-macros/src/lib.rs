//! The attribute macros of `faas`, re-exported by it. They know tokens and nothing of runtimes: what they emit names
//! only `::faas::__private`, or the path given as `crate = path`.
//!
//! Reading order: `attribute` (the table of attributes and arguments) → `args` (tokens to arguments) → `model` (our nouns)
//! → `check` (rules on what stands beside them) → `emit`. `expand` joins the stages; every text for users is in `mistakes`.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

mod expand;
mod fallback;

mod attribute;

mod args;
mod item;
mod model;

mod check;

mod emit;

mod errors;
mod mistakes;
mod route;
mod suggest;
mod values;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes a fn an HTTP function, or mounts what it returns.
///
/// ```ignore
/// #[faas::http(GET, "/orders/{id}", timeout = "2s")]
/// async fn get_order(State(db): State<Db>, Path(id): Path<u64>) -> Result<Json<Order>, AppError> { /* … */ }
///
/// #[faas::http(mount = "/")]
/// fn legacy(db: State<Db>) -> axum::Router { old_app::router(db) }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `GET`, `GET \| POST` | the methods; none for all |
/// | `"/orders/{id}"` | the path; `{id}` takes a segment, `{*rest}` at the end takes all the rest |
/// | `mount = "/admin"` | in place of both: serves the returned Router or tower service below this prefix |
/// | `name = "get-order"` | the name of the function; default: the name of the fn |
/// | `timeout = "2s"` | the time an invocation may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"` |
/// | `concurrency = 4` | the invocations at once per instance |
/// | `rate = "50/s"` | the invocations per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// Parameters are axum's extractors: any number from the parts of the request, then one from its body. The answer is
/// whatever axum can answer with. A fn without `async` runs on the blocking pool; a mounting one runs once, at the start.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn http(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::HTTP, args.into(), item.into()).into()
}

/// Makes a fn a function of plain request and response: the platform's payload in, the answer out.
///
/// ```ignore
/// #[faas::invoke(timeout = "2s")]
/// async fn sum(Json(pair): Json<Pair>) -> Result<Json<Sum>, faas::Error> { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `name = "add"` | the name of the function; default: the name of the fn |
/// | `timeout = "2s"` | the time an invocation may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"` |
/// | `concurrency = 4` | the invocations at once per instance |
/// | `rate = "50/s"` | the invocations per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// Parameters stand in any order; at most one of them takes the payload. A fn without `async` runs on the blocking pool.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn invoke(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::INVOKE, args.into(), item.into()).into()
}

/// Makes the value of a fn a resource: built once per instance, shared by all that ask for it as `State<T>`.
///
/// ```ignore
/// #[faas::resource]
/// async fn db(Config(config): Config<DbConfig>) -> Result<Db, faas::Error> { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `lazy` | is built at its first use, not before the instance is ready |
/// | `name = "db"` | the name in messages; default: the name of the fn |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// It returns the value or a `Result` of it. Its parameters are other resources and sections of the configuration.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn resource(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::RESOURCE, args.into(), item.into()).into()
}

/// Makes a struct a section of the configuration, which a parameter `Config<T>` asks for.
///
/// ```ignore
/// #[faas::config("db")]
/// struct DbConfig {
///     url: faas::Secret<String>,
/// }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `"db"` | the section `[db]` of `faas.toml`, `FAAS__DB__URL` in the environment |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// The struct gets `#[derive(Deserialize)]`, if no `derive` below this attribute has it, and is else emitted as it is
/// written, followed by its registration in an unnameable constant. serde's attributes work on it. A derive of
/// `Deserialize` *above* this attribute cannot be seen and clashes with ours: put it below.
#[proc_macro_attribute]
pub fn config(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::CONFIG, args.into(), item.into()).into()
}

/// Runs a fn when the resources are built, before the instance is ready.
///
/// ```ignore
/// #[faas::on_start(timeout = "10s")]
/// async fn warm_up(db: State<Db>) -> Result<(), faas::Error> { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `name = "warm-up"` | the name in messages; default: the name of the fn |
/// | `timeout = "10s"` | the time it may take |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// It returns nothing or a `Result` of nothing. Its parameters are resources and sections of the configuration.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn on_start(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::ON_START, args.into(), item.into()).into()
}

/// Runs a fn when the last invocation is finished, before the process exits.
///
/// ```ignore
/// #[faas::on_stop(timeout = "2s")]
/// async fn flush(db: State<Db>) { /* … */ }
/// ```
///
/// Arguments, parameters, what it returns and what is emitted are those of [`macro@on_start`].
#[proc_macro_attribute]
pub fn on_stop(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::ON_STOP, args.into(), item.into()).into()
}
