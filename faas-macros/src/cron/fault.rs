//! What can be wrong with a cron text, in words and by sort.

use std::fmt;

use super::NICKNAMES;

/// The first mistake in a cron text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CronFault {
    /// There are neither five nor six fields.
    Fields { found: usize },
    /// It begins with `@` and no nickname follows.
    Nickname { found: String },
    /// Something cannot stand where it stands.
    Field {
        name: &'static str,
        found: String,
        expected: String,
    },
    /// No month of those given has a day of those given.
    Never { days: String, months: String },
    /// It is written for another scheduler; `hint` says what to write here.
    Foreign { found: String, hint: String },
}

impl CronFault {
    pub(super) fn nickname(found: &str) -> Self {
        Self::Nickname {
            found: shown(found),
        }
    }

    pub(super) fn field(name: &'static str, found: &str, expected: String) -> Self {
        Self::Field {
            name,
            found: shown(found),
            expected,
        }
    }

    pub(super) fn never(days: &str, months: &str) -> Self {
        Self::Never {
            days: shown(days),
            months: shown(months),
        }
    }

    pub(super) fn foreign(found: &str, hint: String) -> Self {
        Self::Foreign {
            found: shown(found),
            hint,
        }
    }
}

impl fmt::Display for CronFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields { found } => {
                let s = if *found == 1 { "" } else { "s" };
                write!(
                    f,
                    "found {found} field{s}, expected 5 (minute, hour, day of the month, month, day of the week), \
                     or 6 with the second before them"
                )?;
                match found {
                    7 => write!(f, "; a year cannot be given: leave the last field out"),
                    _ => Ok(()),
                }
            }
            Self::Nickname { found } => {
                write!(f, "found `{found}`, expected {}", NICKNAMES.join(", "))
            }
            Self::Field {
                name,
                found,
                expected,
            } => write!(
                f,
                "found `{found}` in the {name} field, expected {expected}"
            ),
            Self::Never { days, months } => write!(
                f,
                "it never fires: no day of the month in `{days}` exists in a month of `{months}`; `L` is the last day of any month"
            ),
            Self::Foreign { found, hint } => write!(
                f,
                "`{found}` is written for another scheduler, expected {hint}"
            ),
        }
    }
}

/// A part of the user's text as a message can carry it: of bounded length, without control characters.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let mut shown: String = text
        .chars()
        .take(MOST)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
