//! Reads values for generated code, which trusts whatever it is told: every length, count, depth and string is checked here.

use std::marker::PhantomData;

use bytes::{Buf, Bytes};
use pilota::FastStr;
use pilota::thrift::{
    TFieldIdentifier, TInputProtocol, TListIdentifier, TMapIdentifier, TMessageIdentifier,
    TSetIdentifier, TStructIdentifier, TType, ThriftException,
};

use super::format::{Format, array, byte};
use super::limits::{DEPTH, Limits, cost};
use super::malformed::Malformed;
use super::message::method_name;
use super::skip::Skip;

/// Reads one message, or what is behind its head.
#[derive(Debug)]
pub(super) struct Reader<F> {
    bytes: Bytes,
    budget: Budget,
    ids: Ids,
    /// A bool that came with its field's header.
    flag: Option<bool>,
    /// What the elements of the list, set or map were said to be whose first one comes next, and were paid for as: generated
    /// code does not look at it.
    said: Option<(TType, TType)>,
    format: PhantomData<F>,
}

/// What elements may still cost. No byte pays for two of them, so announcements inside of each other do not multiply.
#[derive(Debug)]
struct Budget {
    bytes: usize,
    memory: usize,
    /// What there was of memory at the beginning.
    limit: usize,
}

/// The id of the last field of each struct that is open, since the next may count from it.
#[derive(Debug)]
struct Ids {
    last: i16,
    outer: [i16; DEPTH as usize],
    depth: u8,
}

impl<F: Format> Reader<F> {
    pub(super) fn new(bytes: Bytes, limits: &Limits) -> Self {
        Self {
            budget: Budget {
                bytes: bytes.len(),
                memory: limits.memory,
                limit: limits.memory,
            },
            bytes,
            ids: Ids {
                last: 0,
                outer: [0; DEPTH as usize],
                depth: 0,
            },
            flag: None,
            said: None,
            format: PhantomData,
        }
    }

    #[inline]
    fn read<T>(
        &mut self,
        take: impl FnOnce(&mut &[u8]) -> Result<T, Malformed>,
    ) -> Result<T, ThriftException> {
        let mut rest: &[u8] = &self.bytes;
        let value = take(&mut rest)?;
        let taken = self.bytes.len().saturating_sub(rest.len());
        self.bytes.advance(taken);
        Ok(value)
    }

    /// The length of a string, whose bytes are all there.
    #[inline]
    fn length(&mut self) -> Result<usize, ThriftException> {
        self.is_said(TType::Binary)?;
        let length = self.read(F::length)?;
        if length > self.bytes.len() {
            return Err(Malformed::Truncated.into());
        }
        Ok(length)
    }

    /// Pays for elements of so many bytes on the wire and in memory, before anybody makes room for them.
    #[inline]
    fn announced(
        &mut self,
        count: usize,
        smallest: usize,
        cost: usize,
    ) -> Result<usize, ThriftException> {
        let budget = &mut self.budget;
        let bytes = count.saturating_mul(smallest);
        if bytes > self.bytes.len() || bytes > budget.bytes {
            return Err(Malformed::Count {
                found: count,
                smallest,
            }
            .into());
        }
        let Some(memory) = budget.memory.checked_sub(count.saturating_mul(cost)) else {
            let limit = budget.limit;
            return Err(Malformed::Elements { limit }.into());
        };
        budget.memory = memory;
        budget.bytes = budget.bytes.saturating_sub(bytes);
        Ok(count)
    }

    #[inline]
    fn list(&mut self) -> Result<(TType, usize), ThriftException> {
        self.is_said(TType::List)?;
        let (kind, count) = self.read(F::list)?;
        let count = self.announced(count, F::smallest(kind), cost(kind))?;
        self.said = (count > 0).then_some((kind, kind));
        Ok((kind, count))
    }

    /// Holds the elements that take more than a number to what they were said to be.
    #[inline]
    fn is_said(&self, kind: TType) -> Result<(), ThriftException> {
        let fits = |said: TType| match said {
            TType::Set => kind == TType::List,
            said => kind == said,
        };
        match self.said {
            Some((key, value)) if !fits(key) && !fits(value) => {
                let found = value as u8;
                Err(Malformed::Element { found }.into())
            }
            _ => Ok(()),
        }
    }

    fn skipped(&mut self, kind: TType) -> Result<usize, ThriftException> {
        if kind == TType::Bool && self.flag.take().is_some() {
            return Ok(0);
        }
        let before = self.bytes.len();
        let depth = self.ids.depth;
        self.read(|bytes| Skip::<F>::new(kind, depth).advance(bytes))?;
        Ok(before.saturating_sub(self.bytes.len()))
    }
}

impl Ids {
    #[inline]
    fn enter(&mut self) -> Result<(), ThriftException> {
        match self.outer.get_mut(usize::from(self.depth)) {
            Some(outer) => *outer = self.last,
            None => return Err(Malformed::Depth { limit: DEPTH }.into()),
        }
        self.last = 0;
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    #[inline]
    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        let outer = self.outer.get(usize::from(self.depth));
        self.last = outer.copied().unwrap_or_default();
    }
}

impl<F: Format> TInputProtocol for Reader<F> {
    type Buf = Bytes;

    fn read_message_begin(&mut self) -> Result<TMessageIdentifier, ThriftException> {
        self.read(|bytes| {
            let opening = F::head(bytes)?;
            let name = method_name(opening.name)?;
            Ok(TMessageIdentifier::new(
                name,
                opening.kind,
                opening.sequence,
            ))
        })
    }

