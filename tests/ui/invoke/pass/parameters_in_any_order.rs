//! The payload stands anywhere, or nowhere.

use faas::{Json, State};

struct Db;

#[faas::invoke]
async fn last(_db: State<Db>, Json(number): Json<u64>) -> Json<u64> {
    Json(number)
}

#[faas::invoke]
async fn first(Json(number): Json<u64>, _: State<Db>) -> Result<Json<u64>, faas::Error> {
    Ok(Json(number))
}

#[faas::invoke]
async fn none() {}

#[faas::invoke]
fn blocking(mut number: Json<u64>) -> Json<u64> {
    number.0 += 1;
    number
}

fn main() {}
