//! Tells about each invocation once its answer is posted: how long it took, what it took, what came of it.
//!
//! Classic instances have the platform's own REPORT, so they tell only if they are asked to; managed ones have none. While
//! nobody asks, all of it is one empty place in the facts. Start at [`Recorder::read`].

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Deserialize;

use super::mode::Mode;
use super::settings::LambdaSection;
use crate::clock::{Clock, Moment};
use crate::config::Configuration;
use crate::env::Env;
use crate::invocation::Facts;
use crate::platform::aws_lambda::encode;
use crate::startup::{StartError, StartErrors};
use crate::telemetry::figures::Figures;
use crate::telemetry::logs::{Stream, write_line};

/// `[metrics]`.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct MetricsSection {
    /// Whether that line is a document of CloudWatch's embedded metric format.
    emf: bool,
    /// Under which name CloudWatch keeps the metrics.
    namespace: Box<str>,
}

impl Default for MetricsSection {
    fn default() -> Self {
        Self {
            emf: false,
            namespace: "faas".into(),
        }
    }
}

/// Tells about the invocations of an instance.
#[derive(Debug)]
pub(super) struct Recorder {
    namespace: Option<Box<str>>,
    memory_mb: Option<u64>,
    /// Whether the start is billed with the first invocation.
    on_demand: bool,
    /// Whether the process comes out of a snapshot, whose start was long ago.
    is_restored: bool,
    /// From the start of the process to the first poll; told with the first invocation.
    init: OnceLock<Duration>,
    has_told_init: AtomicBool,
}

impl Recorder {
    /// Reads whether anything is told; about managed instances the platform tells nothing itself.
    ///
    /// # Errors
    ///
    /// Returns what is wrong in the sections.
    pub(super) fn read(
        configuration: &Configuration,
        env: &Env,
        mode: Mode,
    ) -> Result<Option<Self>, StartErrors> {
        let mut errors = Vec::new();
        let lambda: LambdaSection = configuration.section("lambda").unwrap_or_else(|error| {
            errors.push(StartError::configuration(error.to_string()));
            LambdaSection::default()
        });
        let metrics: MetricsSection = configuration.section("metrics").unwrap_or_else(|error| {
            errors.push(StartError::configuration(error.to_string()));
            MetricsSection::default()
        });
        if !is_namespace(&metrics.namespace) {
            errors.push(StartError::configuration(format!(
                "`metrics.namespace` is `{}`, expected 1 to 255 letters, digits and signs of `.-_/#: `, with no `:` at the \
                 beginning and not below `AWS/`",
                metrics.namespace
            )));
        }
        let memory = env.get_filled("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
        let initialization = env.get_filled("AWS_LAMBDA_INITIALIZATION_TYPE");
        let recorder =
            (lambda.report.unwrap_or(mode != Mode::Classic) || metrics.emf).then(|| Self {
                namespace: metrics.emf.then_some(metrics.namespace),
                memory_mb: memory.and_then(|memory| memory.parse().ok()),
                // Lambda pricing, "Duration": the init phase of on-demand functions is billed
                on_demand: initialization.is_none_or(|kind| kind == "on-demand"),
                is_restored: initialization == Some("snap-start"),
                init: OnceLock::new(),
                has_told_init: AtomicBool::new(false),
            });
        StartErrors::check(errors, recorder)
    }

    /// Takes the time now as the end of the start: the first poll follows.
    pub(super) fn polls(&self, clock: &dyn Clock) {
        if !self.is_restored {
            // only the first time is that of the start
            let _ = self.init.set(clock.now().since_origin());
        }
    }

    /// Begins with an event that has just come in: what its invocations come to is gathered from now on.
    pub(super) fn begin<'a>(&'a self, facts: &mut Facts, clock: &'a dyn Clock) -> Begun<'a> {
        let figures = Arc::new(Figures::default());
        facts.figures = Some(Arc::clone(&figures));
        let details = facts.details.as_ref();
        Begun {
            figures,
            request: facts.id.as_str().into(),
            tenant: details.and_then(|details| details.tenant.clone()),
            since: clock.now(),
            recorder: self,
            clock,
        }
    }
}

/// An event that is being served.
#[derive(Debug)]
pub(super) struct Begun<'a> {
    figures: Arc<Figures>,
    request: Box<str>,
    tenant: Option<Box<str>>,
    since: Moment,
    recorder: &'a Recorder,
    clock: &'a dyn Clock,
}

impl Begun<'_> {
    /// Tells about the event, whose answer is through; it may have been an error of this type.
    pub(super) fn end(self, error: Option<&str>) {
        let Self {
            figures,
            request,
            tenant,
            since,
            recorder,
            clock,
        } = self;
        let duration = clock.now().since(since);
        let is_first = !recorder.has_told_init.swap(true, Relaxed);
        let init = recorder.init.get().copied().filter(|_| is_first);
        let billed = match init {
            Some(init) if recorder.on_demand => duration + init,
            _ => duration,
        };
        let record = encode::Record {
            time: clock.wall(),
            request: &request,
            tenant: tenant.as_deref(),
            duration,
            billed,
            memory_mb: recorder.memory_mb,
            peak_memory_mb: peak_memory(Path::new("/proc/self/status")),
            init,
            error,
            namespace: recorder.namespace.as_deref(),
        };
        let mut out = Vec::with_capacity(1024);
        encode::record(&record, &figures.take(), &mut out);
        for line in String::from_utf8_lossy(&out).split_inclusive('\n') {
            write_line(Stream::Stdout, line);
        }
    }
}

