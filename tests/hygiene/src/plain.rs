//! Functions as most are written.

use functions::{
    Change, Config, Context, Error, Event, Json, Message, ObjectEvent, Path, State, Tick,
};

/// The section `[shop]`.
#[functions::config("shop", crate = functions)]
#[derive(Debug, Clone)]
#[serde(default)]
pub struct Shop {
    /// How it is called.
    pub name: String,
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            name: "corner".to_owned(),
        }
    }
}

/// What handlers share.
#[derive(Debug)]
pub struct Shelf {
    /// The shop that it stands in.
    pub shop: String,
}

/// Builds the shelf.
///
/// # Errors
///
/// Fails for a shop without a name.
#[functions::resource(crate = functions)]
pub fn shelf(Config(shop): Config<Shop>) -> Result<Shelf, Error> {
    if shop.name.is_empty() {
        return Err(Error::reject("a shop has a name"));
    }
    Ok(Shelf {
        shop: shop.name.clone(),
    })
}

/// Greets.
///
/// # Errors
///
/// Fails for nobody.
#[functions::http(GET, "/hello/{name}", timeout = "2s", crate = functions)]
pub async fn hello(
    Path(name): Path<String>,
    State(shelf): State<Shelf>,
) -> Result<Json<String>, Error> {
    if name == "nobody" {
        return Err(Error::reject("nobody is there"));
    }
    Ok(Json(format!("hello {name} in {}", shelf.shop)))
}

/// Doubles.
#[functions::invoke(crate = functions)]
pub fn double(Json(number): Json<u64>) -> Json<u64> {
    Json(number.saturating_mul(2))
}

/// Ships an order.
///
/// # Errors
///
/// Fails for an order of nothing.
#[functions::queue(
    "orders",
    retry(max = 3, delay = "1s", factor = 2, cap = "1m"),
    dead_letter = "dead-orders",
    crate = functions
)]
pub async fn ship(Message(order): Message<String>, cx: Context) -> Result<(), Error> {
    if order.is_empty() {
        return Err(Error::reject(format!(
            "{} is an order of nothing",
            cx.invocation_id()
        )));
    }
    Ok(())
}

/// Sweeps.
#[functions::timer("0 3 * * *", timezone = "UTC", jitter = "30s", crate = functions)]
pub async fn sweep(tick: Tick) {
    drop(tick);
}

/// Looks at what came.
#[functions::object("uploads", on = [created, removed], crate = functions)]
pub async fn look(object: ObjectEvent) {
    drop(object);
}

/// Mirrors a row.
#[functions::binlog("shop.orders", on = [insert, update], crate = functions)]
pub async fn mirror(change: Change<u64>) {
    drop(change);
}

/// Listens.
#[functions::event("com.example.user.created", source = "/users", crate = functions)]
pub async fn listen(event: Event<String>) {
    drop(event);
}

/// Encodes a film.
///
/// # Errors
///
/// Fails for a film of no length.
#[functions::task(retry(max = 3), timeout = "10m", crate = functions)]
pub async fn encode(Json(minutes): Json<u64>) -> Result<Json<u64>, Error> {
    match minutes {
        0 => Err(Error::reject("a film of no length")),
        minutes => Ok(Json(minutes)),
    }
}

/// Looks around before the first request.
#[functions::on_start(crate = functions)]
pub async fn open(shelf: State<Shelf>) {
    drop(shelf);
}

/// Goes.
#[functions::on_stop(crate = functions)]
pub fn close() {}

/// Is about to sleep.
#[functions::before_freeze(crate = functions)]
pub fn freeze() {}

/// Is awake again.
#[functions::after_restore(crate = functions)]
pub fn restore() {}
