//! Functions of queues, timers, objects and events, and what they have got: `GET /journal` tells. What comes out of them
//! goes where the test has bound it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use faas::{
    Context, Error, Event, Json, Message, ObjectEvent, Path, Publish, Queue, State, Text, Tick,
};

use crate::gates::Gates;

/// What the functions here were called with, a line for each call.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    fn note(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }
}

#[faas::resource]
fn journal() -> Journal {
    Journal::default()
}

#[faas::http(GET, "/journal")]
async fn read_journal(State(journal): State<Journal>) -> Json<Vec<String>> {
    let lines = journal.0.lock().unwrap_or_else(PoisonError::into_inner);
    Json(lines.clone())
}

#[faas::queue("specimen-orders")]
async fn take_order(
    Message(Text(order)): Message<Text>,
    cx: Context,
    State(journal): State<Journal>,
) {
    let key = cx.idempotency_key().unwrap_or_default();
    journal.note(format!("order {order} under {key}"));
}

#[faas::timer(every = "1000h")]
async fn specimen_nightly(tick: Tick, State(journal): State<Journal>) {
    journal.note(format!("tick {}", tick.timer));
}

#[faas::object("specimen-uploads")]
async fn take_object(object: ObjectEvent, State(journal): State<Journal>) {
    journal.note(format!("object {} {:?}", object.key, object.kind));
}

#[faas::event("specimen.taken")]
async fn take_event(event: Event<Text>, cx: Context, State(journal): State<Journal>) {
    let text = &event.data.0;
    let id = event.id();
    journal.note(format!("event {id} {text} as {}", cx.invocation_id()));
}

/// Sends the data back, as the data of another event.
#[faas::event("specimen.returned")]
async fn return_event(event: Event<Text>) -> Event<Text> {
    Event::new("specimen.return", event.data).with_subject("returned")
}

/// Ends once the gate in the data is opened.
#[faas::event("specimen.held")]
async fn hold_event(event: Event<Text>, State(gates): State<Gates>) {
    gates.pass(&event.data.0).await;
}

/// Fails as the end of its type says.
#[faas::event("specimen.failed.*")]
#[expect(clippy::panic, reason = "that is what it is for")]
async fn fail_event(event: Event<Text>) -> Result<(), Error> {
    const WHY: &str = "canary-of-an-error";
    match event.kind().rsplit('.').next() {
        Some("retry") => Err(Error::retry(WHY)),
        Some("retry-after") => Err(Error::retry_after(Duration::from_millis(1500), WHY)),
        Some("reject") => Err(Error::reject("there is no such pen")),
        Some("panic") => panic!("{WHY}"),
        _ => Ok(()),
    }
}

#[faas::event("specimen.brief", timeout = "100ms")]
async fn brief_delivery(_: Event<Text>) {
    std::future::pending().await
}

/// Opens a gate once the request's body has come: a test can be half-way through it before anything else happens.
#[faas::http(POST, "/gates/{gate}")]
async fn open_by_request(Path(gate): Path<String>, State(gates): State<Gates>, _: Bytes) {
    gates.let_one_pass(&gate);
}

#[faas::http(GET, "/gates/{gate}")]
async fn count_by_request(Path(gate): Path<String>, State(gates): State<Gates>) -> String {
    gates.count(&gate).to_string()
}

/// Publishes the body to the queue `specimen-outbox`.
#[faas::http(POST, "/publish")]
async fn publish(body: String) -> Result<(), Error> {
    let sent: Publish = Queue::<Text>::named("specimen-outbox").send(Text(body));
    Ok(sent
        .key("customer 7")
        .attribute("tenant", "north")
        .idempotency_key("once")
        .await?)
}

/// Publishes the body as an event.
#[faas::http(POST, "/emit")]
async fn emit(body: String) -> Result<(), Error> {
    Ok(faas::emit(Event::new("specimen.emitted", Text(body)).with_id("7")).await?)
}
