//! The user's names are not the names of generated code.

#![allow(dead_code)]

struct Option;
struct Some;
struct Result;
struct Ok;
struct Err;
struct Box;
struct String;
struct Send;
struct Future;
mod core {}
mod std {}

#[faas::invoke(timeout = "2s")]
async fn invoke(_option: ::faas::State<Option>, _result: ::faas::State<Result>) {}

#[faas::http(GET, "/shadowed", rate = "5/s")]
async fn http(_option: ::faas::State<Option>, _result: ::faas::State<Result>) {}

#[faas::resource]
fn resource() -> Option {
    Option
}

#[faas::on_stop]
fn stop(_option: ::faas::State<Option>) {}

fn main() {}
