//! The specimen behind Knative's one port: events in three modes, probes, requests, its start and its end.

mod drain;
mod events;
mod hostile;
mod publishing;
mod requests;
mod start;

use crate::process::{Process, Setup, eventually, specimen};
use crate::wire::{Answer, Connection};

/// The specimen with the environment that the platform sets.
fn knative() -> Setup {
    specimen()
        .unset("FAAS__HTTP__LISTEN")
        .unset("FAAS__MANAGEMENT__LISTEN")
        .set("K_SERVICE", "shop")
        .set("K_CONFIGURATION", "shop")
        .set("K_REVISION", "shop-00001")
        .set("PORT", "0")
}

/// The head of a request that brings an event of this type in binary mode; `more` are further lines.
fn head(kind: &str, more: &str) -> String {
    format!("POST /\nce-specversion: 1.0\nce-id: 17\nce-source: /test\nce-type: {kind}\n{more}")
}

/// Sends an event with text as its data.
fn send(connection: &mut Connection, kind: &str, data: &str) -> Answer {
    let more = format!("content-type: text/plain\ncontent-length: {}", data.len());
    connection.request(&head(kind, &more)).send(data).answer()
}

/// Reads what the functions have got.
fn journal(process: &Process) -> Vec<String> {
    serde_json::from_slice(&process.get("/journal").body).unwrap()
}

/// Waits until so many handlers wait at a gate.
fn await_waiting(process: &Process, gate: &str, many: usize) {
    eventually(&format!("{many} at gate {gate}"), || {
        process.get(&format!("/gates/{gate}")).text() == many.to_string()
    });
}
