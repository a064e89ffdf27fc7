//! Figures that handlers count themselves.
//!
//! A name is a text of the program, so that no caller can make series; how many there are is bounded all the same. What
//! cannot be told is dropped and said once, as a metric is no reason to fail an invocation. Start at [`Own`].

#[cfg(test)]
mod tests;
mod unit;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::unit::{MetricValue, Unit};

/// What the figures of one name have come to in one function.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// The function's name.
    pub function: &'static str,
    /// The figure's name.
    pub name: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// How many of them were told.
    pub count: u64,
    /// What they add up to.
    pub sum: f64,
}

/// The figures of an application's handlers, since its start.
#[derive(Debug, Default)]
pub(crate) struct Own {
    series: Mutex<BTreeMap<&'static str, Series>>,
    has_warned: AtomicBool,
}

#[derive(Debug)]
struct Series {
    unit: Unit,
    family: Box<str>,
    functions: Vec<Totals>,
}

#[derive(Debug)]
struct Totals {
    function: &'static str,
    trigger: &'static str,
    count: u64,
    sum: f64,
}

/// The most names in an application: each is a series for each function, and costs where metrics are kept.
const MOST_NAMES: usize = 200;

/// The longest name (CloudWatch API Reference, `MetricDatum`: 255).
const LONGEST_NAME: usize = 200;

