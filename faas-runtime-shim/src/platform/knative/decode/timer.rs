//! Timers: PingSource, which says its name, and the integration source, which does not.

use std::time::SystemTime;

use super::last_segment;
use crate::cloudevents::CloudEvent;
use crate::invocation::{Address, Arrival, Input, Item, Payload, Tick};

/// `/apis/v1/namespaces/<namespace>/pingsources/<name>`
pub(super) fn ping(event: &CloudEvent, now: SystemTime) -> Arrival {
    arrival(event, last_segment(&event.source), now)
}

pub(super) fn nameless(event: &CloudEvent, now: SystemTime) -> Arrival {
    arrival(event, None, now)
}

fn arrival(event: &CloudEvent, name: Option<&str>, now: SystemTime) -> Arrival {
    let tick = Tick {
        timer: name.unwrap_or_default().into(),
        due: event.happened_at().unwrap_or(now),
        schedule: None,
        timezone: None,
        missed: 0,
        payload: Payload {
            body: event.data.clone().unwrap_or_default(),
            media_type: event.data_content_type.clone().map(Into::into),
        },
    };
    Arrival {
        address: Address::Timer(name.map(Into::into)),
        item: Item::new(Input::Tick(Box::new(tick))),
    }
}
