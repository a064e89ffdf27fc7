//! The figures of each day, and a report of them the next morning: a timer that hands the work over to a task.
//!
//! Sales and reports are keys that every instance sees. What a figure is, and what a report looks like, is in [`figures`],
//! which knows nothing of how it is called.

mod figures;

use std::process::ExitCode;
use std::time::Duration;

use faas::{Context, Error, GlobalKv, Json, Path, TaskId, TaskState, Tasks, Tick, Unit};
use http::StatusCode;
use jiff::civil::Date;
use serde::Serialize;

use crate::figures::{Figures, Sale};

/// How long reports are kept.
const KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

// ANCHOR: sell
/// Adds a sale to the figures of its day. Tills sell at the same time, so the figures are read and written again until nobody
/// was quicker.
#[faas::http(POST, "/sales/{day}")]
async fn sell(
    kv: GlobalKv,
    Path(day): Path<Date>,
    Json(sale): Json<Sale>,
) -> Result<Json<Figures>, Error> {
    let add = |figures: Option<Figures>| figures.unwrap_or_default().with(&sale);
    Ok(Json(kv.update(format!("sales/{day}"), add).await?))
}
// ANCHOR_END: sell

// ANCHOR: daily
/// Hands over the report of the day before. A morning that the machine has slept through is made up for once; however often
/// it is asked for, a day has one report.
#[faas::timer("0 6 * * *", timezone = "Europe/Lisbon", missed = once)]
async fn daily(kv: GlobalKv, tick: Tick) -> Result<(), Error> {
    let day = figures::day_before(tick.due)?;
    let task = faas::submit(render, day)
        .idempotency_key(day.to_string())
        .await?;
    kv.put(format!("tasks/{day}"), &task).ttl(KEPT).await?;
    Ok(())
}
// ANCHOR_END: daily

// ANCHOR: render
/// Writes the report of a day, and says how far it is.
#[faas::task(retry(max = 3))]
async fn render(Json(day): Json<Date>, kv: GlobalKv, cx: Context) -> Result<(), Error> {
    let figures: Figures = kv.get(&format!("sales/{day}")).await?.unwrap_or_default();
    let mut report = format!("Sales of {day}\n");
    for (number, (item, sold)) in figures.items.iter().enumerate() {
        cx.progress(format!("{number} of {} items", figures.items.len()));
        report.push_str(&figures::line(item, *sold));
    }
    report.push_str(&figures::line("total", figures.total()));
    kv.put(format!("reports/{day}"), &report).ttl(KEPT).await?;
    cx.progress("written");
    // ANCHOR: metric
    cx.metric("reports", 1, Unit::Count);
    cx.metric("report.size", report.len(), Unit::Bytes);
    // ANCHOR_END: metric
    Ok(())
}
// ANCHOR_END: render

// ANCHOR: report
/// Shows the report of a day.
#[faas::http(GET, "/reports/{day}")]
async fn report(kv: GlobalKv, Path(day): Path<Date>) -> Result<String, Error> {
    let report = kv.get(&format!("reports/{day}")).await?;
    report.ok_or_else(|| missing(day))
}
// ANCHOR_END: report

/// Where a report stands.
#[derive(Serialize)]
struct Standing {
    state: TaskState,
    attempts: u32,
    progress: Option<Box<str>>,
}

// ANCHOR: status
/// Shows where the report of a day stands.
#[faas::http(GET, "/reports/{day}/status")]
async fn status(
    kv: GlobalKv,
    tasks: Tasks,
    Path(day): Path<Date>,
) -> Result<Json<Standing>, Error> {
    let task: Option<TaskId> = kv.get(&format!("tasks/{day}")).await?;
    let status = match task {
        Some(task) => tasks.status(&task).await?,
        None => None,
    };
    let status = status.ok_or_else(|| missing(day))?;
    Ok(Json(Standing {
        state: status.state,
        attempts: status.attempts,
        progress: status.progress,
    }))
}
// ANCHOR_END: status

fn missing(day: Date) -> Error {
    Error::status(
        StatusCode::NOT_FOUND,
        format!("there is no report of {day}"),
    )
}

fn main() -> ExitCode {
    faas::run()
}

#[cfg(test)]
mod tests;
