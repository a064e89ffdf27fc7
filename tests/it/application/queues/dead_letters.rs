//! Dead letters of deliveries that a platform has pushed: written here, since it keeps none for us.

use faas::Delivery;
use faas::testing::{Published, Settlement, TestApp, delivery};
use faas_runtime_shim::invocation::{Address, Arrival, Facts, Item};
use faas_runtime_shim::settle::Form;

use super::super::app;
use super::{pushed, settlements};

mod functions {
    use faas::{Batch, Error, Message};

    #[faas::queue("jobs", dead_letter = "jobs-dead")]
    pub(super) async fn on_job(Message(job): Message<String>) -> Result<(), Error> {
        match &*job {
            "retry" => Err(Error::retry("not now")),
            "reject" => Err(Error::reject("not at all")),
            _ => Ok(()),
        }
    }

    #[faas::queue("bulk", dead_letter = "bulk-dead")]
    async fn bulk(batch: Batch<String>) {
        for item in batch.iter().filter(|item| item.value == "reject") {
            item.fail(Error::reject("not at all"));
        }
    }
}

const DONE: Settlement = Settlement::Acknowledge;
const DEAD: Settlement = Settlement::DeadLetter;
const FAIL: Settlement = Settlement::Fail;

async fn started() -> TestApp {
    app(module_path!(), "functions").start().await
}

fn jobs(jobs: &[&str]) -> Vec<Delivery> {
    jobs.iter().map(delivery).collect()
}

/// The queues and bodies of what was published.
fn letters(app: &TestApp) -> Vec<(String, String)> {
    let letter = |published: &Published| {
        let queue = published.queue().unwrap().to_owned();
        (queue, published.json())
    };
    app.published().iter().map(letter).collect()
}

#[tokio::test]
async fn each_form_of_push_has_its_own_dead_letters() {
    let app = started().await;
    let sent = ["fine", "retry", "reject"];
    let rejected = || ("jobs-dead".to_owned(), "reject".to_owned());
    for form in [Form::PartialBatches, Form::WholeBatches] {
        let settled = pushed(&app, "jobs", jobs(&sent), form).await;
        assert_eq!(settlements(&settled), [DONE, FAIL, DEAD], "{form:?}");
        assert_eq!(letters(&app), [rejected()], "{form:?}");
    }
    // nobody brings it again
    let settled = pushed(&app, "jobs", jobs(&sent), Form::Acknowledged).await;
    assert_eq!(settlements(&settled), [DONE, DEAD, DEAD]);
    let retried = ("jobs-dead".to_owned(), "retry".to_owned());
    assert_eq!(letters(&app), [retried, rejected()]);
}

#[tokio::test]
async fn a_letter_is_the_delivery_and_why_it_is_there() {
    let app = started().await;
    let mut sent = Delivery {
        id: "17".into(),
        queue: "jobs-prod".into(),
        key: Some("eu".into()),
        attempt: Some(2),
        idempotency_key: Some("order-7".into()),
        ..delivery("reject")
    };
    sent.attributes.push("tenant", "acme");
    pushed(&app, "jobs", vec![sent], Form::PartialBatches).await;
    let [Published::Message(letter)] = &app.published()[..] else {
        panic!("one message is published");
    };
    assert_eq!(letter.queue, "jobs-dead");
    assert_eq!(&letter.payload.body[..], br#""reject""#);
    assert_eq!(
        letter.payload.media_type.as_deref(),
        Some("application/json")
    );
    assert_eq!(letter.key.as_deref(), Some("eu"));
    assert_eq!(letter.idempotency_key.as_deref(), Some("order-7"));
    let expected = [
        ("tenant", "acme"),
        ("faasreason", "not at all"),
        ("faasfunction", "on_job"),
        ("faasqueue", "jobs-prod"),
        ("faasid", "17"),
        ("faasattempt", "2"),
    ];
    let attributes: Vec<_> = letter.attributes.iter().collect();
    assert_eq!(attributes.len(), expected.len());
    for (name, value) in expected {
        assert_eq!(letter.attributes.get(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_a_letter_too() {
    let app = started().await;
    let settled = pushed(&app, "jobs", vec![delivery(&17)], Form::WholeBatches).await;
    assert_eq!(settlements(&settled), [DEAD]);
    assert_eq!(app.published()[0].bytes(), b"17");
}

#[tokio::test]
async fn rejected_items_of_a_batch_are_letters() {
    let app = started().await;
    let sent = jobs(&["fine", "reject", "fine", "reject"]);
    let settled = pushed(&app, "bulk", sent, Form::PartialBatches).await;
    assert_eq!(settlements(&settled), [DONE, DEAD, DONE, DEAD]);
    assert_eq!(letters(&app).len(), 2);
}

#[tokio::test]
async fn without_a_binding_a_reject_is_a_failure() {
    let app = app(module_path!(), "functions").unbound().start().await;
    for form in [Form::PartialBatches, Form::WholeBatches, Form::Acknowledged] {
        let settled = pushed(&app, "jobs", jobs(&["reject"]), form).await;
        assert_eq!(settlements(&settled), [FAIL], "{form:?}");
    }
}

#[tokio::test]
async fn a_letter_that_is_not_written_leaves_the_delivery_unacknowledged() {
    let app = app(module_path!(), "functions")
        .unbound()
        .set("queues.jobs-dead.url", "nowhere://jobs-dead");
    let app = app.start().await;
    for form in [Form::PartialBatches, Form::WholeBatches, Form::Acknowledged] {
        let settled = pushed(&app, "jobs", jobs(&["fine", "reject", "fine"]), form).await;
        assert_eq!(settlements(&settled), [DONE, FAIL, DONE], "{form:?}");
    }
}

/// A platform that has taken deliveries off its list does not bring again what there was no time for.
#[tokio::test]
async fn what_there_was_no_time_for_is_a_letter_where_nobody_brings_it_again() {
    let app = started().await;
    let application = app.application();
    let facts = Facts {
        deadline: Some(application.clock().now()),
        ..Facts::default()
    };
    let arrival = Arrival {
        address: Address::Queue(Some("jobs".into())),
        item: Item::from(delivery("fine")),
    };
    let settled = application
        .deliver(facts, vec![arrival], Form::Acknowledged)
        .await;
    assert_eq!(settlements(&settled), [DEAD]);
    assert_eq!(letters(&app), [("jobs-dead".to_owned(), "fine".to_owned())]);
}
