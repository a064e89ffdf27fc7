//! Code that the book shows and that no example has.

use std::future::{Ready, ready};
use std::sync::{Mutex, PoisonError};

use faas::testing::{App, Settlement, TestApp, delivery};
use faas::{Batch, Change, Error, State};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Order {
    id: u64,
}

/// Stands for a database, a cache and whatever else the samples talk to.
#[derive(Default)]
struct Db(Mutex<Vec<String>>);

#[faas::resource]
fn db() -> Db {
    Db::default()
}

impl Db {
    fn note(&self, what: impl Into<String>) -> Ready<()> {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(what.into());
        ready(())
    }

    fn notes(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn insert_all(&self, orders: impl Iterator<Item = &Order>) -> Result<(), Error> {
        let ids: Vec<_> = orders.map(|order| order.id).collect();
        self.note(format!("insert {ids:?}")).await;
        Ok(())
    }

    async fn upsert(&self, order: Order) -> Result<(), Error> {
        self.note(format!("upsert {}", order.id)).await;
        Ok(())
    }

    async fn connect(&self) -> Result<(), Error> {
        self.note("connect").await;
        Ok(())
    }

    async fn close(&self) {
        self.note("close").await;
    }
}

// ANCHOR: batch
#[faas::queue("orders", batch = 100)]
async fn on_orders(batch: Batch<Order>, State(db): State<Db>) -> Result<(), Error> {
    for item in &batch {
        if item.value.id == 0 {
            item.fail(Error::reject("an order without an id"));
        }
    }
    // an error here fails all that was not reported on
    db.insert_all(
        batch
            .iter()
            .map(|item| &item.value)
            .filter(|order| order.id != 0),
    )
    .await
}
// ANCHOR_END: batch

// ANCHOR: binlog
/// Keeps a copy of the orders.
#[faas::binlog("shop.orders", on = [insert, update])]
async fn mirror(change: Change<Order>, State(db): State<Db>) -> Result<(), Error> {
    match change.after {
        Some(order) => db.upsert(order).await,
        None => Ok(()),
    }
}
// ANCHOR_END: binlog

// ANCHOR: hooks
#[faas::on_start(timeout = "10s")]
async fn warm_up(State(db): State<Db>) -> Result<(), Error> {
    db.connect().await
}

#[faas::on_stop(timeout = "2s")]
async fn shut_down(State(db): State<Db>) {
    db.close().await;
}

#[faas::before_freeze]
async fn hang_up(State(db): State<Db>) {
    db.close().await;
}

#[faas::after_restore]
async fn call_again(State(db): State<Db>) -> Result<(), Error> {
    db.connect().await
}
// ANCHOR_END: hooks

/// The samples do what the book says of them.
mod tests {
    use super::*;

    async fn app() -> TestApp {
        let app = App::of(module_path!().trim_end_matches("::tests"))
            .start()
            .await;
        assert_eq!(notes(&app), ["connect"], "the start hook has run");
        app
    }

    fn notes(app: &TestApp) -> Vec<String> {
        app.resource::<Db>().unwrap().notes()
    }

    #[tokio::test]
    async fn a_batch_is_inserted_but_for_what_is_wrong() {
        let app = app().await;
        let sent = [7, 0, 8].map(|id| delivery(&Order { id })).into();
        let settled = app.deliver(on_orders, sent).await;
        let settled: Vec<_> = settled.into_iter().map(|it| it.settlement).collect();
        let [done, rejected] = [Settlement::Acknowledge, Settlement::DeadLetter];
        assert_eq!(settled, [done, rejected, done]);
        assert_eq!(notes(&app), ["insert [7, 8]"]);
    }

    #[tokio::test]
    async fn rows_are_mirrored() {
        let app = app().await;
        app.change(mirror, Change::insert(Order { id: 7 })).await;
        assert_eq!(notes(&app), ["upsert 7"]);
    }

    #[tokio::test]
    async fn the_end_is_told() {
        let app = app().await;
        let db = app.resource::<Db>().unwrap();
        app.stop().await.unwrap();
        assert_eq!(db.notes(), ["close"]);
    }
}
