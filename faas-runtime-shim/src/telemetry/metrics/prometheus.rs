//! Metrics as Prometheus reads them: its text format, nothing of its client libraries.
//!
//! Pure: counters in, text out; who serves the text is the management port's business. Every outcome is written from the
//! start, also at zero, since `rate()` misses the first step of a series that appears with it. Start at [`render`].

use std::fmt::{self, Write as _};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::{BOUNDS, FunctionMetrics, OutcomeKind, SETTLEMENTS, UNTRANSLATED};

/// The instance's own state beside its functions: one value under one name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gauge<'a> {
    pub(crate) name: &'a str,
    pub(crate) help: &'a str,
    pub(crate) value: f64,
}

/// Returns the labels of a function's series.
pub(super) fn labels<'a>(name: &'a str, trigger: &'a str) -> impl fmt::Display + use<'a> {
    Labels { name, trigger }
}

/// Appends all metrics in
/// [Prometheus' text format 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
/// The functions (name, trigger, counters) are gone through once per family, since the format wants families in one piece.
pub(crate) fn render<'a>(
    functions: impl Iterator<Item = (&'a str, &'a str, &'a FunctionMetrics)> + Clone,
    gauges: impl IntoIterator<Item = Gauge<'a>>,
    out: &mut String,
) {
    let functions = || {
        functions
            .clone()
            .map(|(name, trigger, metrics)| (Labels { name, trigger }, metrics))
    };

    family(
        out,
        "faas_invocations_total",
        "counter",
        "Invocations by outcome.",
    );
    for (labels, metrics) in functions() {
        for ((_, outcome), count) in OutcomeKind::ALL.iter().zip(&metrics.finished) {
            let count = count.load(Relaxed);
            line(
                out,
                format_args!("faas_invocations_total{{{labels},outcome=\"{outcome}\"}} {count}"),
            );
        }
    }

    family(
        out,
        "faas_invocation_duration_seconds",
        "histogram",
        "Time from an invocation's start to its end.",
    );
    for (labels, metrics) in functions() {
        let mut total = 0;
        for (bound, count) in BOUNDS.iter().zip(&metrics.durations.buckets) {
            total += count.load(Relaxed);
            let le = bound.label;
            line(
                out,
                format_args!(
                    "faas_invocation_duration_seconds_bucket{{{labels},le=\"{le}\"}} {total}"
                ),
            );
        }
        total += metrics.durations.beyond.load(Relaxed);
        let sum = Duration::from_nanos(metrics.durations.nanoseconds.load(Relaxed)).as_secs_f64();
        line(
            out,
            format_args!("faas_invocation_duration_seconds_bucket{{{labels},le=\"+Inf\"}} {total}"),
        );
        line(
            out,
            format_args!("faas_invocation_duration_seconds_sum{{{labels}}} {sum}"),
        );
        line(
            out,
            format_args!("faas_invocation_duration_seconds_count{{{labels}}} {total}"),
        );
    }

    family(
        out,
        "faas_in_flight",
        "gauge",
        "Invocations that run at this moment.",
    );
    for (labels, metrics) in functions() {
        line(
            out,
            format_args!("faas_in_flight{{{labels}}} {}", metrics.in_flight()),
        );
    }

    family(
        out,
        "faas_cold_starts_total",
        "counter",
        "Invocations that were their instance's first.",
    );
    for (labels, metrics) in functions() {
        let count = metrics.cold_starts.load(Relaxed);
        line(
            out,
            format_args!("faas_cold_starts_total{{{labels}}} {count}"),
        );
    }

    let mut delivering = functions()
        .filter(|(labels, _)| labels.is_delivered())
        .peekable();
    if delivering.peek().is_some() {
        family(
            out,
            "faas_deliveries_total",
            "counter",
            "Deliveries by what became of them.",
        );
    }
    for (labels, metrics) in delivering {
        for (settlement, count) in SETTLEMENTS.iter().zip(&metrics.settled) {
            let count = count.load(Relaxed);
            line(
                out,
                format_args!(
                    "faas_deliveries_total{{{labels},settlement=\"{settlement}\"}} {count}"
                ),
            );
        }
    }

    let mut translated = functions()
        .filter(|(labels, _)| labels.trigger == "grpc")
        .peekable();
    if translated.peek().is_some() {
        family(
            out,
            "faas_untranslated_total",
            "counter",
            "Calls by gRPC-Web and Connect whose request or answer could not be translated.",
        );
    }
    for (labels, metrics) in translated {
        for (side, count) in UNTRANSLATED.iter().zip(&metrics.untranslated) {
            let count = count.load(Relaxed);
            line(
                out,
                format_args!("faas_untranslated_total{{{labels},side=\"{side}\"}} {count}"),
            );
        }
    }

    for Gauge { name, help, value } in gauges {
        family(out, name, "gauge", help);
        line(out, format_args!("{name} {}", Number(value)));
    }
}

