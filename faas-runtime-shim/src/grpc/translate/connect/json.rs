//! Protobuf's JSON mapping, by descriptors.

use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, Kind, MapKey, MessageDescriptor,
    ReflectMessage as _, SerializeOptions, Value,
};
use serde_json::value::RawValue;

/// Why a message could not be brought into the other form.
#[derive(Debug, thiserror::Error)]
pub(super) enum JsonError {
    #[error("not JSON of `{message}`: {source}")]
    Json {
        message: String,
        source: serde_json::Error,
    },
    #[error("not an encoded `{message}`: {source}")]
    Proto {
        message: String,
        source: prost::DecodeError,
    },
    #[error("`google.protobuf.Any` is nested more than {MOST_ANY} deep")]
    Deep,
}

/// Reads JSON; fields that the message does not have are left out.
///
/// # Errors
///
/// Fails on whatever is not exactly one JSON value of that message.
pub(super) fn read(message: &MessageDescriptor, json: &[u8]) -> Result<DynamicMessage, JsonError> {
    let failed = |source| JsonError::Json {
        message: message.full_name().to_owned(),
        source,
    };
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read =
        DynamicMessage::deserialize_with_options(message.clone(), &mut deserializer, &options);
    let read = read.map_err(failed)?;
    deserializer.end().map_err(failed)?;
    Ok(read)
}

/// Writes JSON without fields that have their default values.
///
/// # Errors
///
/// Fails on bytes that are not that message's, and on what has no JSON: a timestamp out of its range, an `Any` of an
/// unknown type.
pub(super) fn write(message: &MessageDescriptor, proto: &[u8]) -> Result<Vec<u8>, JsonError> {
    let name = || message.full_name().to_owned();
    let decoded =
        DynamicMessage::decode(message.clone(), proto).map_err(|source| JsonError::Proto {
            message: name(),
            source,
        })?;
    if !is_shallow(&decoded, MOST_ANY) {
        return Err(JsonError::Deep);
    }
    let mut json = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut json);
    let options = SerializeOptions::new();
    decoded
        .serialize_with_options(&mut serializer, &options)
        .map_err(|source| JsonError::Json {
            message: name(),
            source,
        })?;
    Ok(json)
}

/// Writes the JSON of a message whose type is known by name only; none if it is not known.
pub(super) fn shown(pool: &DescriptorPool, name: &str, proto: &[u8]) -> Option<Box<RawValue>> {
    let message = pool.get_message_by_name(name)?;
    let json = write(&message, proto).ok()?;
    RawValue::from_string(String::from_utf8(json).ok()?).ok()
}

/// How deep a message may lie in others by way of `Any`. Each is a message of its own for the decoder, whose own limit
/// begins anew, so without this one its writer runs out of stack.
const MOST_ANY: usize = 16;

fn is_shallow(message: &DynamicMessage, left: usize) -> bool {
    let kind = message.descriptor();
    if kind.full_name() == "google.protobuf.Any" {
        let Some(left) = left.checked_sub(1) else {
            return false;
        };
        return packed(message).is_none_or(|packed| is_shallow(&packed, left));
    }
    message.fields().all(|(field, value)| match field.kind() {
        Kind::Message(_) => is_value_shallow(value, left),
        _ => true,
    })
}

fn is_value_shallow(value: &Value, left: usize) -> bool {
    match value {
        Value::Message(message) => is_shallow(message, left),
        Value::List(values) => values.iter().all(|value| is_value_shallow(value, left)),
        Value::Map(values) => values
            .iter()
            .all(|(_, value): (&MapKey, &Value)| is_value_shallow(value, left)),
        _ => true,
    }
}

/// The message in an `Any`, if its type is known and it can be read.
fn packed(any: &DynamicMessage) -> Option<DynamicMessage> {
    let url = any.get_field_by_name("type_url")?;
    let (_, name) = url.as_str()?.rsplit_once('/')?;
    let message = any.descriptor().parent_pool().get_message_by_name(name)?;
    let value = any.get_field_by_name("value")?;
    DynamicMessage::decode(message, value.as_bytes()?.clone()).ok()
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_types::{Any, Timestamp};

    use super::*;

    fn known(name: &str) -> MessageDescriptor {
        DescriptorPool::global().get_message_by_name(name).unwrap()
    }

    /// A message in as many envelopes.
    fn packed(depth: usize) -> Vec<u8> {
        let mut any = Any {
            type_url: "t/google.protobuf.Empty".to_owned(),
            value: Vec::new(),
        };
        for _ in 1..depth {
            any = Any {
                type_url: "t/google.protobuf.Any".to_owned(),
                value: any.encode_to_vec(),
            };
        }
        any.encode_to_vec()
    }

    /// Each level is little to send and much of a stack to write.
    #[test]
    fn any_is_written_only_so_deep() {
        let any = known("google.protobuf.Any");
        let json = write(&any, &packed(2)).unwrap();
        assert_eq!(json, br#"{"@type":"t/google.protobuf.Any","value":{"@type":"t/google.protobuf.Empty","value":{}}}"#);
        assert!(write(&any, &packed(MOST_ANY)).is_ok());
        for depth in [MOST_ANY + 1, 3_000] {
            assert!(matches!(write(&any, &packed(depth)), Err(JsonError::Deep)));
        }
        assert!(
            shown(
                &DescriptorPool::global(),
                "google.protobuf.Any",
                &packed(3_000)
            )
            .is_none()
        );
    }

    #[test]
    fn any_is_found_wherever_it_lies() {
        let value = known("google.protobuf.Type");
        // Type.options[0].value, and the same in Type.fields[0].options[0].value
        let deep = packed(MOST_ANY + 1);
        let wrap = |tag: u8, inner: Vec<u8>| {
            let mut outer = vec![tag];
            prost::encoding::encode_varint(u64::try_from(inner.len()).unwrap(), &mut outer);
            outer.extend(inner);
            outer
        };
        for bytes in [
            wrap(0x22, wrap(0x12, deep.clone())),
            wrap(0x12, wrap(0x4a, wrap(0x12, deep))),
        ] {
            assert!(matches!(write(&value, &bytes), Err(JsonError::Deep)));
        }
    }

    #[test]
    fn nesting_is_refused_both_ways() {
        let value = known("google.protobuf.Value");
        for depth in [50, 100, 127, 128, 10_000] {
            let json = [vec![b'['; depth], vec![b']'; depth]].concat();
            if let Ok(read) = read(&value, &json) {
                assert_eq!(write(&value, &read.encode_to_vec()).unwrap(), json);
            }
            assert!(depth < 100 || read(&value, &json).is_err());
        }
    }

    #[test]
    fn what_has_no_json_is_an_error() {
        let timestamp = Timestamp {
            seconds: i64::MAX,
            nanos: -1,
        }
        .encode_to_vec();
        assert!(write(&known("google.protobuf.Timestamp"), &timestamp).is_err());
        let unknown = Any {
            type_url: "t/no.Such".to_owned(),
            value: Vec::new(),
        }
        .encode_to_vec();
        assert!(write(&known("google.protobuf.Any"), &unknown).is_err());
        assert!(write(&known("google.protobuf.Empty"), &[0xff]).is_err());
    }
}
