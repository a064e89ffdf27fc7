//! What handlers of events have seen: the proof that values came to them decoded. Whoever asks for the list takes it.

use std::sync::{Mutex, PoisonError};

use faas::{Json, State};
use serde_json::Value;

/// Notes of this instance, in the order in which handlers began.
#[derive(Default)]
pub(crate) struct Seen(Mutex<Vec<Value>>);

impl Seen {
    pub(crate) fn note(&self, note: Value) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(note);
    }

    fn take(&self) -> Vec<Value> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[faas::resource]
fn notes() -> Seen {
    Seen::default()
}

#[faas::http(DELETE, "/seen")]
async fn seen(State(seen): State<Seen>) -> Json<Vec<Value>> {
    Json(seen.take())
}
