//! Secrets: wherever they are set, whether right or wrong, nothing that the process writes or answers holds them.

use rustix::process::Signal;

use crate::process::{Ended, Setup, specimen};

const CANARY: &str = "canary-7f3a";

#[track_caller]
fn keeps_it(ended: &Ended, told: &str) {
    let text = ended.log.text();
    assert!(text.contains(told), "`{told}` is not in: {text}");
    assert!(!text.contains(CANARY), "{text}");
    assert!(!ended.out.contains(CANARY), "{}", ended.out);
}

#[test]
fn in_a_start_that_fails() {
    let file = |line: &str| specimen().toml(&format!("[specimen]\n{line}\n"));
    let variable = |name: &str| specimen().set(name, CANARY);
    let cases: [(Setup, &str); 8] = [
        (file(&format!("token = \"{CANARY}")), "line 2"),
        (file(&format!("token = {CANARY}")), "line 2"),
        (file(&format!("token \"{CANARY}\"")), "line 2"),
        (file(&format!("token = [\"{CANARY}\"]")), "specimen.token"),
        (
            file(&format!("token = {{ value = \"{CANARY}\" }}")),
            "specimen.token",
        ),
        (file(&format!("pin = \"{CANARY}\"")), "specimen.pin"),
        (variable("FAAS__SPECIMEN__PIN"), "FAAS__SPECIMEN__PIN"),
        (variable("FAAS__SPECIMEN__TOKENN"), "FAAS__SPECIMEN__TOKENN"),
    ];
    for (setup, told) in cases {
        let ended = setup.set("FAAS_LOG", "trace").run();
        assert_eq!(ended.code, Some(78), "{ended:?}");
        keeps_it(&ended, told);
    }
}

#[test]
fn in_a_whole_life() {
    let process = specimen()
        .set("FAAS__SPECIMEN__TOKEN", CANARY)
        .set("FAAS_LOG", "trace")
        .start();
    let answers = [
        process.get("/settings"),
        process.get("/fail/panic"),
        process.manage("/functions"),
        process.manage("/metrics"),
        process.invoke("event_panic", "null"),
    ];
    assert!(answers[0].text().contains("token=11 bytes"), "{answers:?}");
    for answer in answers {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains(CANARY), "{text}");
    }
    process.signal(Signal::TERM);
    keeps_it(&process.end(), "Secret(***)");
}

#[test]
fn in_a_description() {
    let ended = specimen()
        .set("FAAS__SPECIMEN__TOKEN", CANARY)
        .set("FAAS_DESCRIBE", "1")
        .run();
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.out.contains("\"token\""),
        "the key may be known: {}",
        ended.out
    );
    assert!(!ended.out.contains(CANARY), "{}", ended.out);
}
