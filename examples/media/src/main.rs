//! Waveforms of recordings: for each WAV file that is written into a bucket, a picture is written beside it.

mod store;
mod wav;
mod waveform;

use std::path::PathBuf;
use std::process::ExitCode;

use faas::{Config, Error, Event, ObjectEvent, State};
use serde::{Deserialize, Serialize};

use crate::store::Store;
use crate::wav::Recording;
use crate::waveform::Waveform;

/// The section `[media]`.
#[faas::config("media")]
#[serde(default)]
struct Media {
    /// The folder that is the bucket here.
    folder: PathBuf,
    /// Into how many parts a recording is drawn.
    bars: u16,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            folder: "recordings".into(),
            bars: 400,
        }
    }
}

// ANCHOR: store
/// The bucket. One of a cloud would be another `Store` with the same methods.
#[faas::resource]
fn store(Config(media): Config<Media>) -> Store {
    Store::at(&media.folder)
}
// ANCHOR_END: store

// ANCHOR: draw
/// Draws a recording that was written. No `async`: reading files blocks, so it runs on the pool for that.
///
/// Drawing one twice, as any event may come twice, replaces a picture by its like.
#[faas::object("recordings", on = created, suffix = ".wav", timeout = "5m", concurrency = 2)]
fn draw(
    object: ObjectEvent,
    State(store): State<Store>,
    Config(media): Config<Media>,
) -> Result<(), Error> {
    paint(&object.key, &store, &media)?;
    Ok(())
}

/// Reads a recording once, from front to back, and writes its picture beside it. Returns the picture's key.
fn paint(key: &str, store: &Store, media: &Media) -> Result<String, Error> {
    let recording = Recording::open(store.open(key)?)?;
    let waveform = Waveform::of(recording, media.bars)?;
    let picture = picture_of(key);
    store.replace(&picture, |svg| waveform.draw(svg))?;
    Ok(picture)
}
// ANCHOR_END: draw

// ANCHOR: forget
/// Removes the picture of a recording that is gone.
#[faas::object("recordings", on = removed, suffix = ".wav")]
fn forget(object: ObjectEvent, State(store): State<Store>) -> Result<(), Error> {
    // events may overtake each other: the store knows whether there is a new recording of that name
    if store.holds(&object.key)? {
        return Ok(());
    }
    store.remove(&picture_of(&object.key))
}
// ANCHOR_END: forget

// ANCHOR: event
#[derive(Deserialize, Serialize)]
struct Wanted {
    recording: String,
}

#[derive(Deserialize, Serialize)]
struct Drawn {
    picture: String,
}

/// Draws a recording that somebody asks for, and says where the picture is.
#[faas::event("com.example.waveform.wanted", timeout = "5m")]
fn draw_wanted(
    event: Event<Wanted>,
    State(store): State<Store>,
    Config(media): Config<Media>,
) -> Result<Event<Drawn>, Error> {
    let picture = paint(&event.data.recording, &store, &media)?;
    Ok(Event::new("com.example.waveform.drawn", Drawn { picture }))
}
// ANCHOR_END: event

/// Does not end with `.wav`, so that a picture never brings an event of its own.
fn picture_of(key: &str) -> String {
    format!("{key}.svg")
}

fn main() -> ExitCode {
    faas::run()
}

#[cfg(test)]
mod tests;
