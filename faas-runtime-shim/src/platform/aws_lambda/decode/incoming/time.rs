//! Moments in the forms that AWS's events have beside RFC 3339.

use std::time::{Duration, SystemTime};

/// Milliseconds since 1970; earlier ones stand for none.
pub(super) fn millis(millis: i64) -> Option<SystemTime> {
    let millis = u64::try_from(millis).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

/// Seconds since 1970 in a floating-point number, whose digits behind the milliseconds are noise.
pub(super) fn seconds(seconds: f64) -> Option<SystemTime> {
    let exact = Duration::try_from_secs_f64(seconds).ok()?;
    let rounded = exact.checked_add(Duration::from_micros(500))?;
    millis(rounded.as_millis().try_into().ok()?)
}
