//! Events of sources in a binary whose functions bring no code that reads them: still loud, and by name.

use serde_json::json;

use super::*;

#[test]
fn a_source_is_named_though_nothing_here_reads_it() {
    let application = application(&[invoke("one"), invoke("two")]);
    let (kind, message) = refused(&application, &recorded("sqs-standard.json"));
    assert_eq!(kind, "Runtime.UnroutableEvent");
    let expected = "no function takes records of SQS; selected are: one (invoke), two (invoke)";
    assert!(message.starts_with(expected), "{message}");
    assert!(given().is_empty());
}

#[test]
fn functions_that_are_not_selected_bring_their_code_too() {
    let selection = Selection::of("one,two", "FAAS_FUNCTION");
    let functions = [invoke("one"), invoke("two"), queue("orders")];
    let application = selected(&functions, selection);
    let (kind, message) = refused(&application, &recorded("sqs-standard.json"));
    assert_eq!(kind, "Runtime.UnroutableEvent");
    let expected = "no function takes deliveries of the queue `SQSQueue`";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn what_names_no_source_needs_nothing_to_be_read() {
    let application = application(&[invoke("only"), object("in", "")]);
    assert_eq!(answered(&application, &json!({ "a": 1 })), json!(null));
    assert_eq!(given().len(), 1);
}
