//! Writes values for generated code. Only what has no form on the wire is refused.

use std::marker::PhantomData;

use bytes::{BufMut, Bytes, BytesMut};
use pilota::FastStr;
use pilota::thrift::{
    TListIdentifier, TMapIdentifier, TMessageIdentifier, TOutputProtocol, TSetIdentifier,
    TStructIdentifier, TType, ThriftException,
};

use super::format::{Format, Opening};
use super::limits::DEPTH;
use super::malformed::Unsendable;

/// Appends one message, or what is behind its head.
#[derive(Debug)]
pub(super) struct Writer<'o, F> {
    out: &'o mut BytesMut,
    last: i16,
    outer: [i16; DEPTH as usize],
    depth: u8,
    /// The field that a bool to come is.
    flag: Option<i16>,
    format: PhantomData<F>,
}

impl<'o, F: Format> Writer<'o, F> {
    pub(super) fn new(out: &'o mut BytesMut) -> Self {
        Self {
            out,
            last: 0,
            outer: [0; DEPTH as usize],
            depth: 0,
            flag: None,
            format: PhantomData,
        }
    }

    #[inline]
    fn put_binary(&mut self, bytes: &[u8]) -> Result<(), ThriftException> {
        F::put_length(self.out, bytes.len())?;
        self.out.put_slice(bytes);
        Ok(())
    }
}

impl<F: Format> TOutputProtocol for Writer<'_, F> {
    type BufMut = BytesMut;

    fn write_message_begin(
        &mut self,
        identifier: &TMessageIdentifier,
    ) -> Result<(), ThriftException> {
        let opening = Opening {
            name: identifier.name.as_bytes(),
            kind: identifier.message_type,
            sequence: identifier.sequence_number,
            old: false,
        };
        Ok(F::put_head(self.out, &opening)?)
    }

    #[inline]
    fn write_message_end(&mut self) -> Result<(), ThriftException> {
        Ok(())
    }

    /// Deeper than what we read is nothing that a peer could read.
    #[inline]
    fn write_struct_begin(&mut self, _: &TStructIdentifier) -> Result<(), ThriftException> {
        match self.outer.get_mut(usize::from(self.depth)) {
            Some(outer) => *outer = self.last,
            None => return Err(Unsendable::Depth { limit: DEPTH }.into()),
        }
        self.last = 0;
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    #[inline]
    fn write_struct_end(&mut self) -> Result<(), ThriftException> {
        self.depth = self.depth.saturating_sub(1);
        let outer = self.outer.get(usize::from(self.depth));
        self.last = outer.copied().unwrap_or_default();
        Ok(())
    }

    #[inline]
    fn write_field_begin(&mut self, field_type: TType, id: i16) -> Result<(), ThriftException> {
        if F::BOOLS_IN_HEADERS && field_type == TType::Bool {
            self.flag = Some(id);
            return Ok(());
        }
        F::put_field(self.out, field_type, id, self.last)?;
        self.last = id;
        Ok(())
    }

    #[inline]
    fn write_field_end(&mut self) -> Result<(), ThriftException> {
        Ok(())
    }

    #[inline]
    fn write_field_stop(&mut self) -> Result<(), ThriftException> {
        self.out.put_u8(TType::Stop as u8);
        Ok(())
    }

    #[inline]
    fn write_bool(&mut self, b: bool) -> Result<(), ThriftException> {
        match self.flag.take() {
            Some(id) => {
                F::put_bool_field(self.out, b, id, self.last);
                self.last = id;
            }
            None => F::put_bool(self.out, b),
        }
        Ok(())
    }

    #[inline]
    fn write_bytes(&mut self, b: Bytes) -> Result<(), ThriftException> {
        self.put_binary(&b)
    }

    #[inline]
    fn write_bytes_without_len(&mut self, b: Bytes) -> Result<(), ThriftException> {
        self.out.put_slice(&b);
        Ok(())
    }

    #[inline]
    fn write_uuid(&mut self, u: [u8; 16]) -> Result<(), ThriftException> {
        self.out.put_slice(&u);
        Ok(())
    }

    #[inline]
    fn write_bytes_vec(&mut self, b: &[u8]) -> Result<(), ThriftException> {
        self.put_binary(b)
    }

    #[inline]
    fn write_byte(&mut self, b: u8) -> Result<(), ThriftException> {
        self.out.put_u8(b);
        Ok(())
    }

    #[inline]
    fn write_i8(&mut self, i: i8) -> Result<(), ThriftException> {
        self.out.put_i8(i);
        Ok(())
    }

    #[inline]
    fn write_i16(&mut self, i: i16) -> Result<(), ThriftException> {
        F::put_i16(self.out, i);
        Ok(())
    }

    #[inline]
    fn write_i32(&mut self, i: i32) -> Result<(), ThriftException> {
        F::put_i32(self.out, i);
        Ok(())
    }

    #[inline]
    fn write_i64(&mut self, i: i64) -> Result<(), ThriftException> {
        F::put_i64(self.out, i);
        Ok(())
    }

    #[inline]
    fn write_double(&mut self, d: f64) -> Result<(), ThriftException> {
        F::put_double(self.out, d);
        Ok(())
    }

    #[inline]
    fn write_string(&mut self, s: &str) -> Result<(), ThriftException> {
        self.put_binary(s.as_bytes())
    }

    #[inline]
    fn write_faststr(&mut self, s: FastStr) -> Result<(), ThriftException> {
        self.put_binary(s.as_bytes())
    }

    #[inline]
    fn write_list_begin(&mut self, identifier: TListIdentifier) -> Result<(), ThriftException> {
        Ok(F::put_list(
            self.out,
            identifier.element_type,
            identifier.size,
        )?)
    }

    #[inline]
    fn write_list_end(&mut self) -> Result<(), ThriftException> {
        Ok(())
    }

    #[inline]
    fn write_set_begin(&mut self, identifier: TSetIdentifier) -> Result<(), ThriftException> {
        Ok(F::put_list(
            self.out,
            identifier.element_type,
            identifier.size,
        )?)
    }

    #[inline]
    fn write_set_end(&mut self) -> Result<(), ThriftException> {
        Ok(())
    }

    #[inline]
    fn write_map_begin(&mut self, identifier: TMapIdentifier) -> Result<(), ThriftException> {
        let (key, value) = (identifier.key_type, identifier.value_type);
        Ok(F::put_map(self.out, key, value, identifier.size)?)
    }

    #[inline]
    fn write_map_end(&mut self) -> Result<(), ThriftException> {
        Ok(())
    }

    #[inline]
    fn flush(&mut self) -> Result<(), ThriftException> {
        Ok(())
    }

    fn buf_mut(&mut self) -> &mut BytesMut {
        self.out
    }
}
