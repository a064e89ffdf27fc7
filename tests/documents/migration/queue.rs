//! What a consumer of a broker becomes.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use faas::{Error, ErrorKind, Json, Message, State};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Order {
    id: String,
    quantity: u32,
}

/// Why an order was not kept.
enum KeepError {
    /// It will never be right.
    Empty,
    /// The database is busy.
    Busy,
}

/// Stands for a database.
#[derive(Default)]
struct Orders(Mutex<BTreeMap<String, Order>>);

impl Orders {
    /// Keeps an order. One that comes again is kept already.
    async fn keep(&self, order: Order) -> Result<(), KeepError> {
        ready(()).await;
        if order.quantity == 0 {
            return Err(KeepError::Empty);
        }
        if order.id == "busy" {
            return Err(KeepError::Busy);
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(order.id.clone(), order);
        Ok(())
    }
}

// ANCHOR: after
#[faas::resource]
fn orders() -> Orders {
    Orders::default()
}

#[faas::queue(
    "orders",
    concurrency = 16,
    timeout = "30s",
    retry(max = 5, delay = "1s"),
    dead_letter = "orders-dead"
)]
async fn on_order(
    Message(order): Message<Order>,
    State(orders): State<Orders>,
) -> Result<(), Error> {
    match orders.keep(order).await {
        Ok(()) => Ok(()),
        Err(KeepError::Empty) => Err(Error::reject("an order needs at least one piece")),
        Err(KeepError::Busy) => Err(Error::retry("the database is busy")),
    }
}
// ANCHOR_END: after

/// Stands for a table of orders that nobody has handled.
struct OldTable(Vec<Order>);

impl OldTable {
    fn waiting(&self) -> Ready<io::Result<Vec<Order>>> {
        ready(Ok(self.0.clone()))
    }
}

#[faas::resource]
fn old_table() -> OldTable {
    let order = |id: &str| Order {
        id: id.to_owned(),
        quantity: 1,
    };
    OldTable(vec![order("5"), order("6")])
}

// ANCHOR: table
/// Sends what waits in the old table; called once, by hand.
#[faas::invoke]
async fn move_over(State(old_table): State<OldTable>) -> Result<Json<usize>, Error> {
    let waiting = old_table.waiting().await?;
    let count = waiting.len();
    for order in waiting {
        let id = order.id.clone();
        faas::send(on_order, order).idempotency_key(id).await?;
    }
    Ok(Json(count))
}
// ANCHOR_END: table

// ANCHOR: bridge
/// What the loop of the old consumer tells the broker.
#[derive(Debug, PartialEq)]
enum Answer {
    Acknowledge,
    Requeue,
    Reject,
}

/// The handler is a plain fn, so the old loop can call it.
async fn handle(body: &[u8], orders: &Arc<Orders>) -> Answer {
    let Ok(order) = serde_json::from_slice(body) else {
        return Answer::Reject;
    };
    match on_order(Message(order), State(Arc::clone(orders))).await {
        Ok(()) => Answer::Acknowledge,
        Err(error) if error.kind() == ErrorKind::Reject => Answer::Reject,
        Err(_) => Answer::Requeue,
    }
}
// ANCHOR_END: bridge

/// Each of the three ends that a delivery can have.
mod tests {
    use faas::testing::{App, Settlement, delivery};

    use super::*;

    // ANCHOR: test
    #[tokio::test]
    async fn each_delivery_comes_to_its_own_end() {
        let app = App::of(module_path!().trim_end_matches("::tests"));
        let app = app.start().await;
        let order = |id: &str, quantity| Order {
            id: id.to_owned(),
            quantity,
        };
        let sent = [order("7", 1), order("8", 0), order("busy", 1)];
        let settled = app
            .deliver(on_order, sent.iter().map(delivery).collect())
            .await;
        assert_eq!(settled[0].settlement, Settlement::Acknowledge);
        assert_eq!(settled[1].settlement, Settlement::DeadLetter);
        let again = settled[2].settlement;
        assert!(matches!(again, Settlement::Redeliver { .. }), "{again:?}");
    }
    // ANCHOR_END: test

    #[tokio::test]
    async fn the_old_table_is_sent() {
        let app = App::of(module_path!().trim_end_matches("::tests"));
        let app = app.start().await;
        assert_eq!(app.call(move_over, ()).await.unwrap(), 2);
        let sent: Vec<Order> = app.published().iter().map(|it| it.json()).collect();
        let ids: Vec<_> = sent.iter().map(|order| &*order.id).collect();
        assert_eq!(ids, ["5", "6"]);
    }

    #[tokio::test]
    async fn the_old_loop_comes_to_the_same_ends() {
        let orders = Arc::default();
        let ends = [
            (r#"{"id": "7", "quantity": 1}"#, Answer::Acknowledge),
            (r#"{"id": "busy", "quantity": 1}"#, Answer::Requeue),
            (r#"{"id": "8", "quantity": 0}"#, Answer::Reject),
            ("no order", Answer::Reject),
        ];
        for (body, end) in ends {
            assert_eq!(handle(body.as_bytes(), &orders).await, end, "{body}");
        }
    }
}
