//! Messages of queues, a whole batch in one call.

use std::fmt;
use std::slice;
use std::sync::Arc;
use std::vec;

use faas_runtime_shim::invocation::{Delivery, Input, Ledger};

use super::message::value;
use super::trigger::Queue;
use super::{All, FromInvocation, FromPayload, Parts, Slot, unexpected};
use crate::outcome::IntoFailure;
use crate::{Error, Failure};

/// All deliveries of a batch, for a handler that takes them together: one transaction, one bulk insert.
///
/// The handler reports on each ([`done`](BatchItem::done), [`fail`](BatchItem::fail)); what it does not report on takes the
/// outcome of the whole call, so `?` fails the rest. Reports hold whatever comes after them, a panic or a passed deadline
/// included. Deliveries that are no `T` are rejected and not among the items, so a batch can be empty.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::{App, Settlement, delivery};
/// use faas::{Batch, Error};
///
/// #[faas::queue("numbers", batch = 100)]
/// async fn on_numbers(numbers: Batch<u32>) -> Result<(), Error> {
///     for number in &numbers {
///         match number.value {
///             0 => number.fail(Error::reject("zero is no number here")),
///             _ => number.done(),
///         }
///     }
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// let sent = vec![delivery(&1), delivery(&0), delivery(&"two")];
/// let settled: Vec<_> = app.deliver(on_numbers, sent).await.into_iter().map(|it| it.settlement).collect();
/// assert_eq!(settled, [Settlement::Acknowledge, Settlement::DeadLetter, Settlement::DeadLetter]);
/// # }
/// ```
#[derive(Debug)]
pub struct Batch<T>(Vec<BatchItem<T>>);

impl<T> Batch<T> {
    /// Walks the items.
    pub fn iter(&self) -> slice::Iter<'_, BatchItem<T>> {
        self.0.iter()
    }

    /// Returns how many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> IntoIterator for Batch<T> {
    type Item = BatchItem<T>;
    type IntoIter = vec::IntoIter<BatchItem<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Batch<T> {
    type Item = &'a BatchItem<T>;
    type IntoIter = slice::Iter<'a, BatchItem<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: FromPayload> FromInvocation<Queue> for Batch<T> {
    type Takes = All<T>;

    const WHOLE_BATCH: bool = true;

    fn from_invocation(_: &Parts, input: &mut Slot) -> Result<Self, Error> {
        match input.take() {
            Some(Input::Batch(batch)) => Ok(open(batch.deliveries, &batch.ledger)),
            other => Err(unexpected("a batch of deliveries", other.as_ref())),
        }
    }
}

/// Decodes what can be decoded, and reports the rest as rejected.
fn open<T: FromPayload>(deliveries: Vec<Delivery>, ledger: &Arc<Ledger>) -> Batch<T> {
    let mut items = Vec::with_capacity(deliveries.len());
    for (index, delivery) in deliveries.into_iter().enumerate() {
        match value(&delivery) {
            Ok(value) => items.push(BatchItem {
                value,
                report: Report {
                    index,
                    delivery,
                    ledger: Arc::clone(ledger),
                },
            }),
            Err(error) => ledger.report(index, Err(Failure::from(error))),
        }
    }
    Batch(items)
}

/// One message of a [`Batch`].
#[non_exhaustive]
#[derive(Debug)]
pub struct BatchItem<T> {
    /// The value in it.
    pub value: T,
    /// Where to say what became of it, also once the value has been moved away.
    pub report: Report,
}

impl<T> BatchItem<T> {
    /// Says that it is done. The first report on an item holds.
    pub fn done(&self) {
        self.report.done();
    }

    /// Says that it failed. The first report on an item holds.
    pub fn fail(&self, error: impl IntoFailure) {
        self.report.fail(error);
    }

    /// Returns what the broker tells of the message.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        self.report.delivery()
    }
}

/// Where a handler says what became of one message of its batch, by itself where the value goes another way.
///
/// # Examples
///
/// ```
/// use faas::{Batch, Error};
///
/// async fn store(values: Vec<u64>) -> Result<(), Error> {
///     println!("{values:?}");
///     Ok(())
/// }
///
/// #[faas::queue("numbers", batch = 100)]
/// async fn on_numbers(batch: Batch<u64>) -> Result<(), Error> {
///     let (values, reports): (Vec<_>, Vec<_>) =
///         batch.into_iter().map(|item| (item.value, item.report)).unzip();
///     store(values).await?;
///     reports.iter().for_each(|report| report.done());
///     Ok(())
/// }
/// ```
pub struct Report {
    index: usize,
    delivery: Delivery,
    ledger: Arc<Ledger>,
}

impl Report {
    /// Says that the message is done. The first report holds.
    pub fn done(&self) {
        self.ledger.report(self.index, Ok(()));
    }

    /// Says that the message failed. The first report holds.
    pub fn fail(&self, error: impl IntoFailure) {
        let failure = Failure::from(error.into_failure());
        self.ledger.report(self.index, Err(failure));
    }

    /// Returns what the broker tells of the message.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}
