//! The shop's business, which knows nothing of how it is called.

// ANCHOR: orders
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a customer wants.
#[derive(Debug, Deserialize, JsonSchema, Serialize)]
pub(crate) struct Draft {
    pub(crate) item: String,
    pub(crate) quantity: u64,
    /// Of one piece, in cents.
    pub(crate) price: u64,
}

impl Draft {
    /// Returns the price of all pieces, in cents.
    pub(crate) fn total(&self) -> Result<u64, OrderError> {
        if self.quantity == 0 {
            return Err(OrderError::Empty);
        }
        self.quantity
            .checked_mul(self.price)
            .ok_or(OrderError::TooDear)
    }

    /// Makes an order of it.
    pub(crate) fn order(self, id: impl Into<String>) -> Result<Order, OrderError> {
        Ok(Order {
            id: id.into(),
            total: self.total()?,
            item: self.item,
            quantity: self.quantity,
        })
    }
}

/// An order.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) item: String,
    pub(crate) quantity: u64,
    /// Of all pieces, in cents.
    pub(crate) total: u64,
}

impl Order {
    /// Writes the invoice.
    pub(crate) fn invoice(&self, shop: &str) -> String {
        let (euros, cents) = (self.total / 100, self.total % 100);
        format!(
            "{shop}\nInvoice of order {}\n{} × {}: {euros}.{cents:02}\n",
            self.id, self.quantity, self.item
        )
    }
}

// ANCHOR: error
/// Why an order is not to be had.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum OrderError {
    Unknown(String),
    Empty,
    TooDear,
    Full,
}

/// One conversion for every trigger: the status is for HTTP clients, the kind for whoever could try again.
impl From<OrderError> for faas::Error {
    fn from(error: OrderError) -> Self {
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        match error {
            OrderError::Unknown(id) => {
                Self::status(StatusCode::NOT_FOUND, format!("there is no order {id}"))
            }
            OrderError::Empty => Self::status(unprocessable, "an order needs at least one piece"),
            OrderError::TooDear => Self::status(unprocessable, "nobody can pay that"),
            OrderError::Full => Self::retry_after(Duration::from_secs(60), "all shelves are full"),
        }
    }
}
// ANCHOR_END: error

/// The orders of this instance. A real shop has a database behind these methods.
#[derive(Debug)]
pub(crate) struct Orders {
    limit: usize,
    kept: Mutex<BTreeMap<String, Order>>,
}

impl Orders {
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            kept: Mutex::default(),
        }
    }

    /// Keeps an order. One that comes again is kept already.
    pub(crate) fn keep(&self, order: Order) -> Result<(), OrderError> {
        let mut kept = self.kept();
        if kept.contains_key(&order.id) {
            return Ok(());
        }
        if kept.len() >= self.limit {
            return Err(OrderError::Full);
        }
        kept.insert(order.id.clone(), order);
        Ok(())
    }

    pub(crate) fn get(&self, id: &str) -> Result<Order, OrderError> {
        let unknown = || OrderError::Unknown(id.to_owned());
        self.kept().get(id).cloned().ok_or_else(unknown)
    }

    /// Returns how many orders there are, and what they are worth together, in cents.
    pub(crate) fn sum(&self) -> (usize, u64) {
        let kept = self.kept();
        let total = |sum: u64, order: &Order| sum.saturating_add(order.total);
        (kept.len(), kept.values().fold(0, total))
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Order>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
// ANCHOR_END: orders
