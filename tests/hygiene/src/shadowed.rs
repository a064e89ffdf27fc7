//! Functions where names of the prelude, and of the SDK, mean something else.

#![allow(
    dead_code,
    clippy::missing_docs_in_private_items,
    reason = "what they are called is all that they are"
)]

use functions::{Json, State};

#[derive(Debug)]
pub(crate) struct Option;
#[derive(Debug)]
pub(crate) struct Some;
#[derive(Debug)]
pub(crate) struct None;
#[derive(Debug)]
pub(crate) struct Result;
#[derive(Debug)]
pub(crate) struct Ok;
#[derive(Debug)]
pub(crate) struct Err;
#[derive(Debug)]
pub(crate) struct Box;
#[derive(Debug)]
pub(crate) struct Vec;
#[derive(Debug)]
pub(crate) struct String;
#[derive(Debug)]
pub(crate) struct Duration;
#[derive(Debug)]
pub(crate) struct Function;
#[derive(Debug)]
pub(crate) struct Context;
#[derive(Debug)]
pub(crate) struct Limits;
pub(crate) trait Into {}
pub(crate) trait From {}
pub(crate) trait Send {}
pub(crate) trait Future {}
pub(crate) trait Default {}
mod core {}
mod std {}
mod faas {}
mod alloc {}

impl Into for Option {}
impl From for Some {}
impl Send for None {}
impl Future for Ok {}
impl Default for Err {}

#[functions::resource(crate = functions)]
fn options() -> Option {
    Option
}

#[functions::resource(lazy, crate = functions)]
fn results() -> Result {
    Result
}

#[functions::http(POST, "/shadowed/{id}", crate = functions)]
async fn http(option: State<Option>, result: State<Result>) {
    drop((option, result));
}

#[functions::invoke(timeout = "2s", concurrency = 3, rate = "5/s", crate = functions)]
async fn invoke(option: State<Option>, Json(number): Json<u64>) -> Json<u64> {
    drop(option);
    Json(number)
}

#[functions::queue("returns", retry(max = 3), crate = functions)]
async fn queue(option: State<Option>) {
    drop(option);
}

#[functions::timer(every = "5m", jitter = "30s", crate = functions)]
async fn timer(option: State<Option>) {
    drop(option);
}

#[functions::object("downloads", crate = functions)]
async fn object(option: State<Option>) {
    drop(option);
}

#[functions::binlog("shop.returns", on = insert, crate = functions)]
async fn binlog(option: State<Option>) {
    drop(option);
}

#[functions::event("com.example.shadowed.*", crate = functions)]
async fn event(option: State<Option>) {
    drop(option);
}

#[functions::task(crate = functions)]
async fn task(Json(number): Json<u64>) -> Json<u64> {
    Json(number)
}

#[functions::config("shadowed", crate = functions)]
#[derive(Debug, Clone, Copy)]
struct Settings {
    limit: ::core::option::Option<u64>,
}

#[functions::invoke(name = "settings", crate = functions)]
async fn settings(config: functions::Config<Settings>) -> Json<u64> {
    Json(config.0.limit.unwrap_or(7))
}