impl Own {
    /// Adds a figure; `false` if it is not taken, which is said the first time.
    pub(crate) fn add(
        &self,
        function: &'static str,
        trigger: &'static str,
        (name, value, unit): (&'static str, f64, Unit),
    ) -> bool {
        let added = self.try_add(function, trigger, (name, value, unit));
        if let Err(why) = &added
            && !self.has_warned.swap(true, Relaxed)
        {
            tracing::warn!(
                target: "faas",
                "the metric `{name}` is dropped: {why}; the next one that is dropped is not told"
            );
        }
        added.is_ok()
    }

    fn try_add(
        &self,
        function: &'static str,
        trigger: &'static str,
        (name, value, unit): (&'static str, f64, Unit),
    ) -> Result<(), Refused> {
        if !value.is_finite() || value.abs() > LARGEST || (unit.adds_up() && value < 0.0) {
            return Err(Refused::Value(value, unit));
        }
        let mut series = self.series();
        let len = series.len();
        let entry = match series.get_mut(name) {
            Some(known) if known.unit == unit => known,
            Some(known) => return Err(Refused::Unit(known.unit, unit)),
            None => {
                let family = family(name, unit)?;
                if len >= MOST_NAMES {
                    return Err(Refused::TooMany);
                }
                let mut others = series.iter();
                if let Some((other, _)) = others.find(|(_, known)| known.family == family) {
                    return Err(Refused::Same(other));
                }
                series.entry(name).or_insert(Series {
                    unit,
                    family,
                    functions: Vec::new(),
                })
            }
        };
        let mut known = entry.functions.iter_mut();
        match known.find(|totals| totals.function == function) {
            Some(totals) => {
                totals.count += 1;
                totals.sum += value;
            }
            None => entry.functions.push(Totals {
                function,
                trigger,
                count: 1,
                sum: value,
            }),
        }
        Ok(())
    }

    /// Returns what has come together, by name and then function.
    pub(crate) fn all(&self) -> Vec<Metric> {
        let series = self.series();
        let all = series.iter().flat_map(|(name, series)| {
            series.functions.iter().map(|totals| Metric {
                function: totals.function,
                name,
                unit: series.unit,
                count: totals.count,
                sum: totals.sum,
            })
        });
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|metric| (metric.name, metric.function));
        all
    }

    /// Appends them in Prometheus' text format.
    pub(crate) fn render(&self, out: &mut String) {
        for (name, series) in &*self.series() {
            let (family, base) = (&series.family, series.unit.base());
            let kind = if series.unit.adds_up() {
                "counter"
            } else {
                "summary"
            };
            // writing into a text does not fail
            let _ = write!(
                out,
                "# HELP {family} `{name}`, as functions count it.\n# TYPE {family} {kind}\n"
            );
            for totals in &series.functions {
                let Totals {
                    function,
                    trigger,
                    count,
                    sum,
                } = totals;
                let labels = super::prometheus::labels(function, trigger);
                let sum = sum * base;
                let _ = match series.unit.adds_up() {
                    true => writeln!(out, "{family}{{{labels}}} {sum}"),
                    false => writeln!(
                        out,
                        "{family}_sum{{{labels}}} {sum}\n{family}_count{{{labels}}} {count}"
                    ),
                };
            }
        }
    }

    fn series(&self) -> MutexGuard<'_, BTreeMap<&'static str, Series>> {
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The largest figure (CloudWatch API Reference, `MetricDatum`: 2^360).
const LARGEST: f64 = 1e108;

/// Makes the name of a family: letters, digits and `_`, with the unit behind (Prometheus, "Data model").
fn family(name: &'static str, unit: Unit) -> Result<Box<str>, Refused> {
    let is_sign =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/');
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= LONGEST_NAME
        && name.bytes().all(is_sign);
    if !is_name {
        return Err(Refused::Name);
    }
    if RESERVED.contains(&name) || name.starts_with("faas_") || name.starts_with("faas.") {
        return Err(Refused::Reserved);
    }
    let mut family: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let (word, end) = unit.suffixes();
    // `orders_total` and `received_bytes` say a part of it already
    if let Some(bare) = family.strip_suffix(end) {
        family.truncate(bare.len());
    }
    if !family.ends_with(word) {
        family.push_str(word);
    }
    family.push_str(end);
    Ok(family.into())
}

/// The members that a line with an invocation's figures has anyway.
pub(crate) const RESERVED: &[&str] = &[
    "timestamp",
    "level",
    "target",
    "message",
    "requestId",
    "tenantId",
    "function",
    "trigger",
    "outcome",
    "error_type",
    "items",
    "failed",
    "invocations",
    "errors",
    "duration_ms",
    "billed_ms",
    "memory_mb",
    "peak_memory_mb",
    "cold_start",
    "cold_starts",
    "init_ms",
];

/// Why a figure is not taken.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(
        "`{0}` {1} is no figure; expected a finite number, and of what is counted none below zero"
    )]
    Value(f64, Unit),
    #[error("it was told in {0} before, and now in {1}; a name has one unit")]
    Unit(Unit, Unit),
    #[error(
        "a name begins with a letter and has letters, digits, `_`, `-`, `.` and `/`, at most {LONGEST_NAME} of them"
    )]
    Name,
    #[error("the name is that of a figure which is told anyway, or begins with `faas`")]
    Reserved,
    #[error("`{0}` has the same name in `/metrics`")]
    Same(&'static str),
    #[error(
        "there are {MOST_NAMES} names already; what differs from call to call belongs into a log line"
    )]
    TooMany,
}

/// The figures of one function in what a platform has handed over: what adds up is one, of others there are several.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    pub(crate) values: Vec<f64>,
}

impl Figure {
    /// The most of one name in one line (CloudWatch, "Specification: embedded metric format", target members: 100).
    pub(crate) const MOST_VALUES: usize = 100;

    /// Adds a figure to those of its name.
    pub(crate) fn add(figures: &mut Vec<Self>, name: &'static str, value: f64, unit: Unit) {
        match figures.iter_mut().find(|figure| figure.name == name) {
            None => figures.push(Self {
                name,
                unit,
                values: vec![value],
            }),
            Some(Self { unit, values, .. }) if unit.adds_up() => {
                values.iter_mut().take(1).for_each(|sum| *sum += value);
            }
            Some(Self { values, .. }) if values.len() < Self::MOST_VALUES => values.push(value),
            Some(_) => {}
        }
    }
}