/// CloudWatch API Reference, `PutMetricData`, `Namespace`: names below `AWS/` are the services' own.
fn is_namespace(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#: ".contains(&byte);
    (1..=255).contains(&text.len())
        && text.bytes().all(is_sign)
        && !text.trim().is_empty()
        && !text.starts_with([':', ' '])
        && !text.starts_with("AWS/")
}

/// The most memory that the process has ever held, in whole MiB as the platform's own report has it; `None` where the
/// system does not tell.
fn peak_memory(status: &Path) -> Option<u64> {
    let status = std::fs::read_to_string(status).ok()?;
    // proc_pid_status(5): `VmHWM:	    9320 kB`
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    //! Who tells, and what is read for it.

    use std::io::Write as _;
    use std::num::NonZeroU16;

    use super::*;

    fn read(toml: &str, env: &[(&'static str, &'static str)], managed: bool) -> Option<Recorder> {
        let slots = NonZeroU16::MIN;
        let mode = if managed {
            Mode::Managed { slots }
        } else {
            Mode::Classic
        };
        let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
        let env = Env::from_pairs(env.iter().copied());
        Recorder::read(&configuration, &env, mode).unwrap()
    }

    #[test]
    fn only_managed_instances_tell_unasked() {
        assert!(read("", &[], false).is_none());
        assert!(read("", &[], true).is_some());
        assert!(read("[lambda]\nreport = true", &[], false).is_some());
        assert!(read("[lambda]\nreport = false", &[], true).is_none());
        assert!(read("[metrics]\nnamespace = \"shop\"", &[], false).is_none());
        let metrics = read("[metrics]\nemf = true", &[], false).unwrap();
        assert_eq!(metrics.namespace.as_deref(), Some("faas"));
        // the line is the document, so it is there
        let both = "[lambda]\nreport = false\n[metrics]\nemf = true\nnamespace = \"shop/eu\"";
        let metrics = read(both, &[], true).unwrap();
        assert_eq!(metrics.namespace.as_deref(), Some("shop/eu"));
        assert_eq!(read("", &[], true).unwrap().namespace, None);
    }

    #[test]
    fn what_the_platform_tells_may_be_missing() {
        let told = [
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency"),
        ];
        let recorder = read("", &told, true).unwrap();
        assert_eq!((recorder.memory_mb, recorder.on_demand), (Some(256), false));
        let recorder = read("", &[("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "lots")], true).unwrap();
        assert_eq!((recorder.memory_mb, recorder.on_demand), (None, true));
    }

    #[test]
    fn all_mistakes_come_at_once() {
        let toml = "[lambda]\nreport = \"often\"\nreports = true\nkafka_partial = 1\n[metrics]\nemf = 1\nnamespace = \":a\"";
        let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
        let errors = Recorder::read(&configuration, &Env::default(), Mode::Classic).unwrap_err();
        let text = errors.to_string();
        for part in [
            "`lambda.report`",
            "`lambda.reports`",
            "`lambda.kafka_partial`",
            "`metrics.emf`",
        ] {
            assert!(text.contains(part), "{text}");
        }
        let toml = "[metrics]\nnamespace = \":a\"";
        let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
        let errors = Recorder::read(&configuration, &Env::default(), Mode::Classic).unwrap_err();
        assert!(
            errors
                .to_string()
                .contains("`metrics.namespace` is `:a`, expected")
        );
    }

    #[test]
    fn namespaces_are_those_of_cloudwatch() {
        for good in ["faas", "shop/eu-1", "My App", "a_b.c#d:e"] {
            assert!(is_namespace(good), "{good}");
        }
        for bad in ["", " ", ":a", "AWS/Lambda", "é", "a\"b"] {
            assert!(!is_namespace(bad), "{bad}");
        }
        assert!(is_namespace(&"a".repeat(255)) && !is_namespace(&"a".repeat(256)));
    }

    #[test]
    fn peak_memory_is_in_whole_mebibytes() {
        let check = |text: &str, expected: Option<u64>| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            assert_eq!(peak_memory(file.path()), expected, "{text}");
        };
        check(
            "Name:\tfaas\nVmHWM:\t    9320 kB\nVmRSS:\t 1 kB\n",
            Some(10),
        );
        check("VmHWM:\t1024 kB\n", Some(1));
        check("VmHWM:\tmuch\n", None);
        check("", None);
        assert_eq!(peak_memory(Path::new("/nowhere/status")), None);
    }
}
