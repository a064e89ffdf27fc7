//! The user's names are not the names of generated code.

#![allow(dead_code)]

struct Option;
struct Some;
struct None;
struct Result;
struct Duration;
struct QueueSpec;
struct Queue;
struct Schedule;
mod core {}
mod std {}

#[faas::queue("orders", retry(max = 3))]
async fn queue(_option: ::faas::State<Option>, _result: ::faas::State<Result>) {}

#[faas::timer("0 3 * * *", timezone = "UTC", jitter = "30s")]
async fn timer(_option: ::faas::State<Option>) {}

#[faas::object("uploads", on = created)]
async fn object(_option: ::faas::State<Option>) {}

#[faas::binlog("shop.orders", on = insert)]
async fn binlog(_option: ::faas::State<Option>) {}

#[faas::event("com.example.user.created", source = "/users")]
async fn event(_option: ::faas::State<Option>) {}

fn main() {}
