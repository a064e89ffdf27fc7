//! The triggers whose functions take their parameters in any order, each with its own facts.

use std::num::NonZeroU32;
use std::time::Duration;

use proc_macro2::Span;
use syn::LitStr;

use crate::args::Args;
use crate::attribute::{Attribute, Unnamed};
use crate::errors::Errors;
use crate::mistakes;
use crate::names;
use crate::schedule;
use crate::values::Written;

pub(crate) enum Event {
    Invoke,
    Queue(Queue),
    Timer(Timer),
    Object(Object),
    Binlog(Binlog),
    CloudEvent(CloudEvent),
    Task(Task),
}

pub(crate) struct Queue {
    pub(crate) queue: String,
    pub(crate) batch: Option<NonZeroU32>,
    pub(crate) retry: Retry,
    pub(crate) dead_letter: Option<String>,
    pub(crate) ordered: bool,
}

/// What is absent is the default of `RetryPolicy`.
#[derive(Default)]
pub(crate) struct Retry {
    pub(crate) max: Option<NonZeroU32>,
    pub(crate) delay: Option<Duration>,
    pub(crate) factor: Option<NonZeroU32>,
    pub(crate) cap: Option<Duration>,
}

/// Words are names in `__private`; what is absent is the default of `TimerSpec`.
pub(crate) struct Timer {
    pub(crate) schedule: Schedule,
    pub(crate) timezone: Option<String>,
    pub(crate) jitter: Duration,
    pub(crate) missed: &'static str,
    pub(crate) overlap: &'static str,
    pub(crate) prestart: Duration,
}

pub(crate) enum Schedule {
    Cron(String),
    Every(Duration),
}

pub(crate) struct Object {
    pub(crate) bucket: String,
    /// Names in `__private`; none means all.
    pub(crate) on: Vec<&'static str>,
    pub(crate) prefix: String,
    pub(crate) suffix: String,
}

pub(crate) struct Binlog {
    pub(crate) table: String,
    /// Names in `__private`; none means all.
    pub(crate) on: Vec<&'static str>,
}

pub(crate) struct CloudEvent {
    pub(crate) kind: String,
    pub(crate) source: Option<String>,
}

pub(crate) struct Task {
    pub(crate) retry: Retry,
    pub(crate) priority: i16,
    pub(crate) keep: Duration,
}

impl Event {
    /// Its name in `__private::Trigger` and `__private::marker`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Invoke => "Invoke",
            Self::Queue(_) => "Queue",
            Self::Timer(_) => "Timer",
            Self::Object(_) => "Object",
            Self::Binlog(_) => "Binlog",
            Self::CloudEvent(_) => "Event",
            Self::Task(_) => "Task",
        }
    }

    /// What its functions bring into the binary: names of methods of `__private::Needs`.
    pub(crate) fn brings(&self, is_idempotent: bool) -> Vec<&'static str> {
        let (is_delivered, is_stored) = match self {
            Self::Queue(_) | Self::Timer(_) | Self::Object(_) | Self::Task(_) => (true, true),
            Self::Binlog(_) | Self::CloudEvent(_) => (true, false),
            Self::Invoke => (false, false),
        };
        let deliveries = is_delivered.then_some("deliveries");
        let embedded = (is_stored || is_idempotent).then_some("embedded");
        deliveries.into_iter().chain(embedded).collect()
    }
}

pub(crate) fn invoke(_: &Attribute, _: &Args, _: &mut Errors) -> Event {
    Event::Invoke
}

pub(crate) fn queue(attribute: &Attribute, args: &Args, errors: &mut Errors) -> Event {
    let queue = named(attribute, args, names::queue, errors);
    let dead_letter = args.dead_letter.as_ref().map(|text| {
        let dead_letter = names::queue(text, errors);
        // What fails would come back at once, for ever.
        if names::same_queue(&queue, &dead_letter) {
            errors.push(mistakes::own_dead_letter(&queue).at(text));
        }
        dead_letter
    });
    Event::Queue(Queue {
        queue,
        batch: args.batch,
        retry: retry(args, errors),
        dead_letter,
        ordered: args.ordered,
    })
}

