//! Straight into the application, in the way of the host's own sources: pulled from a broker, settled there.

use bytes::Bytes;
use faas::testing::TestApp;
use faas_runtime_shim::cloudevents::CloudEvent;
use faas_runtime_shim::invocation::{
    Address, Arrival, ChangeEvent, ChangeKind, Delivery, Facts, Input, Item, ObjectEvent, Payload,
    RawJson, Tick,
};
use faas_runtime_shim::settle::{Form, Settlement};

use super::super::events::{Brings, Fate};

pub(super) async fn bring(app: &TestApp, brings: Brings) -> Vec<&'static str> {
    let application = app.application();
    let settled = application.deliver(Facts::default(), arrivals(brings), Form::Pulled);
    let words = settled.await.into_iter().map(|it| match it.settlement {
        Settlement::Acknowledge => "acknowledged",
        Settlement::Redeliver { .. } => "redelivered",
        Settlement::DeadLetter => "a dead letter",
        Settlement::Return => "returned",
        other => panic!("nobody who pulls can do this: {other:?}"),
    });
    words.collect()
}

pub(super) fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Done => "acknowledged",
        Fate::Again => "redelivered",
        Fate::Never => "a dead letter",
        Fate::Untried | Fate::Nobody => "returned",
    }
}

fn arrivals(brings: Brings) -> Vec<Arrival> {
    let one = |address, input| {
        vec![Arrival {
            address,
            item: Item::new(input),
        }]
    };
    match brings {
        Brings::Messages(queue, messages) => {
            let arrival = |(index, message): (usize, &super::Message)| {
                let delivery = Delivery {
                    id: format!("m-{index}").into(),
                    queue: queue.name.into(),
                    key: (!message.key.is_empty())
                        .then(|| Bytes::from_static(message.key.as_bytes())),
                    body: Some(Bytes::from_static(message.body.as_bytes())),
                    attempt: Some(1),
                    ..Delivery::default()
                };
                let lane = queue.is_ordered.then(|| message.key.into());
                let item = Item {
                    lane,
                    ..Item::from(delivery)
                };
                Arrival {
                    address: Address::Queue(Some(queue.name.into())),
                    item,
                }
            };
            messages.iter().enumerate().map(arrival).collect()
        }
        Brings::Tick(timer) => one(
            Address::Timer(Some(timer.into())),
            Input::Tick(Box::new(Tick {
                timer: timer.into(),
                due: std::time::UNIX_EPOCH,
                schedule: None,
                timezone: None,
                missed: 0,
                payload: Payload::default(),
            })),
        ),
        Brings::Object(bucket, key, kind) => one(
            Address::Object(bucket.into()),
            Input::Object(Box::new(ObjectEvent {
                bucket: bucket.into(),
                key: key.to_owned(),
                kind,
                size: None,
                version: None,
                etag: None,
                time: None,
                sequencer: None,
                path: None,
            })),
        ),
        Brings::Row(table, key, val) => one(
            Address::Binlog(table.into()),
            Input::Change(Box::new(ChangeEvent {
                table: table.into(),
                kind: ChangeKind::Insert,
                key: None,
                before: None,
                after: Some(RawJson::parse(super::row(key, val).to_string()).unwrap()),
                position: None,
                time: None,
            })),
        ),
        Brings::Event(kind, data) => one(
            Address::Event,
            Input::Event(Box::new(CloudEvent {
                id: "e-1".to_owned(),
                source: "/scenarios".to_owned(),
                kind: kind.to_owned(),
                data_content_type: Some("application/json".to_owned()),
                data: Some(Bytes::from_static(data.as_bytes())),
                ..CloudEvent::default()
            })),
        ),
    }
}
