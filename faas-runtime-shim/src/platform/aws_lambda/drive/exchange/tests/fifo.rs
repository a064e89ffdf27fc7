//! Laws of partial answers: only what was given is told, and nothing is done behind a failure of its group.

use std::collections::{HashMap, HashSet};

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Application, Input, Verdict, application, exchanged, failures, given, queue};

#[derive(Clone, Debug)]
struct Sent {
    id: String,
    group: u8,
    body: &'static str,
    is_broken: bool,
}

fn sent() -> impl Strategy<Value = Sent> {
    let body = prop_oneof![4 => Just("a"), 1 => Just("retry"), 1 => Just("reject")];
    ("[a-e]", 0..3_u8, body, prop::bool::weighted(0.05)).prop_map(|(id, group, body, is_broken)| {
        Sent {
            id,
            group,
            body,
            is_broken,
        }
    })
}

/// Ids may repeat: a queue delivers at least once.
fn event(queue: &str, batch: &[Sent]) -> Value {
    let record = |sent: &Sent| {
        json!({
            "messageId": sent.id, "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:eu-west-1:1:{queue}"),
            "body": if sent.is_broken { json!(0) } else { json!(sent.body) },
            "attributes": {"MessageGroupId": sent.group.to_string()},
        })
    };
    json!({"Records": batch.iter().map(record).collect::<Vec<_>>()})
}

/// The ids that are told, each once; an error tells them all.
fn told(application: &Application, queue: &str, batch: &[Sent]) -> Vec<String> {
    let (verdict, answer) = exchanged(application, event(queue, batch).to_string());
    if let Verdict::Response = verdict {
        return failures(&answer);
    }
    let message = answer["errorMessage"].as_str().unwrap();
    let (count, first) = (batch.len(), &batch[0].id);
    let note = format!("of {count} records {count} failed, the first is `{first}`");
    assert!(message.ends_with(&note), "{message}");
    once(batch.iter())
}

fn once<'s>(batch: impl Iterator<Item = &'s Sent>) -> Vec<String> {
    let mut seen = HashSet::new();
    let ids = batch.map(|sent| sent.id.clone());
    ids.filter(|id| seen.insert(id.clone())).collect()
}

fn handled() -> Vec<(u8, String)> {
    let of = |input| match input {
        Input::Delivery(delivery) => {
            let group = std::str::from_utf8(delivery.key.as_ref().unwrap()).unwrap();
            (group.parse().unwrap(), delivery.id.into_string())
        }
        other => panic!("no delivery: {other:?}"),
    };
    given().into_iter().map(of).collect()
}

proptest! {
    #[test]
    fn of_a_standard_queue_the_failed_and_no_others_are_told(batch in vec(sent(), 1..12)) {
        let application = application(&[queue("orders")]);
        let told = told(&application, "orders", &batch);
        let failed = batch.iter().filter(|sent| sent.is_broken || sent.body != "a");
        prop_assert_eq!(told, once(failed));
        let readable = batch.iter().filter(|sent| !sent.is_broken);
        prop_assert_eq!(handled().len(), readable.count());
    }

    #[test]
    fn of_a_fifo_queue_nothing_is_done_behind_a_failure_of_its_group(batch in vec(sent(), 1..12)) {
        let application = application(&[queue("orders")]);
        let told = told(&application, "orders.fifo", &batch);
        let is_told = |id: &String| told.contains(id);
        prop_assert!(told.iter().all(|id| batch.iter().any(|sent| sent.id == *id)));

        let mut failed: HashMap<u8, bool> = HashMap::new();
        let mut expected = Vec::new();
        let mut is_held = false;
        for sent in &batch {
            let failed = failed.entry(sent.group).or_default();
            is_held |= sent.is_broken;
            if is_held || *failed {
                prop_assert!(is_told(&sent.id), "{sent:?} is taken for done");
                continue;
            }
            expected.push((sent.group, sent.id.clone()));
            *failed = sent.body != "a";
            prop_assert!(!*failed || is_told(&sent.id), "{sent:?} is taken for done");
        }
        // groups are handled one after the other, each in its order
        let mut handled = handled();
        handled.sort_by_key(|(group, _)| *group);
        expected.sort_by_key(|(group, _)| *group);
        prop_assert_eq!(handled, expected);
    }
}
