//! Protocol Buffers.

use bytes::Bytes;
use faas_runtime_shim::invocation::Payload;

use super::{FromPayload, ToPayload, typed};
use crate::Error;

/// A message of Protocol Buffers, by `prost`: `Message<Proto<Order>>`, `Event<Proto<Order>>`.
///
/// # Examples
///
/// ```
/// use faas::{Message, Proto};
///
/// #[derive(Clone, PartialEq, prost::Message)]
/// struct Order {
///     #[prost(uint64, tag = "1")]
///     id: u64,
/// }
///
/// #[faas::queue("orders")]
/// async fn on_order(Message(Proto(order)): Message<Proto<Order>>) {
///     println!("{}", order.id);
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Proto<T>(pub T);

impl<T: prost::Message + Default> FromPayload for Proto<T> {
    fn from_payload(payload: Payload) -> Result<Self, Error> {
        T::decode(payload.body).map(Self).map_err(Error::reject)
    }
}

impl<T: prost::Message> ToPayload for Proto<T> {
    fn to_payload(&self) -> Result<Payload, Error> {
        let body = Bytes::from(self.0.encode_to_vec());
        Ok(typed(body, "application/protobuf"))
    }
}

#[cfg(test)]
mod tests {
    //! What is written reads back, and other bytes are refused.

    use super::*;

    #[derive(Clone, PartialEq, prost::Message)]
    struct Order {
        #[prost(uint64, tag = "1")]
        id: u64,
    }

    #[test]
    fn what_is_written_reads_back() {
        for id in [0, 7, u64::MAX] {
            let order = Proto(Order { id });
            let payload = order.to_payload().unwrap();
            assert_eq!(payload.media_type.as_deref(), Some("application/protobuf"));
            assert_eq!(Proto::from_payload(payload).unwrap(), order);
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let payload = Payload::json(&b"{}"[..]);
        assert!(Proto::<Order>::from_payload(payload).is_err());
    }
}
