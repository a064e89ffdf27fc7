//! The door alone: `faas-door empty|typed|by-hand COUNT` invokes a function COUNT times through the application, without a platform and
//! without a log. `by-hand` does what the typed function does, and no more: decodes, calls the handler, encodes.

use std::env;
use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use faas::Json;
use faas_runtime_shim::application::{Application, Blueprint, Runtime};
use faas_runtime_shim::clock::SystemClock;
use faas_runtime_shim::config::Configuration;
use faas_runtime_shim::invocation::{Facts, Payload};
use faas_runtime_shim::outlet::Bindings;
use faas_runtime_shim::registry::{Registry, Selection};
use faas_runtime_shim::services::Services;

#[derive(serde::Deserialize)]
struct Order {
    item: String,
    quantity: u64,
    price: u64,
}

#[derive(serde::Serialize)]
struct Receipt {
    item: String,
    total: u64,
}

#[faas::invoke]
async fn empty() {}

#[faas::invoke]
async fn typed(Json(order): Json<Order>) -> Json<Receipt> {
    Json(Receipt {
        item: order.item,
        total: order.quantity * order.price,
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, count] = arguments.as_slice() else {
        return Err("usage: faas-door empty|typed|by-hand COUNT".into());
    };
    let count: usize = count.parse()?;
    let application = now(application())?;
    let Some(function) = application.by_name(if kind == "empty" { kind } else { "typed" }) else {
        return Err("the function is not registered".into());
    };
    for _ in 0..count {
        if kind == "by-hand" {
            let order: Order = serde_json::from_slice(ORDER.as_bytes())?;
            let Json(receipt) = now(typed(Json(order)));
            believe(&serde_json::to_vec(&receipt)?, RECEIPT)?;
        } else {
            let body = if kind == "empty" { "" } else { ORDER };
            let payload = Payload {
                body: body.into(),
                media_type: None,
            };
            let outcome = now(application.invoke(function, Facts::default(), payload.into()));
            let answer = outcome.map_err(|failure| failure.message)?;
            let expected = if kind == "empty" { "null" } else { RECEIPT };
            believe(&answer.body, expected)?;
        }
    }
    Ok(())
}

async fn application() -> Result<Application, Box<dyn Error>> {
    let configuration = Configuration::empty();
    let bindings = Bindings::new(configuration.clone(), "bench", None);
    let blueprint = Blueprint {
        registry: Registry::collect(),
        selection: Selection::all(),
        platform: "bench",
        configuration,
        runtime: Runtime {
            clock: Arc::new(SystemClock::new()),
            blocking: |work| work(),
        },
        services: Services::of_bindings(bindings, "bench"),
        given: Vec::new(),
        captured: None,
    };
    Ok(Application::build(blueprint).await?)
}

/// Nothing here waits for anything.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("an invocation waits"),
    }
}

fn believe(answer: &[u8], expected: &str) -> Result<(), Box<dyn Error>> {
    if answer == expected.as_bytes() {
        return Ok(());
    }
    Err(format!("a wrong answer: {}", String::from_utf8_lossy(answer)).into())
}

const ORDER: &str = r#"{"item":"fountain pen","quantity":2,"price":150}"#;
const RECEIPT: &str = r#"{"item":"fountain pen","total":300}"#;
