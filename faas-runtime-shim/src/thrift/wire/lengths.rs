//! The half of pilota's traits that counts bytes before they are written. Generated code asks for it to make buffers of the
//! right size and to keep unknown fields; our buffers grow, and we keep none.

use pilota::FastStr;
use pilota::thrift::{
    TLengthProtocol, TListIdentifier, TMapIdentifier, TMessageIdentifier, TSetIdentifier,
    TStructIdentifier, TType,
};

use super::format::Format;
use super::reader::Reader;
use super::writer::Writer;

/// Every length is 0.
macro_rules! nothing {
    ($($method:ident($($argument:ty),*))*) => {
        $(#[inline] fn $method(&mut self $(, _: $argument)*) -> usize { 0 })*
    };
}

macro_rules! lengths {
    () => {
        nothing! {
            message_begin_len(&TMessageIdentifier)
            message_end_len()
            struct_begin_len(&TStructIdentifier)
            struct_end_len()
            field_begin_len(TType, Option<i16>)
            field_end_len()
            field_stop_len()
            bool_len(bool)
            bytes_len(&[u8])
            bytes_vec_len(&[u8])
            byte_len(u8)
            uuid_len([u8; 16])
            i8_len(i8)
            i16_len(i16)
            i32_len(i32)
            i64_len(i64)
            double_len(f64)
            string_len(&str)
            faststr_len(&FastStr)
            list_begin_len(TListIdentifier)
            list_end_len()
            set_begin_len(TSetIdentifier)
            set_end_len()
            map_begin_len(TMapIdentifier)
            map_end_len()
        }
    };
}

impl<F: Format> TLengthProtocol for Reader<F> {
    lengths!();
}

impl<F: Format> TLengthProtocol for Writer<'_, F> {
    lengths!();
}
