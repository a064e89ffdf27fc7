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
mod block;
mod item;
mod model;

mod check;

mod emit;

mod cron;
mod errors;
mod mistakes;
mod names;
mod pointer;
mod route;
mod schedule;
mod suggest;
mod values;
mod zones;

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
/// | `idempotent(key = "/order/id", ttl = "1d", after_crash = retry)` | what was done under a key is not done again within `ttl`; `key` points into the payload (JSON Pointers, one or a list), without it the key of the invocation counts; what a crash cut short is done again (`retry`) or left alone (`hold`); these are the defaults of `ttl` and `after_crash` |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// Parameters stand in any order; at most one of them takes the payload. A fn without `async` runs on the blocking pool.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn invoke(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::INVOKE, args.into(), item.into()).into()
}

/// Makes a fn take the deliveries of a queue, one by one or as a whole batch.
///
/// ```ignore
/// #[faas::queue("orders", batch = 10, concurrency = 4, retry(max = 5, delay = "1s", factor = 2, cap = "5m"), dead_letter = "orders-dead")]
/// async fn on_order(Message(order): Message<Order>, db: State<Db>) -> Result<(), faas::Error> { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `"orders"` | the queue, by its logical name; the configuration binds it to a real one, whose suffix `.fifo` may be left out here |
/// | `batch = 10` | the most deliveries of one call, where we fetch them ourselves |
/// | `concurrency = 4` | the deliveries of a batch at once; without it one after the other |
/// | `retry(max = 5, delay = "1s", factor = 2, cap = "5m")` | the most attempts, the first included; the pause before the second, by what it grows with each further one, and up to where; these are the defaults |
/// | `dead_letter = "orders-dead"` | the queue for what is rejected or failed `max` times |
/// | `ordered` | deliveries of one key come in order: nothing behind a failed one is handled before it |
/// | `name = "on-order"` | the name of the function; default: the name of the fn |
/// | `timeout = "2s"` | the time an invocation may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"` |
/// | `rate = "50/s"` | the invocations per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `idempotent(key = "/order/id", ttl = "1d", after_crash = retry)` | what was done under a key is not done again within `ttl`; `key` points into the body (JSON Pointers, one or a list), without it the key of the message counts; what a crash cut short is done again (`retry`) or left alone (`hold`); these are the defaults of `ttl` and `after_crash` |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// `concurrency` and the rules of `retry` hold where deliveries are settled one by one; a platform that pushes them may have
/// rules of its own that come first.
///
/// Parameters stand in any order; at most one of them takes the delivery. A fn without `async` runs on the blocking pool.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn queue(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::QUEUE, args.into(), item.into()).into()
}

/// Runs a fn by the clock.
///
/// ```ignore
/// #[faas::timer("0 3 * * *", timezone = "Asia/Shanghai", jitter = "30s")]
/// async fn nightly(tick: Tick) -> Result<(), faas::Error> { /* … */ }
///
/// #[faas::timer(every = "5m")]
/// async fn refresh(cache: State<Cache>) { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `"0 3 * * *"` | when: minute, hour, day of the month, month, day of the week, perhaps with a second before them; or `"@daily"` |
/// | `every = "5m"` | in place of it: a span of time |
/// | `timezone = "Asia/Shanghai"` | the zone of the cron text; default: `UTC` |
/// | `jitter = "30s"` | begins up to so much later than due, by chance |
/// | `missed = once` | what was due while nothing ran: `skip` it, make up for it `once`, or make up for `all`; default: `once` |
/// | `overlap = skip` | what is due while the last one still runs: `skip` it, `queue` it behind, or `allow` both; default: `skip` |
/// | `prestart = "10s"` | an instance is made ready so much earlier |
/// | `name = "nightly"` | the name of the function; default: the name of the fn |
/// | `timeout = "2s"` | the time an invocation may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"` |
/// | `concurrency = 4` | the invocations at once per instance |
/// | `rate = "50/s"` | the invocations per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `idempotent(ttl = "1d", after_crash = retry)` | no due time is handled twice within `ttl`; what a crash cut short is done again (`retry`) or left alone (`hold`); these are the defaults |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// Parameters stand in any order; at most one of them takes the payload. A fn without `async` runs on the blocking pool.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn timer(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::TIMER, args.into(), item.into()).into()
}

/// Runs a fn when objects of a bucket are written or removed.
///
/// ```ignore
/// #[faas::object("uploads", on = created, prefix = "in/", suffix = ".mp4")]
/// async fn transcode(object: ObjectEvent) -> Result<(), faas::Error> { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `"uploads"` | the bucket, by its logical name; the configuration binds it to a real one |
/// | `on = created`, `on = [created, removed]` | what happened; default: either |
/// | `prefix = "in/"` | how the keys begin |
/// | `suffix = ".mp4"` | how the keys end |
/// | `name = "transcode"` | the name of the function; default: the name of the fn |
/// | `timeout = "2s"` | the time an invocation may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"` |
/// | `concurrency = 4` | the invocations at once per instance |
/// | `rate = "50/s"` | the invocations per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `idempotent(ttl = "1d", after_crash = retry)` | nothing that happened is handled twice within `ttl`; what a crash cut short is done again (`retry`) or left alone (`hold`); these are the defaults |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// Parameters stand in any order; at most one of them takes the event. A fn without `async` runs on the blocking pool.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn object(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::OBJECT, args.into(), item.into()).into()
}

