//! One table of scenarios, sent every way that there is: in process, and through each adapter of the build.
//!
//! The functions are those of `faas-probe`, compiled into this test too, so that a process and the testing kit run the same
//! code. The ways come from the table of adapters: a new adapter has to say here how a scenario is sent to it.

mod events;
mod table;
mod ways;

#[path = "../../../probe/src/answers.rs"]
mod answers;
#[path = "../../../probe/src/cloudevents.rs"]
mod cloudevents;
#[path = "../../../probe/src/edges.rs"]
mod edges;
#[path = "../../../probe/src/happenings.rs"]
mod happenings;
#[path = "../../../probe/src/invoked.rs"]
mod invoked;
#[path = "../../../probe/src/publishing.rs"]
mod publishing;
#[path = "../../../probe/src/queues.rs"]
mod queues;
#[path = "../../../probe/src/requests.rs"]
mod requests;
#[path = "../../../probe/src/seen.rs"]
mod seen;
#[path = "../../../probe/src/tasks.rs"]
mod tasks;
#[path = "../../../probe/src/work.rs"]
mod work;

use faas::testing::App;
use serde_json::Value;

use self::events::{Brings, EVENTS};
use self::table::{HTTP, INVOKE};
use self::ways::Way;

/// The functions of the probe.
pub(crate) fn probe() -> App {
    App::of(module_path!())
}

/// Stands in every place of a credential, and nowhere else.
const CANARY: &str = "canary-scenario-5e1d";

#[tokio::test]
async fn every_way_gives_the_same_answer_to_a_request() {
    for way in Way::all().await {
        for scenario in HTTP {
            let answer = way.request(scenario).await;
            let place = format!("{} through {}", scenario.name, way.name());
            assert_eq!(
                answer.status,
                scenario.status,
                "{place}: {}",
                answer.shown()
            );
            assert_eq!(answer.content_type, scenario.content_type, "{place}");
            assert_eq!(answer.cookies, scenario.cookies, "{place}");
            assert!((scenario.body)(&answer.body), "{place}: {}", answer.shown());
            assert!(
                !answer.shown().contains(CANARY),
                "{place}: {}",
                answer.shown()
            );
        }
        let output = way.end();
        assert!(!output.contains(CANARY), "{output}");
    }
}

#[tokio::test]
async fn every_way_gives_the_same_answer_to_an_invocation() {
    for way in Way::all().await {
        for scenario in INVOKE {
            let found = way.invoke(scenario.function, scenario.payload).await;
            let place = format!("{} through {}", scenario.name, way.name());
            match (scenario.outcome, found) {
                (Ok(expected), Ok(body)) => assert_eq!(body, expected.as_bytes(), "{place}"),
                (Err(expected), Err(message)) => {
                    assert!(message.contains(expected), "{place}: {message}");
                }
                (expected, found) => panic!("{place}: {found:?} instead of {expected:?}"),
            }
        }
        way.end();
    }
}

#[tokio::test]
async fn every_way_settles_what_happens_in_the_same_way() {
    for way in Way::all().await {
        for event in EVENTS {
            let place = format!("{} through {}", event.name, way.name());
            let Some(words) = way.bring(event.brings).await else {
                assert!(
                    matches!(event.brings, Brings::Row(..)),
                    "{place} is left out"
                );
                continue;
            };
            let expected: Vec<_> = event.fates.iter().map(|fate| way.word(*fate)).collect();
            assert_eq!(words, expected, "{place}");
            let notes = way.notes().await;
            assert_eq!(notes.len(), event.notes.len(), "{place}: {notes:?}");
            for (note, expected) in notes.iter().zip(event.notes) {
                let expected: Value = serde_json::from_str(expected).unwrap();
                for (member, value) in expected.as_object().unwrap() {
                    assert_eq!(&note[member], value, "`{member}` of {place}: {note}");
                }
            }
        }
        way.end();
    }
}

#[test]
fn every_adapter_has_a_name_of_its_own_and_a_way() {
    let mut names = faas_runtime_shim::platform::names();
    assert!(names.len() >= 2, "this build speaks only {names:?}");
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}
