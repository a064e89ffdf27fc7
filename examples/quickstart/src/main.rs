//! A small order service: the same binary is a service of its own, and a function on the platforms that it is built for.

// ANCHOR: imports
mod imports;
mod orders;

use std::path::PathBuf;
use std::process::ExitCode;

use faas::{
    Config, Context, Error, Json, Message, ObjectEvent, Path, State, TaskId, TaskState, Tasks,
};
use http::{HeaderName, StatusCode, header};

use crate::orders::{Draft, Order, OrderError, Orders};
// ANCHOR_END: imports

// ANCHOR: config
/// The section `[shop]` of `faas.toml`; `FAAS__SHOP__LIMIT=5` in the environment wins over it.
#[faas::config("shop")]
#[serde(default)]
struct Shop {
    name: String,
    /// How many orders are kept.
    limit: usize,
    /// The folder of the files that are imported.
    imports: PathBuf,
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            name: "Corner Shop".to_owned(),
            limit: 100,
            imports: "imports".into(),
        }
    }
}
// ANCHOR_END: config

// ANCHOR: resource
/// Built once, before the first request; every handler that asks for `State<Orders>` shares it.
#[faas::resource]
fn orders(Config(shop): Config<Shop>) -> Orders {
    Orders::with_limit(shop.limit)
}
// ANCHOR_END: resource

// ANCHOR: welcome
/// Says who answers.
#[faas::http(GET, "/")]
async fn welcome(Config(shop): Config<Shop>, cx: Context) -> String {
    format!("{} on {}\n", shop.name, cx.platform())
}
// ANCHOR_END: welcome

// ANCHOR: orders
/// Takes an order: it has its id and its price now, and is kept once it comes out of the queue.
#[faas::http(POST, "/orders", timeout = "2s")]
async fn create_order(
    cx: Context,
    Json(draft): Json<Draft>,
) -> Result<(StatusCode, Json<Order>), Error> {
    let order = draft.order(cx.invocation_id())?;
    faas::send(on_order, order.clone()).await?;
    Ok((StatusCode::ACCEPTED, Json(order)))
}

/// Shows an order.
#[faas::http(GET, "/orders/{id}")]
async fn get_order(
    State(orders): State<Orders>,
    Path(id): Path<String>,
) -> Result<Json<Order>, Error> {
    Ok(Json(orders.get(&id)?))
}
// ANCHOR_END: orders

// ANCHOR: queue
/// Keeps what was ordered.
#[faas::queue(
    "orders",
    batch = 10,
    concurrency = 4,
    retry(max = 5, delay = "1s", factor = 2, cap = "5m"),
    dead_letter = "orders-dead"
)]
async fn on_order(
    Message(order): Message<Order>,
    State(orders): State<Orders>,
) -> Result<(), OrderError> {
    orders.keep(order)
}
// ANCHOR_END: queue

// ANCHOR: task
/// Writes the invoice of an order, which may take its time: whoever wants it asks for it later.
#[faas::task(timeout = "1m", retry(max = 3, delay = "5s"), keep = "30d")]
async fn render(
    Json(order): Json<Order>,
    Config(shop): Config<Shop>,
    cx: Context,
) -> Result<String, Error> {
    cx.progress("writing");
    Ok(order.invoice(&shop.name))
}

/// Submits it: an order has one invoice, however often somebody asks.
#[faas::http(POST, "/orders/{id}/invoice")]
async fn create_invoice(
    State(orders): State<Orders>,
    Path(id): Path<String>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<TaskId>), Error> {
    let order = orders.get(&id)?;
    let task = faas::submit(render, order).idempotency_key(id).await?;
    let place = [(header::LOCATION, format!("/invoices/{task}"))];
    Ok((StatusCode::ACCEPTED, place, Json(task)))
}

/// Shows the invoice, or how far it is.
#[faas::http(GET, "/invoices/{task}")]
async fn get_invoice(
    tasks: Tasks,
    Path(task): Path<TaskId>,
) -> Result<(StatusCode, String), Error> {
    let Some(status) = tasks.status(&task).await? else {
        return Err(Error::status(
            StatusCode::NOT_FOUND,
            "there is no such invoice",
        ));
    };
    Ok(match (status.state, status.result) {
        (_, Some(invoice)) => (StatusCode::OK, invoice.decode()?),
        (TaskState::Failed | TaskState::Cancelled, None) => {
            (StatusCode::GONE, "the invoice was not written\n".to_owned())
        }
        (state, None) => {
            let progress = status.progress.unwrap_or_default();
            (
                StatusCode::ACCEPTED,
                format!("{} {progress}\n", state.as_str()),
            )
        }
    })
}
// ANCHOR_END: task

// ANCHOR: timer
/// Tells the log every night what was ordered.
#[faas::timer("0 3 * * *", timezone = "Europe/Berlin")]
async fn nightly_report(State(orders): State<Orders>) {
    let (count, cents) = orders.sum();
    tracing::info!(count, cents, "the orders of the shop");
}
// ANCHOR_END: timer

// ANCHOR: object
/// Takes over the orders of a file. Without `async` it runs where it may block, as reading a file does.
#[faas::object("imports", on = created, suffix = ".csv")]
fn import(
    object: ObjectEvent,
    Config(shop): Config<Shop>,
    State(orders): State<Orders>,
) -> Result<(), Error> {
    for order in imports::read(&shop.imports, &object.key)? {
        orders.keep(order)?;
    }
    Ok(())
}
// ANCHOR_END: object

// ANCHOR: invoke
/// Prices a draft without keeping it: a plain request with a plain answer, whoever brings it.
#[faas::invoke]
async fn quote(Json(draft): Json<Draft>) -> Result<Json<u64>, Error> {
    Ok(Json(draft.total()?))
}
// ANCHOR_END: invoke

// ANCHOR: main
fn main() -> ExitCode {
    faas::run()
}
// ANCHOR_END: main

#[cfg(test)]
mod tests;
