//! Why a schedule cannot be kept.

/// A timer that has no due times.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum ScheduleError {
    /// The cron text is none.
    #[error(
        "`{text}` is not a cron text: {fault}; expected 5 fields (minute, hour, day of the month, month, day of the week), 6 \
         with the second before them, or a nickname such as `@daily`"
    )]
    Cron {
        /// What was given.
        text: String,
        /// What is wrong with it.
        fault: String,
    },
    /// There is no zone of this name.
    #[error(
        "`{name}` is not a time zone: expected a name of the IANA time zone database, such as `Asia/Shanghai`, or `UTC`"
    )]
    Zone {
        /// What was given.
        name: String,
    },
    /// No moment fits.
    #[error(
        "`{text}` never comes due: expected a day that exists in one of its months, such as `0 0 L * *`"
    )]
    Never {
        /// What was given.
        text: String,
    },
    /// The distance cannot be kept.
    #[error(
        "`every` is {found}: expected a duration above zero and below 7000 years, such as `5m`"
    )]
    Every {
        /// What was given.
        found: &'static str,
    },
}
