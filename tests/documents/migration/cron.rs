//! What the daemon becomes.

use std::future::{Ready, ready};
use std::io;
use std::sync::{Mutex, PoisonError};

use faas::{Error, State, Tick};
use jiff::Timestamp;
use jiff::civil::Date;

/// Stands for the business: it writes down what it was asked for.
#[derive(Default)]
pub(super) struct Shop(Mutex<Vec<String>>);

impl Shop {
    pub(super) fn open() -> Self {
        Self::default()
    }

    pub(super) fn report(&self, day: Date) -> Ready<io::Result<()>> {
        self.note(format!("report of {day}"))
    }

    pub(super) fn release_unpaid(&self) -> Ready<io::Result<()>> {
        self.note("release".to_owned())
    }

    fn note(&self, what: String) -> Ready<io::Result<()>> {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(what);
        ready(Ok(()))
    }
}

// ANCHOR: after
#[faas::resource]
fn shop() -> Shop {
    Shop::open()
}

/// At three each night: the report of the day before.
#[faas::timer("0 3 * * *", timezone = "Europe/Lisbon", timeout = "10m")]
async fn nightly(tick: Tick, State(shop): State<Shop>) -> Result<(), Error> {
    let due = Timestamp::try_from(tick.due)?.in_tz("Europe/Lisbon")?;
    shop.report(due.date().yesterday()?).await?;
    Ok(())
}

/// Every five minutes: gives up what nobody has paid for.
#[faas::timer(every = "5m", missed = skip)]
async fn release_unpaid(State(shop): State<Shop>) -> Result<(), Error> {
    shop.release_unpaid().await?;
    Ok(())
}
// ANCHOR_END: after

/// The jobs are called as the clock would call them.
mod tests {
    use std::time::Duration;

    use faas::testing::App;

    use super::*;

    // ANCHOR: test
    #[tokio::test]
    async fn the_day_before_is_reported() {
        let app = App::of(module_path!().trim_end_matches("::tests"));
        let app = app.start().await;
        // a test's clock begins with the year 2026
        app.clock().advance(Duration::from_secs(27 * 60 * 60));
        app.tick(nightly).await.outcome.unwrap();
        app.tick(release_unpaid).await.outcome.unwrap();
        let shop = app.resource::<Shop>().unwrap();
        let notes = shop.0.lock().unwrap();
        assert_eq!(*notes, ["report of 2026-01-01", "release"]);
    }
    // ANCHOR_END: test
}
