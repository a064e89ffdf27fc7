//! Messages as rows.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type, ValueRef};

use super::super::model::{Content, FailedAttempt, Millis, Note, Stored, Token};
use super::batch::{Batch, optional};
use crate::invocation::Attributes;
use crate::trace::TraceContext;

/// Selects what [`Place::read`] reads.
macro_rules! select_place {
    ($rest:literal) => {
        concat!(
            "SELECT id, queue, lane, priority, due, attempt, fence, place, lease, claimed
             FROM message ",
            $rest
        )
    };
}
pub(super) use select_place;

/// Selects the place that a dead letter had.
macro_rules! select_dead {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT id, queue, lane, priority, due, attempt, fence, NULL, NULL, NULL",
            $columns,
            " FROM dead ",
            $rest
        )
    };
}
pub(super) use select_dead;

/// Where a message stands: all but its content.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) id: i64,
    pub(super) queue: i64,
    pub(super) lane: Option<Bytes>,
    pub(super) priority: i16,
    pub(super) due: Millis,
    pub(super) attempt: u32,
    pub(super) fence: i64,
    pub(super) place: Option<i64>,
    /// Until when it is leased, if it is.
    pub(super) lease: Option<Millis>,
    /// When it was last claimed, if it ever was.
    pub(super) claimed: Option<Millis>,
}

impl Place {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            queue: row.get(1)?,
            lane: bytes(row, 2)?,
            priority: row.get(3)?,
            due: row.get(4)?,
            attempt: row.get(5)?,
            fence: row.get(6)?,
            place: row.get(7)?,
            lease: row.get(8)?,
            claimed: row.get(9)?,
        })
    }

    pub(super) fn token(&self) -> Token {
        Token {
            id: self.id,
            fence: self.fence,
        }
    }

    /// Whether something may have been written down about an attempt before the present one.
    pub(super) fn has_history(&self) -> bool {
        self.fence > 1
    }
}

impl Batch<'_> {
    /// Puts the content to a message.
    pub(super) fn stored(&self, place: Place, queue: &Arc<str>) -> rusqlite::Result<Stored> {
        let (sent, content) = self
            .statement(
                "SELECT sent, body, media_type, attributes, idempotency_key, trace
                 FROM content WHERE id = ?1",
            )?
            .query_row([place.id], |row| Ok((row.get(0)?, content(row)?)))?;
        Ok(Stored {
            id: place.id,
            queue: Arc::clone(queue),
            key: place.lane,
            priority: place.priority,
            sent,
            due: place.due,
            attempt: place.attempt,
            content,
        })
    }

    pub(super) fn write_content(&self, id: i64, content: &Content) -> rusqlite::Result<()> {
        let trace = content.trace.as_ref().map(write_trace);
        self.run(
            "INSERT INTO content (id, sent, body, media_type, attributes, idempotency_key, trace)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                id,
                self.now,
                content.body.as_deref(),
                content.media_type.as_deref(),
                write_attributes(&content.attributes),
                content.idempotency_key.as_deref(),
                trace,
            ),
        )?;
        Ok(())
    }

    /// Writes down a failed attempt; a long history loses its beginning.
    pub(super) fn write_failure(&self, id: i64, attempt: u32, note: &Note) -> rusqlite::Result<()> {
        self.run(
            "INSERT INTO failure (message, number, at, attempt, kind, note)
             VALUES (?1, 1 + coalesce((SELECT max(number) FROM failure WHERE message = ?1), 0), ?2, ?3, ?4, ?5)",
            (id, self.now, attempt, &note.kind, &note.message),
        )?;
        self.run(
            "DELETE FROM failure WHERE message = ?1
             AND number <= (SELECT max(number) FROM failure WHERE message = ?1) - ?2",
            (id, super::super::model::MAX_HISTORY),
        )?;
        Ok(())
    }

    pub(super) fn history(&self, id: i64) -> rusqlite::Result<Vec<FailedAttempt>> {
        self.statement(
            "SELECT at, attempt, kind, note FROM failure WHERE message = ?1 ORDER BY number",
        )?
        .query_map([id], |row| failed_attempt(row, 0))?
        .collect()
    }

    /// Returns the end of a history.
    pub(super) fn last_failure(&self, id: i64) -> rusqlite::Result<Option<FailedAttempt>> {
        optional(
            self.statement(
                "SELECT at, attempt, kind, note FROM failure WHERE message = ?1
                 ORDER BY number DESC LIMIT 1",
            )?
            .query_row([id], |row| failed_attempt(row, 0)),
        )
    }

    /// Returns the place of a message that may be gone.
    pub(super) fn place(&self, id: i64) -> rusqlite::Result<Option<Place>> {
        optional(
            self.statement(select_place!("WHERE id = ?1"))?
                .query_row([id], Place::read),
        )
    }
}

