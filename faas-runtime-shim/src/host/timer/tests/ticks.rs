//! Ticks in the form in which they are stored.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::host::store::Content;
use crate::host::timer::plan::Due;
use crate::host::timer::{decode, tick, timestamp, unplanned};
use crate::invocation::Attributes;

fn nightly(jitter: Duration) -> Timer {
    let spec = TimerSpec {
        schedule: Schedule::Cron("0 3 * * *"),
        timezone: Some("Asia/Shanghai"),
        jitter,
        missed: Missed::Once,
        overlap: Overlap::Skip,
        prestart: Duration::ZERO,
    };
    Timer::new("nightly", &spec).expect("a schedule")
}

fn moment(text: &str) -> SystemTime {
    crate::rfc3339::parse(text).expect("a moment")
}

fn due(text: &str, missed: u32) -> Due {
    Due {
        at: timestamp(moment(text)),
        missed,
    }
}

#[test]
fn a_tick_is_stored_as_attributes_without_a_body() {
    let due = due("2026-03-29T19:00:00Z", 0);
    let message = tick::encode(&nightly(Duration::ZERO), due, due.at);
    let attributes: Vec<_> = message
        .content
        .attributes
        .iter()
        .map(|(name, value)| format!("{name}={}", str::from_utf8(value).expect("text")))
        .collect();
    assert_eq!(
        attributes,
        [
            "due=2026-03-29T19:00:00Z",
            "schedule=0 3 * * *",
            "timezone=Asia/Shanghai"
        ]
    );
    assert_eq!(
        message.content.idempotency_key.as_deref(),
        Some("nightly@2026-03-29T19:00:00Z")
    );
    assert_eq!((message.content.body, message.delay), (None, 0));
}

#[test]
fn a_tick_comes_out_as_it_was_sent() {
    let due = due("2026-03-29T19:00:00.25Z", 7);
    let message = tick::encode(&nightly(Duration::ZERO), due, due.at);
    let tick = decode("nightly", &message.content, SystemTime::UNIX_EPOCH).expect("a tick");
    assert_eq!(&*tick.timer, "nightly");
    assert_eq!(timestamp(tick.due), due.at);
    assert_eq!(tick.missed, 7);
    assert_eq!(tick.schedule.as_deref(), Some("0 3 * * *"));
    assert_eq!(tick.timezone.as_deref(), Some("Asia/Shanghai"));
    assert!(tick.payload.body.is_empty());
}

#[test]
fn a_run_beside_the_schedule_is_due_now_and_never_a_repetition() {
    let moment = moment("2026-03-29T12:34:56Z");
    let message = unplanned(&nightly(Duration::from_secs(60)), moment);
    assert_eq!(
        (message.content.idempotency_key.clone(), message.delay),
        (None, 0)
    );
    let tick = decode("nightly", &message.content, SystemTime::UNIX_EPOCH).expect("a tick");
    assert_eq!((tick.due, tick.missed), (moment, 0));
}

#[test]
fn a_distance_is_told_as_it_is_written() {
    let timer = timer("t", every(90), Missed::Once, Overlap::Skip);
    assert_eq!((timer.schedule(), timer.timezone()), ("every 1m30s", None));
    let upcoming = timer.upcoming(moment("2026-01-01T00:00:00Z"), 2);
    assert_eq!(
        upcoming,
        [
            moment("2026-01-01T00:01:30Z"),
            moment("2026-01-01T00:03:00Z")
        ]
    );
}

#[test]
fn what_is_no_tick_is_said() {
    let content = |name: &str, value: &'static [u8]| {
        let mut attributes = Attributes::default();
        attributes.push(name, Bytes::from_static(value));
        Content {
            attributes,
            ..Content::default()
        }
    };
    let sent = moment("2026-03-29T12:34:56Z");
    let fault = decode("t", &content("due", b"soon"), sent).expect_err("no time");
    assert_eq!(
        fault.to_string(),
        "`timer:t` holds a message whose attribute `due` is `soon`: expected a time such as `2026-03-29T01:00:00Z`"
    );
    let fault = decode("t", &content("missed", b"-1"), sent).expect_err("no number");
    assert!(
        fault
            .to_string()
            .contains("`missed` is `-1`: expected a number"),
        "{fault}"
    );
    // what a person has pushed by hand
    let tick = decode("t", &Content::default(), sent).expect("a tick");
    assert_eq!((tick.due, tick.missed), (sent, 0));
}

#[test]
fn jitter_spreads_due_times_over_its_span() {
    let timer = nightly(Duration::from_secs(60));
    let first = moment("2026-03-29T19:00:00Z");
    let delays: Vec<u64> = (0..1000)
        .map(|day| {
            let at = timestamp(first + Duration::from_secs(day * 86_400));
            tick::encode(&timer, Due { at, missed: 0 }, at).delay
        })
        .collect();
    let tenths = delays.iter().fold([0; 10], |mut tenths, delay| {
        tenths[usize::try_from(delay / 6_000)
            .expect("below a minute")
            .min(9)] += 1;
        tenths
    });
    assert!(delays.iter().all(|delay| *delay <= 60_000));
    assert!(
        tenths.iter().all(|count| (60..=140).contains(count)),
        "{tenths:?}"
    );
    // the time that has passed since counts
    let at = timestamp(first);
    let late = timestamp(first + Duration::from_secs(61));
    assert_eq!(tick::encode(&timer, Due { at, missed: 0 }, late).delay, 0);
}

proptest! {
    #[test]
    fn any_message_is_read_or_refused(
        pairs in prop::collection::vec(
            (prop::sample::select(vec!["due", "missed", "schedule", "other"]), any::<Vec<u8>>()),
            0..5,
        ),
    ) {
        let mut attributes = Attributes::default();
        for (name, value) in pairs {
            attributes.push(name, value);
        }
        let content = Content { attributes, ..Content::default() };
        if let Err(fault) = decode("t", &content, SystemTime::UNIX_EPOCH) {
            prop_assert!(fault.to_string().len() < 300);
        }
    }

    #[test]
    fn any_due_time_survives_the_way(second in -62_000_000_000_i64..250_000_000_000, missed in any::<u32>()) {
        let at = jiff::Timestamp::from_second(second).expect("a moment");
        let message = tick::encode(&nightly(Duration::MAX), Due { at, missed }, at);
        let tick = decode("nightly", &message.content, SystemTime::UNIX_EPOCH).expect("a tick");
        prop_assert_eq!((timestamp(tick.due), tick.missed), (at, missed));
    }
}
