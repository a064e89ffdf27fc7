//! `K_SINK`: where published messages and events go.

use super::knative;
use crate::sink::Sink;

#[test]
fn messages_go_to_the_sink() {
    let sink = Sink::answering("202 Accepted");
    let process = knative()
        .set("K_SINK", &sink.url())
        .set(
            "K_CE_OVERRIDES",
            r#"{"extensions":{"region":"north west"}}"#,
        )
        .start_on_platform();
    let answer = process.connect().post("/publish", "text/plain", "order 7");
    assert_eq!(answer.status, 200, "{answer:?}");
    let received = sink.next();
    assert_eq!((&*received.line, &*received.body), ("POST /in", "order 7"));
    for (name, value) in [
        ("ce-id", "once"),
        ("ce-source", "shop#specimen-outbox"),
        ("ce-type", "dev.faas.queue.message"),
        ("ce-partitionkey", "customer%207"),
        ("ce-tenant", "north"),
        ("ce-region", "north%20west"),
        ("content-type", "text/plain; charset=utf-8"),
    ] {
        assert_eq!(received.header(name), Some(value), "{received:?}");
    }
}

#[test]
fn events_go_to_the_sink_with_their_trace() {
    let sink = Sink::answering("202 Accepted");
    let process = knative().set("K_SINK", &sink.url()).start_on_platform();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let answer = process
        .connect()
        .request(&format!(
            "POST /emit\ntraceparent: 00-{trace}-b7ad6b7169203331-01\ncontent-length: 4"
        ))
        .send("ding")
        .answer();
    assert_eq!(answer.status, 200, "{answer:?}");
    let received = sink.next();
    assert_eq!(received.body, "ding");
    assert_eq!(received.header("ce-type"), Some("specimen.emitted"));
    assert_eq!(received.header("ce-id"), Some("7"));
    for name in ["traceparent", "ce-traceparent"] {
        let value = received.header(name).unwrap();
        assert!(value.contains(trace), "{name}: {value}");
    }
}

#[test]
fn a_binding_of_its_own_goes_before_the_sink() {
    let (sink, own) = (
        Sink::answering("202 Accepted"),
        Sink::answering("202 Accepted"),
    );
    let process = knative()
        .set("K_SINK", &sink.url())
        .set("FAAS__QUEUES__SPECIMEN_OUTBOX__URL", &own.url())
        .start_on_platform();
    let answer = process.connect().post("/publish", "text/plain", "order 7");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(own.next().body, "order 7");
}

#[test]
fn without_a_sink_the_key_is_named() {
    let process = knative().start_on_platform();
    let mut connection = process.connect();
    let detail = connection.post("/publish", "text/plain", "x").problem(503);
    let expected =
        "queue `specimen-outbox` is not bound on `knative`: set `queues.specimen-outbox.url`";
    assert_eq!(detail.as_deref(), Some(expected));
    let detail = connection.post("/emit", "text/plain", "x").problem(503);
    let expected = "the events' sink is not bound on `knative`: set `events.url`";
    assert_eq!(detail.as_deref(), Some(expected));
}

/// It can be asked again, and nobody learns its address.
#[test]
fn a_sink_that_has_no_room_is_told() {
    let sink = Sink::answering("429 Too Many Requests");
    let process = knative().set("K_SINK", &sink.url()).start_on_platform();
    process
        .connect()
        .post("/publish", "text/plain", "x")
        .bare_problem(503);
    let line = process
        .out
        .line(|line| line["message"].to_string().contains("has refused it"));
    assert!(line["message"].to_string().contains("429"), "{line}");
    assert!(!process.out.text().contains("hunter2"));
}
