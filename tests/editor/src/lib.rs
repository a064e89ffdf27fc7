//! Functions of every trigger, finished: `run` opens this file in rust-analyzer, types more into each of them and stops halfway.
//!
//! Every attribute stands right above its item and has its parentheses, so that `halves.py` finds where arguments, parameters and bodies
//! begin and end.

use faas::rpc::thrift::{Exception, Undeclared};
use faas::{
    Change, Config, Context, Error, Event, Json, Message, ObjectEvent, Path, Proto, State, Tick,
};
use faas_hygiene_tests::services::proto::Box as Parcel;
use faas_hygiene_tests::services::proto::shelves_server::{Shelves, ShelvesServer};
use faas_hygiene_tests::services::thrift::shelf::{Ladders, LaddersServer};
use serde::{Deserialize, Serialize};
use tonic::{Request, Response, Status};

/// What is ordered.
#[derive(Debug, Deserialize, Serialize)]
pub struct Order {
    /// What it is.
    pub item: String,
    /// How many of it.
    pub quantity: u64,
}

/// What functions share.
#[derive(Debug)]
pub struct Shelf {
    /// The shop that it stands in.
    pub shop: String,
}

#[faas::config("shop")]
/// The section `[shop]`.
#[derive(Debug)]
pub struct Shop {
    /// How it is called.
    pub name: String,
}

#[faas::resource()]
fn shelf(Config(shop): Config<Shop>) -> Shelf {
    called(&shop.name)
}

fn called(name: &str) -> Shelf {
    Shelf {
        shop: name.to_owned(),
    }
}

#[faas::http(PUT, "/orders/{id}")]
async fn put(
    Path(id): Path<u64>,
    cx: Context,
    State(shelf): State<Shelf>,
    Json(order): Json<Order>,
) -> Result<Json<Order>, Error> {
    drop((id, cx, shelf));
    Ok(Json(order))
}

#[faas::invoke()]
async fn price(Json(order): Json<Order>, cx: Context, State(shelf): State<Shelf>) -> Json<u64> {
    drop((cx, shelf));
    Json(order.quantity)
}

#[faas::queue("orders")]
async fn ship(
    Message(order): Message<Order>,
    cx: Context,
    State(shelf): State<Shelf>,
) -> Result<(), Error> {
    drop((order, cx, shelf));
    Ok(())
}

#[faas::timer(every = "5m")]
async fn sweep(tick: Tick, cx: Context, State(shelf): State<Shelf>) {
    drop((tick, cx, shelf));
}

#[faas::object("uploads")]
async fn look(object: ObjectEvent, cx: Context, State(shelf): State<Shelf>) {
    drop((object, cx, shelf));
}

#[faas::binlog("shop.orders")]
async fn mirror(change: Change<Order>, cx: Context, State(shelf): State<Shelf>) {
    drop((change, cx, shelf));
}

#[faas::event("com.example.order.created")]
async fn listen(event: Event<Order>, cx: Context, State(shelf): State<Shelf>) {
    drop((event, cx, shelf));
}

#[faas::task()]
async fn pack(Json(order): Json<Order>, cx: Context, State(shelf): State<Shelf>) -> Json<u64> {
    drop((cx, shelf));
    Json(order.quantity)
}

#[faas::grpc("hygiene.Ladders/Climb")]
async fn climb(
    Proto(parcel): Proto<Parcel>,
    cx: Context,
    State(shelf): State<Shelf>,
) -> Proto<Parcel> {
    drop((cx, shelf));
    Proto(parcel)
}

#[faas::grpc()]
impl Shelves for Shelf {
    async fn find(&self, request: Request<Parcel>) -> Result<Response<Parcel>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

#[faas::thrift()]
impl Ladders for Shelf {
    async fn climb(&self, steps: i32) -> Result<i32, Exception<Undeclared>> {
        Ok(steps)
    }
}

#[faas::on_start()]
fn open(State(shelf): State<Shelf>) {
    drop(shelf);
}

#[faas::on_stop()]
fn close(State(shelf): State<Shelf>) {
    drop(shelf);
}

#[faas::before_freeze()]
fn freeze(State(shelf): State<Shelf>) {
    drop(shelf);
}

#[faas::after_restore()]
fn thaw(State(shelf): State<Shelf>) {
    drop(shelf);
}
