//! Publishing: to a queue by its function, by its name, and events.

use bytes::Bytes;
use faas::{Error, Event, Json, Path, Queue, Raw};
use http::StatusCode;

use super::queues::orders;
use super::work::Work;

#[faas::http(POST, "/send")]
async fn send(Json(work): Json<Work>) -> Result<StatusCode, Error> {
    let id = format!("order-{}", work.id);
    faas::send(orders, work)
        .key("customer-7")
        .attribute("colour", "blue")
        .idempotency_key(id)
        .await?;
    Ok(StatusCode::ACCEPTED)
}

/// To any queue, whatever the body is.
#[faas::http(POST, "/forward/{queue}")]
async fn forward(Path(queue): Path<String>, body: Bytes) -> Result<StatusCode, Error> {
    Queue::of(queue).send(Raw(body)).await?;
    Ok(StatusCode::ACCEPTED)
}

#[faas::http(POST, "/emit")]
async fn emit(Json(work): Json<Work>) -> Result<StatusCode, Error> {
    let event = Event::new("com.example.emitted", work).with_subject("Euro € 😀 50% \"of\" %41");
    faas::emit(event).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Publishes what comes as another event.
#[faas::event("com.example.relay")]
async fn relay(event: Event<Work>) -> Result<(), Error> {
    faas::emit(Event::new("com.example.relayed", event.data)).await?;
    Ok(())
}
