//! The shop's business, which knows nothing of how it is called.

// ANCHOR: orders
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
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
}

/// An order that is kept.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) item: String,
    pub(crate) quantity: u64,
    /// Of all pieces, in cents.
    pub(crate) total: u64,
}

// ANCHOR: error
/// Why an order is not to be had.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum OrderError {
    Unknown(u64),
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

/// The orders of this instance.
#[derive(Debug)]
pub(crate) struct Orders {
    limit: usize,
    kept: Mutex<BTreeMap<u64, Order>>,
}

impl Orders {
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            kept: Mutex::default(),
        }
    }

    pub(crate) fn add(&self, draft: Draft) -> Result<Order, OrderError> {
        let total = draft.total()?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= self.limit {
            return Err(OrderError::Full);
        }
        let id = kept.last_key_value().map_or(1, |(last, _)| last + 1);
        let order = Order {
            id,
            item: draft.item,
            quantity: draft.quantity,
            total,
        };
        kept.insert(id, order.clone());
        Ok(order)
    }

    pub(crate) fn get(&self, id: u64) -> Result<Order, OrderError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&id).cloned().ok_or(OrderError::Unknown(id))
    }
}
// ANCHOR_END: orders
