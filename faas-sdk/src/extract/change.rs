//! Changes of rows and documents.

use std::time::SystemTime;

use faas_runtime_shim::invocation::{ChangeEvent, ChangeKind, Input, RawJson};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::json;
use super::payload::undecodable;
use super::trigger::Binlog;
use super::{All, FromInvocation, Parts, Slot, look};
use crate::Error;

/// What happened to a row or a document, with its values before and after.
///
/// Which of the two are there is the feed's matter: an insert has no `before`, a delete no `after`, and many feeds leave the
/// old values out or tell the key alone. A row that is no `T` is rejected.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::{App, Settlement};
/// use faas::{Change, Error};
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Order {
///     id: u64,
///     paid: bool,
/// }
///
/// #[faas::binlog("shop.orders", on = [insert, update])]
/// async fn on_paid(change: Change<Order>) -> Result<(), Error> {
///     let was_paid = change.before.is_some_and(|order| order.paid);
///     match change.after {
///         Some(order) if order.paid && !was_paid => Ok(println!("order {} is paid", order.id)),
///         _ => Ok(()),
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// let order = |paid| Order { id: 7, paid };
/// let settled = app.change(on_paid, Change::update(order(false), order(true))).await;
/// assert_eq!(settled.settlement, Settlement::Acknowledge);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Change<T> {
    /// The table or collection, with its database where there are several: `shop.orders`.
    pub table: Box<str>,
    /// What happened.
    pub kind: ChangeKind,
    /// The primary key, where the feed tells it apart from the row.
    pub key: Option<Value>,
    /// The row before.
    pub before: Option<T>,
    /// The row after.
    pub after: Option<T>,
    /// The place in the feed: an offset, a log file's position.
    pub position: Option<Box<str>>,
    /// When it was committed.
    pub time: Option<SystemTime>,
}

impl<T> Change<T> {
    /// A new row.
    #[must_use]
    pub fn insert(after: T) -> Self {
        Self {
            after: Some(after),
            ..Self::new(ChangeKind::Insert)
        }
    }

    /// Other values of a row.
    #[must_use]
    pub fn update(before: T, after: T) -> Self {
        Self {
            before: Some(before),
            after: Some(after),
            ..Self::new(ChangeKind::Update)
        }
    }

    /// A row that is gone.
    #[must_use]
    pub fn delete(before: T) -> Self {
        Self {
            before: Some(before),
            ..Self::new(ChangeKind::Delete)
        }
    }

    fn new(kind: ChangeKind) -> Self {
        Self {
            table: "".into(),
            kind,
            key: None,
            before: None,
            after: None,
            position: None,
            time: None,
        }
    }
}

impl<T: Serialize> Change<T> {
    /// Writes it as a feed brings it, of `table` unless it tells one itself.
    #[cfg_attr(target_family = "wasm", expect(dead_code, reason = "what tests bring"))]
    pub(crate) fn into_event(self, table: &str) -> Result<ChangeEvent, Error> {
        fn raw(value: Option<impl Serialize>) -> Result<Option<RawJson>, Error> {
            let text = value.map(|value| json::encode(&value)).transpose()?;
            Ok(text.map(RawJson::parse).transpose()?)
        }
        Ok(ChangeEvent {
            table: if self.table.is_empty() {
                table.into()
            } else {
                self.table
            },
            kind: self.kind,
            key: raw(self.key)?,
            before: raw(self.before)?,
            after: raw(self.after)?,
            position: self.position,
            time: self.time,
        })
    }
}

impl<T: DeserializeOwned> FromInvocation<Binlog> for Change<T> {
    type Takes = All<Self>;

    fn from_invocation(_: &Parts, input: &mut Slot) -> Result<Self, Error> {
        let change = look(input, "a change", |input| match input {
            Input::Change(change) => Some(&**change),
            _ => None,
        })?;
        Ok(Self {
            table: change.table.clone(),
            kind: change.kind,
            key: row(change, "key", change.key.as_ref())?,
            before: row(change, "row before", change.before.as_ref())?,
            after: row(change, "row after", change.after.as_ref())?,
            position: change.position.clone(),
            time: change.time,
        })
    }
}

fn row<T: DeserializeOwned>(
    change: &ChangeEvent,
    what: &str,
    raw: Option<&RawJson>,
) -> Result<Option<T>, Error> {
    let Some(raw) = raw else { return Ok(None) };
    // feeds that always write both sides write `null` for the one that is not there
    json::decode(raw.as_bytes()).map_err(|error| {
        let (table, position) = (&change.table, change.position.as_deref().unwrap_or("?"));
        undecodable(
            format_args!("the {what} of a change of `{table}` at `{position}`"),
            &Error::reject(error),
        )
    })
}
