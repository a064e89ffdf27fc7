//! Code that the book shows and that no example has.

use std::future::{Ready, ready};
use std::sync::{Mutex, PoisonError};

use faas::testing::{App, Settlement, TestApp, delivery};
use faas::{
    Batch, Change, Context, Error, GlobalKv, Json, LocalCache, Message, Path, State, Streamed,
    TaskId, Tasks,
};
use futures_util::stream;
use http::StatusCode;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Order {
    id: u64,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Film {
    name: String,
    parts: u32,
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

    async fn pay(&self, order: &Order) -> Result<(), Error> {
        self.note(format!("pay {}", order.id)).await;
        Ok(())
    }

    async fn rate(&self, currency: &str) -> Result<f64, Error> {
        self.note(format!("rate of {currency}")).await;
        Ok(1.25)
    }

    async fn encode(&self, film: &Film, part: u32) -> Result<(), Error> {
        self.note(format!("encode part {part} of {}", film.name))
            .await;
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

// ANCHOR: streamed
/// Sends the orders line by line.
#[faas::invoke]
async fn export(Json(last): Json<u64>) -> Streamed {
    let lines = (1..=last).map(|id| Ok::<_, Error>(format!("{id}\n")));
    Streamed::new("text/csv", stream::iter(lines))
}
// ANCHOR_END: streamed

// ANCHOR: task
/// Takes minutes, so nobody waits for it.
#[faas::task(timeout = "10m", retry(max = 3, delay = "10s"), keep = "1d")]
async fn encode(
    Json(film): Json<Film>,
    State(db): State<Db>,
    cx: Context,
) -> Result<String, Error> {
    for part in 1..=film.parts {
        if cx.is_cancelled() {
            return Err(Error::reject("nobody wants it any more"));
        }
        db.encode(&film, part).await?;
        cx.progress(format!("{part} of {} parts", film.parts));
    }
    Ok(format!("{}.mp4", film.name))
}

/// Answers with the task's id. The same film again is the same task.
#[faas::http(POST, "/films")]
async fn create_film(Json(film): Json<Film>) -> Result<(StatusCode, Json<TaskId>), Error> {
    let key = film.name.clone();
    let task = faas::submit(encode, film).idempotency_key(key).await?;
    Ok((StatusCode::ACCEPTED, Json(task)))
}

/// Shows where the film is, once there is one.
#[faas::http(GET, "/films/{task}")]
async fn show_film(Path(task): Path<TaskId>, tasks: Tasks) -> Result<Json<Option<String>>, Error> {
    Ok(Json(tasks.result(&task).await?))
}
// ANCHOR_END: task

// ANCHOR: kv
/// Counts, also if several instances do so at the same time.
#[faas::http(POST, "/visits/{page}")]
async fn visit(Path(page): Path<String>, kv: GlobalKv) -> Result<String, Error> {
    let key = format!("visits/{page}");
    let one_more = |old: Option<u64>| old.unwrap_or(0) + 1;
    let count = kv.update(key, one_more).await?;
    Ok(count.to_string())
}
// ANCHOR_END: kv

// ANCHOR: cache
/// A type of its own, so that it has a cache of its own.
#[derive(Clone)]
struct Rate(f64);

/// Asks for a rate at most once in five minutes.
#[faas::http(GET, "/rates/{currency}")]
async fn rate(
    Path(currency): Path<String>,
    State(db): State<Db>,
    rates: LocalCache<Rate>,
) -> Result<Json<f64>, Error> {
    let load = async { db.rate(&currency).await.map(Rate) };
    let rate = rates.get_or_load(&currency, load).await?;
    Ok(Json(rate.0))
}
// ANCHOR_END: cache

// ANCHOR: idempotent
/// Pays an order once, however often it comes within a week.
#[faas::queue("payments", idempotent(key = "/id", ttl = "7d"))]
async fn pay(Message(order): Message<Order>, State(db): State<Db>) -> Result<(), Error> {
    db.pay(&order).await
}
// ANCHOR_END: idempotent

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
    async fn orders_are_sent_line_by_line() {
        let app = app().await;
        assert_eq!(app.call(export, 3).await.unwrap(), "1\n2\n3\n");
    }

    #[tokio::test]
    async fn a_film_is_encoded_later() {
        let app = app().await;
        let create = || {
            let request = http::Request::post("/films").header("content-type", "application/json");
            request.body(r#"{"name": "up", "parts": 2}"#).unwrap()
        };
        let created = app.http(create()).await;
        assert_eq!(created.status(), StatusCode::ACCEPTED);
        let task: TaskId = created.json();
        assert_eq!(app.http(create()).await.json::<TaskId>(), task);

        let show = || {
            http::Request::get(format!("/films/{task}"))
                .body("")
                .unwrap()
        };
        assert_eq!(app.http(show()).await.text(), "null");
        let statuses = app.run_submitted().await;
        assert_eq!(statuses.len(), 1);
        assert_eq!(statuses[0].progress.as_deref(), Some("2 of 2 parts"));
        assert_eq!(app.http(show()).await.text(), r#""up.mp4""#);
        assert_eq!(notes(&app), ["encode part 1 of up", "encode part 2 of up"]);
    }

    #[tokio::test]
    async fn visits_are_counted() {
        let app = app().await;
        let visit = || http::Request::post("/visits/home").body("").unwrap();
        app.http(visit()).await;
        assert_eq!(app.http(visit()).await.text(), "2");
    }

    #[tokio::test]
    async fn a_rate_is_asked_for_once() {
        let app = app().await;
        for _ in 0..2 {
            let request = http::Request::get("/rates/USD").body("").unwrap();
            assert_eq!(app.http(request).await.text(), "1.25");
        }
        assert_eq!(notes(&app), ["rate of USD"]);
    }

    #[tokio::test]
    async fn an_order_is_paid_once() {
        let app = app().await;
        for _ in 0..2 {
            let settled = app.send(pay, Order { id: 7 }).await;
            assert_eq!(settled.settlement, Settlement::Acknowledge);
        }
        assert_eq!(notes(&app), ["pay 7"]);
    }

    #[tokio::test]
    async fn the_end_is_told() {
        let app = app().await;
        let db = app.resource::<Db>().unwrap();
        app.stop().await.unwrap();
        assert_eq!(db.notes(), ["close"]);
    }
}