fn retry(args: &Args, errors: &mut Errors) -> Retry {
    let retry = &args.retry;
    let delay = retry.delay.as_ref().map(|delay| delay.duration);
    let cap = retry.cap.as_ref().map(|cap| cap.duration);
    // What was not given can be too long or too short for what was.
    if !(args.unread || retry.unread)
        && delay.unwrap_or(DELAY.0) > cap.unwrap_or(CAP.0)
        && let Some(place) = retry.delay.as_ref().or(retry.cap.as_ref())
    {
        let shown = |given: &Option<Written>, default: &str| match given {
            Some(given) => format!("`{}`", given.text.value()),
            None => format!("`{default}` (the default)"),
        };
        let delay = shown(&retry.delay, DELAY.1);
        let cap = shown(&retry.cap, CAP.1);
        errors.push(mistakes::delay_over_cap(&delay, &cap).at(&place.text));
    }
    Retry {
        max: retry.max,
        delay,
        factor: retry.factor,
        cap,
    }
}

/// Of `RetryPolicy::DEFAULT`.
const DELAY: (Duration, &str) = (Duration::from_secs(1), "1s");
const CAP: (Duration, &str) = (Duration::from_secs(5 * 60), "5m");

pub(crate) fn timer(_: &Attribute, args: &Args, errors: &mut Errors) -> Event {
    let schedule = schedule(args, errors);
    for (key, written) in [("jitter", &args.jitter), ("prestart", &args.prestart)] {
        // One firing would reach into the next.
        if let (Some(every), Some(written)) = (&args.every, written)
            && written.duration >= every.duration
        {
            let (found, every) = (written.text.value(), every.text.value());
            errors.push(mistakes::longer_than_every(key, &found, &every).at(&written.text));
        }
    }
    let time = |written: &Option<Written>| written.as_ref().map(|written| written.duration);
    Event::Timer(Timer {
        schedule,
        timezone: args.timezone.as_ref().map(LitStr::value),
        jitter: time(&args.jitter).unwrap_or_default(),
        missed: args.missed.unwrap_or("Once"),
        overlap: args.overlap.unwrap_or("Skip"),
        prestart: time(&args.prestart).unwrap_or_default(),
    })
}

fn schedule(args: &Args, errors: &mut Errors) -> Schedule {
    if let Some(zone) = &args.timezone {
        match (&args.text, &args.every) {
            // A span of time is the same in all zones.
            (None, Some(_)) => errors.push(mistakes::zone_and_every(&zone.value()).at(zone)),
            _ => schedule::zone(zone, errors),
        }
    }
    match (&args.text, &args.every) {
        (Some(text), every) => {
            schedule::cron(text, errors);
            if let Some(every) = every {
                let mistake = mistakes::cron_and_every(&text.value(), &every.text.value());
                errors.push(mistake.at(&every.text));
            }
            Schedule::Cron(text.value())
        }
        (None, Some(every)) => Schedule::Every(every.duration),
        (None, None) => {
            if !args.unread {
                errors.push(mistakes::missing_schedule().at_span(Span::call_site()));
            }
            Schedule::Every(Duration::ZERO)
        }
    }
}

pub(crate) fn object(attribute: &Attribute, args: &Args, errors: &mut Errors) -> Event {
    Event::Object(Object {
        bucket: named(attribute, args, names::bucket, errors),
        on: args.on.clone(),
        prefix: args.prefix.clone().unwrap_or_default(),
        suffix: args.suffix.clone().unwrap_or_default(),
    })
}

pub(crate) fn binlog(attribute: &Attribute, args: &Args, errors: &mut Errors) -> Event {
    Event::Binlog(Binlog {
        table: named(attribute, args, names::table, errors),
        on: args.on.clone(),
    })
}

pub(crate) fn event(attribute: &Attribute, args: &Args, errors: &mut Errors) -> Event {
    Event::CloudEvent(CloudEvent {
        kind: named(attribute, args, names::event, errors),
        source: args.source.clone(),
    })
}

pub(crate) fn task(_: &Attribute, args: &Args, errors: &mut Errors) -> Event {
    Event::Task(Task {
        retry: retry(args, errors),
        priority: args.priority.unwrap_or_default(),
        keep: args.keep.unwrap_or(KEEP),
    })
}

/// How long the status and the result of a finished task are kept.
const KEEP: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What stands without a name, by its own rules.
fn named(
    attribute: &Attribute,
    args: &Args,
    check: fn(&LitStr, &mut Errors) -> String,
    errors: &mut Errors,
) -> String {
    if let Some(text) = &args.text {
        return check(text, errors);
    }
    if let (false, Unnamed::Text(what)) = (args.unread, attribute.unnamed) {
        let mistake = mistakes::missing_unnamed(what, attribute.example);
        errors.push(mistake.at_span(Span::call_site()));
    }
    String::new()
}