/// Reads a failed attempt, the columns of which begin at `at`.
pub(super) fn failed_attempt(row: &Row<'_>, at: usize) -> rusqlite::Result<FailedAttempt> {
    Ok(FailedAttempt {
        at: row.get(at)?,
        attempt: row.get(at + 1)?,
        note: Note {
            kind: Cow::Owned(row.get(at + 2)?),
            message: row.get(at + 3)?,
        },
    })
}

fn content(row: &Row<'_>) -> rusqlite::Result<Content> {
    Ok(Content {
        body: bytes(row, 1)?,
        media_type: media_type(row, 2)?,
        attributes: read_attributes(row, 3)?,
        idempotency_key: row.get(4)?,
        trace: row
            .get::<_, Option<String>>(5)?
            .as_deref()
            .and_then(read_trace),
    })
}

pub(super) fn media_type(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<Cow<'static, str>>> {
    let media_type: Option<String> = row.get(column)?;
    Ok(media_type.map(|known| match known.as_str() {
        JSON => Cow::Borrowed(JSON),
        _ => Cow::Owned(known),
    }))
}

const JSON: &str = "application/json";

pub(super) fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Bytes>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        value => Ok(Some(Bytes::copy_from_slice(value.as_blob()?))),
    }
}

/// Each name and each value with its length before it, in four bytes.
fn write_attributes(attributes: &Attributes) -> Option<Vec<u8>> {
    if attributes.is_empty() {
        return None;
    }
    let mut text = Vec::new();
    for (name, value) in attributes.iter() {
        for part in [name.as_bytes(), value] {
            let length = u32::try_from(part.len()).expect("a message is far smaller than 4 GiB");
            text.extend_from_slice(&length.to_le_bytes());
            text.extend_from_slice(part);
        }
    }
    Some(text)
}

fn read_attributes(row: &Row<'_>, column: usize) -> rusqlite::Result<Attributes> {
    let mut attributes = Attributes::default();
    let Some(mut rest) = row.get_ref(column)?.as_blob_or_null()? else {
        return Ok(attributes);
    };
    let broken = || {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            Type::Blob,
            Box::new(FromSqlError::InvalidType),
        )
    };
    while !rest.is_empty() {
        let name = part(&mut rest)
            .and_then(|name| std::str::from_utf8(name).ok())
            .ok_or_else(broken)?;
        let value = part(&mut rest).ok_or_else(broken)?;
        attributes.push(name, Bytes::copy_from_slice(value));
    }
    Ok(attributes)
}

fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, behind) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (part, behind) = behind.split_at_checked(length)?;
    *rest = behind;
    Some(part)
}

/// `traceparent`, and in a second line `tracestate` if there is one.
fn write_trace(trace: &TraceContext) -> String {
    match trace.tracestate() {
        Some(state) => format!("{}\n{state}", trace.traceparent()),
        None => trace.traceparent().to_string(),
    }
}

fn read_trace(text: &str) -> Option<TraceContext> {
    let (parent, state) = text.split_once('\n').unwrap_or((text, ""));
    let trace = TraceContext::parse_traceparent(parent.as_bytes())?;
    Some(if state.is_empty() {
        trace
    } else {
        trace.with_tracestate(state)
    })
}
