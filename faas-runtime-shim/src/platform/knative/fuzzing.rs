//! The law of the sources that Knative has, over any message of HTTP: for the fuzzer.

use std::time::UNIX_EPOCH;

use super::decode::{self, Native};
use crate::cloudevents;
use crate::fuzzing::message;
use crate::invocation::{Address, Input};

/// What a source brings is the same each time it is read, an object has a bucket and a key, and a caller has an id; a request
/// that was written down is read or refused in words.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn fuzz_knative(bytes: &[u8]) {
    let (headers, body) = message(bytes);
    assert!(!decode::id(&headers).as_str().is_empty());
    let _client = decode::address(&headers);
    if let Err(error) = decode::document(&body) {
        assert!(!error.to_string().is_empty());
    }
    let Ok(Some(mode)) = cloudevents::decode::mode(&headers) else {
        return;
    };
    let events = cloudevents::decode::decode(mode, &headers, body);
    for event in events.unwrap_or_default() {
        let read = || decode::event(&event, UNIX_EPOCH);
        assert_eq!(format!("{:?}", read()), format!("{:?}", read()));
        let arrivals = match read() {
            Native::Event => continue,
            Native::Named(arrivals) => arrivals,
            Native::Nameless(arrival) => vec![arrival],
        };
        assert!(!arrivals.is_empty(), "nothing is brought by {event:?}");
        for arrival in arrivals {
            if let Input::Object(object) = &arrival.item.input {
                assert!(!object.bucket.is_empty() && !object.key.is_empty());
                assert_eq!(arrival.address, Address::Object(object.bucket.clone()));
            }
        }
    }
}