/// Runs a fn when rows of a table are changed.
///
/// ```ignore
/// #[faas::binlog("shop.orders", on = [insert, update])]
/// async fn mirror(change: Change<Order>) -> Result<(), faas::Error> { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `"shop.orders"` | the table, with or without its database |
/// | `on = insert`, `on = [insert, update, delete]` | what happened; default: any of them |
/// | `name = "mirror"` | the name of the function; default: the name of the fn |
/// | `timeout = "2s"` | the time an invocation may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"` |
/// | `concurrency = 4` | the invocations at once per instance |
/// | `rate = "50/s"` | the invocations per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `idempotent(key = "/order/id", ttl = "1d", after_crash = retry)` | what was done under a key is not done again within `ttl`; `key` points into the row (JSON Pointers, one or a list), without it the position of the change counts; what a crash cut short is done again (`retry`) or left alone (`hold`); these are the defaults of `ttl` and `after_crash` |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// Parameters stand in any order; at most one of them takes the change. A fn without `async` runs on the blocking pool.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn binlog(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::BINLOG, args.into(), item.into()).into()
}

/// Makes a fn take CloudEvents, and answer with one if it likes.
///
/// ```ignore
/// #[faas::event("com.example.user.created", source = "/users")]
/// async fn welcome(event: Event<User>) -> Result<Option<Event<Mail>>, faas::Error> { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `"com.example.user.created"` | the type of the events; `"com.example.user.*"` takes all that begin so, `"*"` takes all |
/// | `source = "/users"` | their source |
/// | `name = "welcome"` | the name of the function; default: the name of the fn |
/// | `timeout = "2s"` | the time an invocation may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"` |
/// | `concurrency = 4` | the invocations at once per instance |
/// | `rate = "50/s"` | the invocations per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `idempotent(key = "/order/id", ttl = "1d", after_crash = retry)` | what was done under a key is not done again within `ttl`; `key` points into the data (JSON Pointers, one or a list), without it the source with the id of the event counts; what a crash cut short is done again (`retry`) or left alone (`hold`); these are the defaults of `ttl` and `after_crash` |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// Parameters stand in any order; at most one of them takes the event. A fn without `async` runs on the blocking pool.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn event(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::EVENT, args.into(), item.into()).into()
}

/// Makes a fn do work that is submitted now and done later, outside of the request that asked for it.
///
/// ```ignore
/// #[faas::task(timeout = "10m", retry(max = 3, delay = "5s"), priority = 10)]
/// async fn encode(Json(film): Json<Film>, store: State<Store>) -> Result<Json<Encoded>, faas::Error> { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `retry(max = 5, delay = "1s", factor = 2, cap = "5m")` | the most attempts, the first included; the pause before the second, by what it grows with each further one, and up to where; these are the defaults |
/// | `priority = 10` | which tasks come first where not all can run: the higher, the earlier, from `-32768` to `32767`; default: `0` |
/// | `keep = "7d"` | how long the status and the result of a finished task are kept; this is the default |
/// | `name = "encode"` | the name of the function; default: the name of the fn |
/// | `timeout = "10m"` | the time an attempt may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"` |
/// | `concurrency = 4` | the tasks at once per instance |
/// | `rate = "50/s"` | the tasks that begin per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `idempotent(key = "/order/id", ttl = "1d", after_crash = retry)` | what was done under a key is not done again within `ttl`; `key` points into the payload (JSON Pointers, one or a list), without it the key of the task counts; what a crash cut short is done again (`retry`) or left alone (`hold`); these are the defaults of `ttl` and `after_crash` |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// Parameters stand in any order; at most one of them takes the payload. A fn without `async` runs on the blocking pool.
///
/// The fn is emitted as it is written, followed by its registration in an unnameable constant.
#[proc_macro_attribute]
pub fn task(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::TASK, args.into(), item.into()).into()
}

