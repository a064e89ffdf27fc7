//! Sales, their figures, and the lines of a report. Pure.

use std::collections::BTreeMap;
use std::time::SystemTime;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Error, Timestamp};
use serde::{Deserialize, Serialize};

/// Something that was sold.
#[derive(Debug, Deserialize)]
pub(crate) struct Sale {
    item: String,
    cents: u64,
}

/// How often something was sold, and for how much.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Sold {
    pub(crate) count: u64,
    pub(crate) cents: u64,
}

/// What was sold on a day, by item.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Figures {
    pub(crate) items: BTreeMap<String, Sold>,
}

impl Figures {
    /// Adds a sale.
    pub(crate) fn with(mut self, sale: &Sale) -> Self {
        let sold = self.items.entry(sale.item.clone()).or_default();
        *sold = sold.and(Sold {
            count: 1,
            cents: sale.cents,
        });
        self
    }

    /// Adds everything up.
    pub(crate) fn total(&self) -> Sold {
        self.items
            .values()
            .copied()
            .fold(Sold::default(), Sold::and)
    }
}

impl Sold {
    /// A till that sends nonsense must not stop the others, so the sum ends at the largest number.
    fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            cents: self.cents.saturating_add(other.cents),
        }
    }
}

/// Returns the day before a moment, where the shop is.
pub(crate) fn day_before(moment: SystemTime) -> Result<Date, Error> {
    let here = TimeZone::get("Europe/Lisbon")?;
    Timestamp::try_from(moment)?
        .to_zoned(here)
        .date()
        .yesterday()
}

/// Writes a line of a report.
pub(crate) fn line(what: &str, Sold { count, cents }: Sold) -> String {
    format!("{count} × {what}: {}.{:02}\n", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    //! Days and lines.

    use super::*;

    #[test]
    fn the_day_before_is_that_of_the_shop() {
        let day = |moment: &str| {
            let moment: Timestamp = moment.parse().unwrap();
            day_before(moment.into()).unwrap().to_string()
        };
        assert_eq!(day("2026-01-02T06:00:00Z"), "2026-01-01");
        // summer time: in Lisbon the next day has begun
        assert_eq!(day("2026-07-02T23:30:00Z"), "2026-07-02");
    }

    #[test]
    fn lines_show_cents() {
        let sold = Sold {
            count: 2,
            cents: 305,
        };
        assert_eq!(line("pen", sold), "2 × pen: 3.05\n");
    }
}