fn family(out: &mut String, name: &str, kind: &str, help: &str) {
    let help = Escaped {
        text: help,
        quoted: false,
    };
    line(
        out,
        format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"),
    );
}

fn line(out: &mut String, text: fmt::Arguments<'_>) {
    // A `String` takes everything: its `Write` never fails.
    let _ = writeln!(out, "{text}");
}

struct Labels<'a> {
    name: &'a str,
    trigger: &'a str,
}

impl Labels<'_> {
    /// Whether what the function gets is settled one by one.
    fn is_delivered(&self) -> bool {
        matches!(
            self.trigger,
            "queue" | "task" | "timer" | "object" | "binlog" | "event"
        )
    }
}

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Escaped {
            text: self.name,
            quoted: true,
        };
        let trigger = Escaped {
            text: self.trigger,
            quoted: true,
        };
        write!(f, "function=\"{name}\",trigger=\"{trigger}\"")
    }
}

struct Escaped<'a> {
    text: &'a str,
    quoted: bool,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.chars().try_for_each(|c| match c {
            '\\' => f.write_str("\\\\"),
            '\n' => f.write_str("\\n"),
            '"' if self.quoted => f.write_str("\\\""),
            _ => f.write_char(c),
        })
    }
}

// The format's own spelling of what Rust writes as `inf`.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            f64::INFINITY => f.write_str("+Inf"),
            f64::NEG_INFINITY => f.write_str("-Inf"),
            value => write!(f, "{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;

    /// Reads the text as a scraper does and holds the format's rules; gives the samples by their name and labels.
    #[track_caller]
    fn samples(text: &str) -> BTreeMap<String, f64> {
        assert!(text.ends_with('\n'));
        let (mut family, mut families, mut samples) = ("", HashSet::new(), BTreeMap::new());
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                family = help.split_once(' ').unwrap().0;
                assert!(families.insert(family), "family {family} comes twice");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert_eq!(name, family);
                assert!(["counter", "gauge", "histogram"].contains(&kind));
            } else {
                let (name, value) = line.rsplit_once(' ').unwrap();
                assert!(name.starts_with(family), "{line} is outside of {family}");
                let value = value.replace("Inf", "inf").parse().unwrap();
                assert_eq!(
                    samples.insert(name.to_owned(), value),
                    None,
                    "{name} comes twice"
                );
            }
        }
        samples
    }

    fn rendered(functions: &[(&str, &str, &FunctionMetrics)], gauges: &[Gauge<'_>]) -> String {
        let mut out = String::new();
        render(functions.iter().copied(), gauges.iter().copied(), &mut out);
        out
    }

    #[test]
    fn every_outcome_lands_under_its_own_label() {
        let metrics = FunctionMetrics::default();
        for (times, (kind, _)) in (1..).zip(OutcomeKind::ALL) {
            (0..times).for_each(|_| metrics.refused(kind));
        }
        let samples = samples(&rendered(&[("sum", "invoke", &metrics)], &[]));
        for (times, (_, outcome)) in (1_u32..).zip(OutcomeKind::ALL) {
            let name = format!(
                r#"faas_invocations_total{{function="sum",trigger="invoke",outcome="{outcome}"}}"#
            );
            assert_eq!(samples[&name], f64::from(times), "{outcome}");
        }
    }

    #[test]
    fn durations_fall_into_the_bucket_that_holds_them() {
        let metrics = FunctionMetrics::default();
        for (duration, first_bucket) in [
            (Duration::ZERO, "0.0005"),
            (Duration::from_micros(500), "0.0005"),
            (Duration::from_nanos(500_001), "0.001"),
            (Duration::from_millis(7), "0.01"),
            (Duration::from_secs(10), "10"),
            (Duration::from_secs(11), "+Inf"),
        ] {
            let before = samples(&rendered(&[("f", "http", &metrics)], &[]));
            metrics.started();
            metrics.finished(OutcomeKind::Success, duration);
            let after = samples(&rendered(&[("f", "http", &metrics)], &[]));
            let bounds = BOUNDS.iter().map(|bound| bound.label).chain(["+Inf"]);
            let risen = bounds.clone().find(|le| {
                let name =
                    format!(r#"faas_invocation_duration_seconds_bucket{{function="f",trigger="http",le="{le}"}}"#);
                after[&name] > before[&name]
            });
            assert_eq!(risen, Some(first_bucket), "{duration:?}");
        }
        let samples = samples(&rendered(&[("f", "http", &metrics)], &[]));
        let labels = r#"{function="f",trigger="http"}"#;
        assert_eq!(
            samples[&format!("faas_invocation_duration_seconds_count{labels}")],
            6.0
        );
        assert_eq!(
            samples[&format!("faas_invocation_duration_seconds_sum{labels}")],
            21.008_000_001
        );
    }

    #[test]
    fn bounds_rise_and_read_as_their_label() {
        assert!(BOUNDS.is_sorted_by(|a, b| a.nanoseconds < b.nanoseconds));
        for bound in &BOUNDS {
            assert_eq!(
                Duration::from_nanos(bound.nanoseconds)
                    .as_secs_f64()
                    .to_string(),
                bound.label
            );
        }
    }

    #[test]
    fn a_duration_beyond_counting_is_held() {
        let metrics = FunctionMetrics::default();
        metrics.started();
        metrics.finished(OutcomeKind::Deadline, Duration::MAX);
        let samples = samples(&rendered(&[("f", "task", &metrics)], &[]));
        assert_eq!(
            samples[r#"faas_invocation_duration_seconds_count{function="f",trigger="task"}"#],
            1.0
        );
    }

    #[test]
    fn in_flight_falls_when_an_invocation_ends() {
        let metrics = FunctionMetrics::default();
        metrics.started();
        metrics.started();
        metrics.cold_started();
        assert_eq!(metrics.in_flight(), 2);
        metrics.finished(OutcomeKind::Cancelled, Duration::ZERO);
        let samples = samples(&rendered(&[("f", "http", &metrics)], &[]));
        assert_eq!(
            samples[r#"faas_in_flight{function="f",trigger="http"}"#],
            1.0
        );
        assert_eq!(
            samples[r#"faas_cold_starts_total{function="f",trigger="http"}"#],
            1.0
        );
    }

    #[test]
    fn families_stay_in_one_piece_and_labels_cannot_break_out() {
        let (one, two) = (FunctionMetrics::default(), FunctionMetrics::default());
        let gauge = Gauge {
            name: "faas_ready",
            help: "Back\\slash\nand line.",
            value: f64::INFINITY,
        };
        let text = rendered(
            &[("a", "http", &one), ("b\"\\\n} 1", "timer", &two)],
            &[gauge],
        );
        let samples = samples(&text);
        assert_eq!(
            samples[r#"faas_in_flight{function="b\"\\\n} 1",trigger="timer"}"#],
            0.0
        );
        assert_eq!(samples["faas_ready"], f64::INFINITY);
        assert!(text.contains("# HELP faas_ready Back\\\\slash\\nand line.\n# TYPE faas_ready gauge\nfaas_ready +Inf\n"));
    }

    #[test]
    fn without_functions_the_families_are_named_all_the_same() {
        let text = rendered(&[], &[]);
        assert_eq!(samples(&text).len(), 0);
        assert_eq!(text.lines().count(), 8);
    }
}