    #[inline]
    fn read_message_end(&mut self) -> Result<(), ThriftException> {
        Ok(())
    }

    #[inline]
    fn read_struct_begin(&mut self) -> Result<Option<TStructIdentifier>, ThriftException> {
        self.is_said(TType::Struct)?;
        self.ids.enter()?;
        Ok(None)
    }

    #[inline]
    fn read_struct_end(&mut self) -> Result<(), ThriftException> {
        self.ids.leave();
        Ok(())
    }

    #[inline]
    fn read_field_begin(&mut self) -> Result<TFieldIdentifier, ThriftException> {
        self.said = None;
        let last = self.ids.last;
        let field = self.read(|bytes| F::field(bytes, last))?;
        self.flag = field.flag;
        self.ids.last = field.id;
        Ok(TFieldIdentifier {
            name: None,
            field_type: field.kind,
            id: Some(field.id),
        })
    }

    #[inline]
    fn read_field_end(&mut self) -> Result<(), ThriftException> {
        Ok(())
    }

    #[inline]
    fn read_bool(&mut self) -> Result<bool, ThriftException> {
        match self.flag.take() {
            Some(flag) => Ok(flag),
            None => self.read(F::boolean),
        }
    }

    #[inline]
    fn read_bytes(&mut self) -> Result<Bytes, ThriftException> {
        let length = self.length()?;
        Ok(self.bytes.split_to(length))
    }

    #[inline]
    fn read_uuid(&mut self) -> Result<[u8; 16], ThriftException> {
        self.read(array)
    }

    #[inline]
    fn read_i8(&mut self) -> Result<i8, ThriftException> {
        self.read(byte).map(u8::cast_signed)
    }

    #[inline]
    fn read_i16(&mut self) -> Result<i16, ThriftException> {
        self.read(F::i16)
    }

    #[inline]
    fn read_i32(&mut self) -> Result<i32, ThriftException> {
        self.read(F::i32)
    }

    #[inline]
    fn read_i64(&mut self) -> Result<i64, ThriftException> {
        self.read(F::i64)
    }

    #[inline]
    fn read_double(&mut self) -> Result<f64, ThriftException> {
        self.read(F::double)
    }

    #[inline]
    fn read_string(&mut self) -> Result<String, ThriftException> {
        self.read_faststr().map(|read| read.as_str().to_owned())
    }

    #[inline]
    fn read_faststr(&mut self) -> Result<FastStr, ThriftException> {
        // what `FastStr` copies into itself: nobody has to hold the message for it
        const SHORT: usize = 24;
        let length = self.length()?;
        let read = match self.bytes.get(..length) {
            Some(short) if length <= SHORT => {
                let read = FastStr::new_u8_slice(short);
                self.bytes.advance(length);
                read
            }
            _ => FastStr::from_bytes(self.bytes.split_to(length)),
        };
        read.map_err(|_| Malformed::Utf8.into())
    }

    #[inline]
    fn read_list_begin(&mut self) -> Result<TListIdentifier, ThriftException> {
        let (element_type, size) = self.list()?;
        Ok(TListIdentifier { element_type, size })
    }

    #[inline]
    fn read_list_end(&mut self) -> Result<(), ThriftException> {
        self.said = None;
        Ok(())
    }

    #[inline]
    fn read_set_begin(&mut self) -> Result<TSetIdentifier, ThriftException> {
        let (element_type, size) = self.list()?;
        Ok(TSetIdentifier { element_type, size })
    }

    #[inline]
    fn read_set_end(&mut self) -> Result<(), ThriftException> {
        self.said = None;
        Ok(())
    }

    #[inline]
    fn read_map_begin(&mut self) -> Result<TMapIdentifier, ThriftException> {
        self.is_said(TType::Map)?;
        let (key_type, value_type, count) = self.read(F::map)?;
        let smallest = F::smallest(key_type).saturating_add(F::smallest(value_type));
        let cost = cost(key_type).saturating_add(cost(value_type));
        let size = self.announced(count, smallest, cost)?;
        self.said = (size > 0).then_some((key_type, value_type));
        Ok(TMapIdentifier {
            key_type,
            value_type,
            size,
        })
    }

    #[inline]
    fn read_map_end(&mut self) -> Result<(), ThriftException> {
        self.said = None;
        Ok(())
    }

    fn skip(&mut self, field_type: TType) -> Result<usize, ThriftException> {
        self.skipped(field_type)
    }

    fn skip_till_depth(&mut self, field_type: TType, _depth: i8) -> Result<usize, ThriftException> {
        self.skipped(field_type)
    }

    #[inline]
    fn read_byte(&mut self) -> Result<u8, ThriftException> {
        self.read(byte)
    }

    #[inline]
    fn read_bytes_vec(&mut self) -> Result<Vec<u8>, ThriftException> {
        self.read_bytes().map(Vec::from)
    }

    /// The pointer would say where fields that are kept unread begin; nothing is kept here.
    fn get_bytes(&mut self, _ptr: Option<*const u8>, len: usize) -> Result<Bytes, ThriftException> {
        if len > self.bytes.len() {
            return Err(Malformed::Truncated.into());
        }
        Ok(self.bytes.split_to(len))
    }

    fn buf(&mut self) -> &mut Bytes {
        &mut self.bytes
    }
}
