//! How long an expansion takes: `faas-expand ROUNDS` expands twenty items so often, and prints the mean of their medians.
//!
//! A macro crate gives nothing but its macros away, and those run in a compiler alone: its modules are taken in here once more.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use proc_macro2::{TokenStream, TokenTree};

#[path = "../../../../faas-macros/src/args/mod.rs"]
mod args;
#[path = "../../../../faas-macros/src/attribute/mod.rs"]
mod attribute;
#[path = "../../../../faas-macros/src/block.rs"]
mod block;
#[path = "../../../../faas-macros/src/check/mod.rs"]
mod check;
#[path = "../../../../faas-macros/src/cron/mod.rs"]
mod cron;
#[path = "../../../../faas-macros/src/emit/mod.rs"]
mod emit;
#[path = "../../../../faas-macros/src/errors.rs"]
mod errors;
#[path = "../../../../faas-macros/src/expand.rs"]
mod expand;
#[path = "../../../../faas-macros/src/fallback.rs"]
mod fallback;
#[path = "../../../../faas-macros/src/item.rs"]
mod item;
#[path = "../../../../faas-macros/src/mistakes.rs"]
mod mistakes;
#[path = "../../../../faas-macros/src/model/mod.rs"]
mod model;
#[path = "../../../../faas-macros/src/names.rs"]
mod names;
#[path = "../../../../faas-macros/src/pointer.rs"]
mod pointer;
#[path = "../../../../faas-macros/src/route.rs"]
mod route;
#[path = "../../../../faas-macros/src/schedule.rs"]
mod schedule;
#[path = "../../../../faas-macros/src/suggest.rs"]
mod suggest;
#[path = "../../../../faas-macros/src/values.rs"]
mod values;
#[path = "../../../../faas-macros/src/zones.rs"]
mod zones;

use self::attribute::{ATTRIBUTES, Attribute};

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: usize = env::args()
        .nth(1)
        .ok_or("usage: faas-expand ROUNDS")?
        .parse()?;
    let mut sum = Duration::ZERO;
    for sample in SAMPLES {
        let (attribute, args, item) = parts(sample)?;
        if let Err(error) = expand::try_expand(attribute, args.clone(), item.clone()) {
            return Err(format!("{error}\n{sample}").into());
        }
        let mut times: Vec<_> = (0..rounds.max(1))
            .map(|_| {
                let (args, item) = (args.clone(), item.clone());
                let from = Instant::now();
                black_box(expand::expand(attribute, args, item));
                from.elapsed()
            })
            .collect();
        times.sort_unstable();
        sum += times[times.len() / 2];
    }
    let mean = sum.as_secs_f64() * 1e3 / SAMPLES.len() as f64;
    println!(r#"{{"samples":{},"mean_ms":{mean:.4}}}"#, SAMPLES.len());
    Ok(())
}

/// Cuts `#[faas::name(arguments)] item` as the compiler does.
fn parts(sample: &str) -> Result<(&'static Attribute, TokenStream, TokenStream), Box<dyn Error>> {
    let mut tokens = sample.parse::<TokenStream>()?.into_iter().skip(1);
    let Some(TokenTree::Group(inside)) = tokens.next() else {
        return Err(format!("no attribute: {sample}").into());
    };
    // faas : : name (arguments)
    let mut inside = inside.stream().into_iter().skip(3);
    let name = inside
        .next()
        .map(|name| name.to_string())
        .unwrap_or_default();
    let args = match inside.next() {
        Some(TokenTree::Group(args)) => args.stream(),
        _ => TokenStream::new(),
    };
    let attribute = ATTRIBUTES.iter().find(|attribute| attribute.name == name);
    let attribute = attribute.ok_or_else(|| format!("no attribute of ours: {sample}"))?;
    Ok((attribute, args, tokens.collect()))
}

