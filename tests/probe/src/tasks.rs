//! Tasks: jobs that end as they are told.

use faas::{Context, Error, Json, State};
use serde_json::json;

use super::seen::Seen;
use super::work::Work;

#[faas::task]
pub(crate) async fn resize(
    Json(work): Json<Work>,
    cx: Context,
    State(seen): State<Seen>,
) -> Result<Json<u64>, Error> {
    seen.note(json!({ "function": cx.function(), "trigger": cx.trigger(), "id": work.id }));
    work.task.perform().await?;
    Ok(Json(work.id))
}
