//! Checks cron texts and time zones, in the words of `mistakes`.

use syn::LitStr;

use crate::cron::{self, CronFault};
use crate::errors::Errors;
use crate::mistakes;
use crate::suggest;
use crate::values;
use crate::zones;

pub(crate) fn cron(text: &LitStr, errors: &mut Errors) {
    let found = text.value();
    let mistake = match cron::check(&found) {
        Ok(()) => return,
        Err(CronFault::Never { days, months }) => mistakes::cron_never(&found, &days, &months),
        Err(CronFault::Foreign { hint, .. }) => mistakes::foreign_schedule(&found, &hint),
        Err(_) if values::is_duration(&found) => {
            let hint = format!("the argument `every = \"{found}\"`");
            mistakes::foreign_schedule(&found, &hint)
        }
        Err(fault) => mistakes::cron(&found, &fault.to_string()),
    };
    errors.push(mistake.at(text));
}

pub(crate) fn zone(text: &LitStr, errors: &mut Errors) {
    let found = text.value();
    if !zones::is_zone(&found) {
        let near = nearest(&found).map(|near| format!("did you mean `{near}`? "));
        errors.push(mistakes::zone(&found, &near.unwrap_or_default()).at(text));
    }
}

/// The zone of this spelling, of this city, or the nearest to a slip of the fingers.
fn nearest(found: &str) -> Option<&'static str> {
    let plain = found.trim().replace(' ', "_");
    let city = |zone: &str| {
        let city = zone.rsplit('/').next();
        city.is_some_and(|city| city.eq_ignore_ascii_case(&plain))
    };
    zones::names()
        .find(|zone| zone.eq_ignore_ascii_case(&plain))
        .or_else(|| zones::names().find(|zone| city(zone)))
        .or_else(|| suggest::nearest(&plain, zones::names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_suggested() {
        for (found, expected) in [
            ("asia/shanghai", Some("Asia/Shanghai")),
            ("Asia/Shangai", Some("Asia/Shanghai")),
            ("Shanghai", Some("Asia/Shanghai")),
            ("America/New York", Some("America/New_York")),
            ("Eurpoe/Berlin", Some("Europe/Berlin")),
            ("utc", Some("UTC")),
            ("Middle Earth", None),
            ("", None),
        ] {
            assert_eq!(nearest(found), expected, "{found}");
        }
    }
}
