//! Passes over a value without reading it: fields nobody knows, and arguments whose end is looked for on a stream.

use std::marker::PhantomData;

use pilota::thrift::TType;

use super::format::Format;
use super::limits::DEPTH;
use super::malformed::Malformed;

/// Where in a value the next byte lies. Bytes may come in any pieces, each is looked at once.
#[derive(Debug)]
pub(super) struct Skip<F> {
    /// What is open, the innermost last.
    levels: Vec<Level>,
    structs: u8,
    /// The type of a value that begins here.
    value: Option<TType>,
    /// Bytes that mean nothing to us.
    pass: usize,
    format: PhantomData<F>,
}

#[derive(Debug)]
enum Level {
    Struct,
    List {
        kind: TType,
        left: usize,
    },
    /// What is left counts keys and values.
    Map {
        key: TType,
        value: TType,
        left: usize,
    },
}

impl<F: Format> Skip<F> {
    /// Stands before a value inside of so many structs.
    pub(super) fn new(kind: TType, structs: u8) -> Self {
        Self {
            levels: Vec::new(),
            structs,
            value: Some(kind),
            pass: 0,
            format: PhantomData,
        }
    }

    /// Goes on to the value's end, or through all bytes; they stand where it got to, even if it was not the end.
    ///
    /// # Errors
    ///
    /// Returns `Truncated` if the end is not in these bytes: call it again with what comes behind them.
    pub(super) fn advance(&mut self, bytes: &mut &[u8]) -> Result<(), Malformed> {
        loop {
            self.pass_over(bytes)?;
            if let Some(kind) = self.value {
                let mut rest = *bytes;
                self.open(kind, &mut rest)?;
                *bytes = rest;
            } else if self.levels.is_empty() {
                return Ok(());
            } else {
                self.step(bytes)?;
            }
        }
    }

    /// The bytes that are surely to come, as far as it is known.
    pub(super) fn missing(&self) -> usize {
        self.pass
    }

    fn pass_over(&mut self, bytes: &mut &[u8]) -> Result<(), Malformed> {
        let here = self.pass.min(bytes.len());
        *bytes = bytes.get(here..).unwrap_or_default();
        self.pass = self.pass.saturating_sub(here);
        match self.pass {
            0 => Ok(()),
            _ => Err(Malformed::Truncated),
        }
    }

    /// Takes the beginning of a value; on an error nothing has happened.
    fn open(&mut self, kind: TType, bytes: &mut &[u8]) -> Result<(), Malformed> {
        if let Some(width) = F::width(kind) {
            self.pass = width;
        } else {
            match kind {
                TType::I16 => drop(F::i16(bytes)?),
                TType::I32 => drop(F::i32(bytes)?),
                TType::I64 => drop(F::i64(bytes)?),
                TType::Binary => self.pass = F::length(bytes)?,
                TType::Struct => {
                    if self.structs >= DEPTH {
                        return Err(Malformed::Depth { limit: DEPTH });
                    }
                    self.structs = self.structs.saturating_add(1);
                    self.push(Level::Struct)?;
                }
                TType::List | TType::Set => {
                    let (kind, left) = F::list(bytes)?;
                    self.push(Level::List { kind, left })?;
                }
                TType::Map => {
                    let (key, value, pairs) = F::map(bytes)?;
                    let left = pairs.saturating_mul(2);
                    self.push(Level::Map { key, value, left })?;
                }
                TType::Stop
                | TType::Void
                | TType::Bool
                | TType::I8
                | TType::Double
                | TType::Uuid => {}
            }
        }
        self.value = None;
        Ok(())
    }

    fn push(&mut self, level: Level) -> Result<(), Malformed> {
        // lists in lists cost nothing but this memory
        const LEVELS: u8 = u8::MAX;
        if self.levels.len() >= LEVELS.into() {
            return Err(Malformed::Depth { limit: LEVELS });
        }
        self.levels.push(level);
        Ok(())
    }

    /// Goes to the next value of the innermost level, or out of it.
    fn step(&mut self, bytes: &mut &[u8]) -> Result<(), Malformed> {
        let Some(level) = self.levels.last_mut() else {
            return Ok(());
        };
        match level {
            Level::Struct => {
                // ids do not matter, so they count from any
                let field = F::field(bytes, 0)?;
                if field.kind == TType::Stop {
                    self.structs = self.structs.saturating_sub(1);
                    self.levels.pop();
                } else if field.flag.is_none() {
                    self.value = Some(field.kind);
                }
            }
            Level::List { left: 0, .. } | Level::Map { left: 0, .. } => {
                self.levels.pop();
            }
            Level::List { kind, left } => {
                if let Some(all) = F::width(*kind).and_then(|width| width.checked_mul(*left)) {
                    (self.pass, *left) = (all, 0);
                } else {
                    self.value = Some(*kind);
                    *left = left.saturating_sub(1);
                }
            }
            Level::Map { key, value, left } => {
                self.value = Some(if left.is_multiple_of(2) { *key } else { *value });
                *left = left.saturating_sub(1);
            }
        }
        Ok(())
    }
}
