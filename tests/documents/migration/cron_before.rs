//! A daemon with two jobs, as it was before: one by a cron text, one by an interval.

use super::cron::Shop;

// ANCHOR: before
use std::error::Error;
use std::time::Duration;

use croner::Cron;
use jiff::Timestamp;
use jiff::tz::TimeZone;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = Shop::open();
    tokio::try_join!(nightly(&shop), release_unpaid(&shop))?;
    Ok(())
}

/// At three each night: the report of the day before.
async fn nightly(shop: &Shop) -> Result<(), Box<dyn Error>> {
    let schedule: Cron = "0 3 * * *".parse()?;
    let lisbon = TimeZone::get("Europe/Lisbon")?;
    loop {
        let now = Timestamp::now().to_zoned(lisbon.clone());
        let due = schedule.find_next_occurrence(&now, false)?;
        let wait = due.timestamp().duration_since(now.timestamp());
        tokio::time::sleep(Duration::try_from(wait)?).await;
        if let Err(error) = shop.report(due.date().yesterday()?).await {
            tracing::error!(%error, "no report");
        }
    }
}

/// Every five minutes: gives up what nobody has paid for.
async fn release_unpaid(shop: &Shop) -> Result<(), Box<dyn Error>> {
    let mut ticks = tokio::time::interval(Duration::from_secs(300));
    loop {
        ticks.tick().await;
        if let Err(error) = shop.release_unpaid().await {
            tracing::error!(%error, "nothing was given up");
        }
    }
}
// ANCHOR_END: before