/// Serves a gRPC service: the one that an `impl` implements, or that of the server which a fn returns; or one method of it.
///
/// ```ignore
/// #[faas::grpc(timeout = "10s")]
/// impl Greeter for MyGreeter {
///     async fn say_hello(&self, request: Request<Hello>) -> Result<Response<Greeting>, Status> { /* … */ }
///
///     #[faas(timeout = "2s")]
///     async fn say_goodbye(&self, request: Request<Hello>) -> Result<Response<Greeting>, Status> { /* … */ }
/// }
///
/// #[faas::grpc]
/// fn greeter(db: State<Db>) -> GreeterServer<MyGreeter> { GreeterServer::new(MyGreeter { db }) }
///
/// #[faas::grpc("hello.Greeter/SayHello")]
/// async fn say_hello(Proto(hello): Proto<Hello>, db: State<Db>) -> Result<Proto<Greeting>, faas::Error> { /* … */ }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `"hello.Greeter/SayHello"` | on a fn: the one method it answers, as the service with its package, `/` and the method; without it the fn returns a server |
/// | `server = GreeterServer` | on an `impl`: tonic's server around it; default: the path of the trait with `Server` at its end, so one `use` brings both: `use hello::greeter_server::{Greeter, GreeterServer};` |
/// | `name = "greeter"` | the name of the function; default: the name of the fn, or of the trait in small letters: `ItemService` is `item_service` |
/// | `timeout = "2s"` | the time a call may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"`; on a method of an `impl` as `#[faas(timeout = "2s")]` |
/// | `concurrency = 4` | the calls at once per instance |
/// | `rate = "50/s"` | the calls per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// The value behind an `impl` is a resource: some `#[faas::resource]` returns it. A fn that returns a server, or a `Result`
/// of it, runs once, at the start; its parameters are resources and sections of the configuration. It may put
/// interceptors around the server and set its limits.
///
/// A fn for one method takes the message as `Proto<T>`, or as `faas::rpc::Messages<T>` where the client sends many; further
/// parameters stand in any order. It answers `Proto<T>`, or `faas::rpc::Replies<S>` where the server sends many. Without
/// `async` it runs on the blocking pool.
///
/// An `impl` gets `#[tonic::async_trait]`, if there is an `async fn` in it and nothing below this attribute does the same;
/// helper attributes are taken off. A fn is emitted as it is written. Either is followed by its registration in an
/// unnameable constant.
#[proc_macro_attribute]
pub fn grpc(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::GRPC, args.into(), item.into()).into()
}

/// Serves a Thrift service: the one that an `impl` implements, or that of the server which a fn returns.
///
/// ```ignore
/// #[faas::thrift(timeout = "10s")]
/// impl ItemService for MyItems {
///     #[faas(timeout = "2s")]
///     async fn get(&self, id: i64) -> Result<Item, Exception<ItemServiceGetException>> { /* … */ }
/// }
///
/// #[faas::thrift]
/// fn items(db: State<Db>) -> ItemServiceServer<MyItems> { ItemServiceServer::new(MyItems { db }) }
/// ```
///
/// | argument | meaning |
/// |---|---|
/// | `server = ItemServiceServer` | on an `impl`: the generated server around it; default: the path of the trait with `Server` at its end |
/// | `name = "items"` | the name of the function; default: the name of the fn, or of the trait in small letters: `ItemService` is `item_service` |
/// | `timeout = "2s"` | the time a call may take: `d`, `h`, `m`, `s`, `ms`, as in `"1m30s"`; on a method of an `impl` as `#[faas(timeout = "2s")]` |
/// | `concurrency = 4` | the calls at once per instance |
/// | `rate = "50/s"` | the calls per time per instance |
/// | `memory = "256MiB"` | what a manifest asks the platform for |
/// | `crate = path` | the path to `faas`, where it has another name |
///
/// The value behind an `impl` is a resource: some `#[faas::resource]` returns it. A fn that returns a server, or a `Result`
/// of it, runs once, at the start; its parameters are resources and sections of the configuration.
///
/// The item is emitted as it is written, but for the helper attributes of methods, and is followed by its registration in
/// an unnameable constant.
#[proc_macro_attribute]
pub fn thrift(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::THRIFT, args.into(), item.into()).into()
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

/// Runs a fn before the platform freezes the instance or takes a snapshot of it.
///
/// ```ignore
/// #[faas::before_freeze(timeout = "2s")]
/// async fn close(db: State<Db>) { /* … */ }
/// ```
///
/// What would not survive, such as a connection, is given up here and taken again by [`macro@after_restore`]. A platform that
/// freezes without a word never calls it.
///
/// Arguments, parameters, what it returns and what is emitted are those of [`macro@on_start`].
#[proc_macro_attribute]
pub fn before_freeze(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::BEFORE_FREEZE, args.into(), item.into()).into()
}

/// Runs a fn after the instance came out of a snapshot, before it gets an invocation.
///
/// ```ignore
/// #[faas::after_restore(timeout = "10s")]
/// async fn connect(db: State<Db>) -> Result<(), faas::Error> { /* … */ }
/// ```
///
/// Instances restored from one snapshot begin with the same memory: what must be unique or fresh is made anew here.
///
/// Arguments, parameters, what it returns and what is emitted are those of [`macro@on_start`].
#[proc_macro_attribute]
pub fn after_restore(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(&attribute::AFTER_RESTORE, args.into(), item.into()).into()
}
