//! The figures of queues and timers, in Prometheus' text form.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::application::Application;
use crate::services::{QueueState, TimerState};

/// Writes the figures of what waits and what is planned; nothing where somebody else keeps it.
pub(super) async fn figures(application: &Application) -> String {
    let operations = application.operations();
    let mut text = String::new();
    if let Ok(queues) = operations.queues().await {
        of_queues(&queues, &mut text);
    }
    if let Ok(timers) = operations.timers().await {
        of_timers(&timers, &mut text);
    }
    text
}

fn of_queues(queues: &[QueueState], text: &mut String) {
    if queues.is_empty() {
        return;
    }
    family(
        text,
        "faas_queue_messages",
        "Messages of a queue of this machine, by where they stand.",
    );
    for state in queues {
        let queue = label(&state.queue);
        let stages = [
            ("ready", state.ready),
            ("delayed", state.delayed),
            ("leased", state.leased),
            ("dead", state.dead),
        ];
        for (stage, count) in stages {
            // writing into a text does not fail
            let _ = writeln!(
                text,
                "faas_queue_messages{{queue=\"{queue}\",state=\"{stage}\"}} {count}"
            );
        }
    }
    family(
        text,
        "faas_queue_lag_seconds",
        "How long the first ready message of a queue has waited.",
    );
    for state in queues {
        let queue = label(&state.queue);
        let lag = state.lag.unwrap_or_default().as_secs_f64();
        // writing into a text does not fail
        let _ = writeln!(text, "faas_queue_lag_seconds{{queue=\"{queue}\"}} {lag}");
    }
}

fn of_timers(timers: &[TimerState], text: &mut String) {
    if timers.is_empty() {
        return;
    }
    let families = [
        (
            "faas_timer_last_run_timestamp_seconds",
            "The due time of a timer's last run.",
            (|state| state.last) as fn(&TimerState) -> Option<SystemTime>,
        ),
        (
            "faas_timer_next_run_timestamp_seconds",
            "The next due time of a timer.",
            |state| state.next.first().copied(),
        ),
    ];
    for (name, help, of) in families {
        family(text, name, help);
        for state in timers {
            let since = of(state).and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            if let Some(since) = since {
                let seconds = since.as_secs_f64();
                // writing into a text does not fail
                let function = label(state.function);
                let _ = writeln!(text, "{name}{{function=\"{function}\"}} {seconds}");
            }
        }
    }
}

fn family(text: &mut String, name: &str, help: &str) {
    // writing into a text does not fail
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n");
}

/// Escapes a label's value (Prometheus' exposition formats, "Text-based format").
fn label(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