/// Items of each kind, as services have them.
const SAMPLES: [&str; 20] = [
    r#"#[faas::http(GET, "/")] async fn root() -> &'static str { "shop" }"#,
    r#"#[faas::http(GET, "/orders/{id}")] async fn get_order(State(db): State<Db>, Path(id): Path<u64>) -> Result<Json<Order>, AppError> { db.get(id).await.map(Json) }"#,
    r#"#[faas::http(POST, "/orders", timeout = "2s", concurrency = 64, rate = "50/s")] async fn create(State(db): State<Db>, cx: Context, Json(order): Json<Order>) -> Result<(StatusCode, Json<Order>), AppError> { let order = db.create(order, cx.id()).await?; Ok((StatusCode::CREATED, Json(order))) }"#,
    r#"#[faas::http(PUT | PATCH, "/orders/{id}/{*rest}")] async fn put_order(State(db): State<Db>, Path((id, rest)): Path<(u64, String)>, headers: HeaderMap, mut body: Json<Order>) -> Result<Json<Order>, AppError> { db.put(id, rest, headers, body.0).await }"#,
    r#"#[faas::http(mount = "/")] fn legacy(State(db): State<Db>) -> axum::Router { old_app::router(db) }"#,
    r#"#[faas::http("/files/{*path}", name = "files", memory = "256MiB")] fn file(Path(path): Path<String>) -> impl IntoResponse { std::fs::read(path) }"#,
    r#"#[faas::invoke] async fn sum(Json(pair): Json<Pair>) -> Result<Json<Sum>, faas::Error> { Ok(Json(pair.into())) }"#,
    r#"#[faas::invoke(timeout = "1m30s", concurrency = 4)] async fn report(State(db): State<Db>, Config(shop): Config<Shop>, Json(range): Json<Range>, cx: Context) -> Result<Json<Report>, faas::Error> { db.report(shop, range, cx).await.map(Json) }"#,
    r#"#[faas::queue("orders")] async fn on_order(Message(order): Message<Order>) -> Result<(), Error> { keep(order).await }"#,
    r#"#[faas::queue("orders", batch = 10, concurrency = 4, retry(max = 5, delay = "1s", factor = 2, cap = "5m"), dead_letter = "orders-dead")] async fn on_order(Message(order): Message<Order>, State(db): State<Db>, cx: Context) -> Result<(), faas::Error> { db.keep(order, cx).await }"#,
    r#"#[faas::timer("0 3 * * *", timezone = "Asia/Shanghai")] async fn nightly(tick: Tick) -> Result<(), faas::Error> { clean(tick.due).await }"#,
    r#"#[faas::timer(every = "15m", jitter = "10s", missed = once, overlap = skip)] async fn refresh(State(rates): State<Rates>) -> Result<(), faas::Error> { rates.refresh().await }"#,
    r#"#[faas::object("uploads", on = created, suffix = ".mp4")] async fn transcode(object: ObjectEvent) -> Result<(), faas::Error> { encode(object.key).await }"#,
    r#"#[faas::binlog("shop.orders", on = [insert, update])] async fn mirror(change: faas::Change<Order>, State(db): State<Db>) -> Result<(), faas::Error> { db.mirror(change).await }"#,
    r#"#[faas::event("com.example.user.created")] async fn welcome(event: Event<User>) -> Result<Option<Event<Mail>>, faas::Error> { Ok(mail(event)) }"#,
    r#"#[faas::event("com.example.*", source = "/users", idempotent(key = "/id"))] async fn audit(event: Event<Value>, State(log): State<Log>) -> Result<(), faas::Error> { log.keep(event).await }"#,
    r#"#[faas::task(timeout = "10m", retry(max = 3))] async fn encode(Json(job): Json<Job>, cx: Context) -> Result<Json<Video>, faas::Error> { film(job, cx).await.map(Json) }"#,
    r#"#[faas::grpc] impl Greeter for MyGreeter { async fn say_hello(&self, request: Request<Person>) -> Result<Response<Greeting>, Status> { greet(request).await } }"#,
    r#"#[faas::resource] async fn db(faas::Config(config): faas::Config<DbConfig>) -> Result<Db, faas::Error> { Db::connect(config.url.expose()).await }"#,
    r#"#[faas::config("db")] struct DbConfig { url: faas::Secret<String>, pool: usize, timeout: Duration }"#,
];
