//! What comes beside the payload, in headers: it reaches the handler, and nonsense in it harms nothing.

use serde_json::{Value, json};

use super::api::{Event, in_ms};
use super::events::{HttpAnswer, get, http_v2};
use super::probe::Probe;

const CONTEXT: &str = "Lambda-Runtime-Client-Context";
const DEADLINE: &str = "Lambda-Runtime-Deadline-Ms";
const TRACE: &str = "Lambda-Runtime-Trace-Id";

#[track_caller]
fn told(probe: &Probe, event: Event) -> Value {
    let answer = probe.answer(event);
    let (_, end) = answer.invocation().unwrap();
    assert_eq!(end, "response", "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

#[test]
fn the_first_invocation_is_told_and_so_is_its_id() {
    let probe = Probe::of("caller");
    for cold_start in [true, false, false] {
        let event = Event::new("{}");
        let id = event.id().to_owned();
        let told = told(&probe, event);
        assert_eq!(told["cold_start"], cold_start);
        assert_eq!(told["invocation_id"], id);
    }
}

#[test]
fn the_arn_and_the_tenant_are_told() {
    let probe = Probe::of("caller");
    let event = Event::new("{}").header("Lambda-Runtime-Aws-Tenant-Id", "blue");
    let found = told(&probe, event);
    assert_eq!(
        found["resource_name"],
        "arn:aws:lambda:eu-central-1:123456789012:function:probe"
    );
    assert_eq!(found["tenant"], "blue");
    let bare = Event::new("{}").without("Lambda-Runtime-Invoked-Function-Arn");
    let found = told(&probe, bare);
    assert_eq!(found["resource_name"], Value::Null);
    assert_eq!(found["tenant"], Value::Null);
}

#[test]
fn a_client_context_may_be_any_json_and_may_be_none() {
    let probe = Probe::of("caller");
    let shapes = [
        r#"{"client":{"app_title":"x"},"custom":{},"env":{}}"#,
        r#"{"anything":[1,2,{"deep":null}]}"#,
        "[]",
        "7",
        r#""text""#,
        "null",
        "true",
    ];
    for shape in shapes {
        let found = told(&probe, Event::new("{}").header(CONTEXT, shape));
        assert_eq!(found["client_context"], shape);
    }
    // an emulator sends it in base64, others may send anything
    for nonsense in ["eyJhIjoxfQ==", "{\"a\":", "{} {}", "ü", ""] {
        let found = told(&probe, Event::new("{}").header(CONTEXT, nonsense));
        assert_eq!(found["client_context"], Value::Null, "{nonsense}");
    }
}

#[test]
fn a_deadline_that_cannot_be_true_is_none() {
    let probe = Probe::of("caller");
    let absurd = [
        "600000".to_owned(),
        "0".to_owned(),
        "-1".to_owned(),
        "soon".to_owned(),
        String::new(),
        in_ms(9 * 365 * 24 * 3_600_000).to_string(),
        u64::MAX.to_string(),
        "99999999999999999999999".to_owned(),
    ];
    for deadline in absurd {
        let found = told(&probe, Event::new("{}").header(DEADLINE, &deadline));
        assert_eq!(found["remaining_ms"], Value::Null, "{deadline}");
    }
    let missing = told(&probe, Event::new("{}").without(DEADLINE));
    assert_eq!(missing["remaining_ms"], Value::Null);
}

#[test]
fn the_remaining_time_keeps_a_margin() {
    let probe = Probe::of("caller");
    let event = Event::new("{}").header(DEADLINE, &in_ms(60_000).to_string());
    let remaining = told(&probe, event)["remaining_ms"].as_u64().unwrap();
    assert!((30_000..=59_900).contains(&remaining), "{remaining}");
}

#[test]
fn a_trace_is_told_where_it_is_one() {
    let probe = Probe::of("caller");
    let good = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let cases = [
        (good.to_owned(), json!("5759e988bd862e3fe1be46a994272793")),
        (
            format!("{good};Lineage=a:b;Self=x"),
            json!("5759e988bd862e3fe1be46a994272793"),
        ),
        (String::new(), Value::Null),
        ("Root=1-5759e988".to_owned(), Value::Null),
        ("nonsense".to_owned(), Value::Null),
    ];
    for (trace, expected) in cases {
        let found = told(&probe, Event::new("{}").header(TRACE, &trace));
        assert_eq!(found["trace"], expected, "{trace}");
    }
}

#[test]
fn the_platforms_trace_is_newer_than_the_requests() {
    let probe = Probe::start(&[]);
    let mut event = http_v2("GET", "/headers");
    event["headers"]["x-amzn-trace-id"] = "Root=1-5759e988-bd862e3fe1be46a994272793".into();
    let of_poll =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a:0";
    let event = Event::new(event.to_string()).header(TRACE, of_poll);
    let answer = HttpAnswer::of(&probe.answer(event));
    assert_eq!(answer.json()["x-amzn-trace-id"], json!([of_poll]));
}

#[test]
fn headers_without_a_value_are_as_good_as_missing() {
    let probe = Probe::of("caller");
    let names = [
        TRACE,
        CONTEXT,
        DEADLINE,
        "Lambda-Runtime-Cognito-Identity",
        "Lambda-Runtime-Aws-Tenant-Id",
        "Lambda-Runtime-Invoked-Function-Arn",
        "Lambda-Runtime-Invocation-Id",
    ];
    let event = names
        .into_iter()
        .fold(Event::new("{}"), |event, name| event.header(name, ""));
    let id = event.id().to_owned();
    let answer = probe.answer(event);
    assert!(!answer.has_header("lambda-runtime-invocation-id"));
    let told = answer.json();
    assert_eq!(told["invocation_id"], id);
    for name in [
        "remaining_ms",
        "client_context",
        "resource_name",
        "tenant",
        "trace",
    ] {
        assert_eq!(told[name], Value::Null, "{name}");
    }
}

#[test]
fn an_http_function_is_told_the_client_and_its_own_name() {
    let probe = Probe::start(&[]);
    let event = get("/context");
    let id = event.id().to_owned();
    let told = HttpAnswer::of(&probe.answer(event)).json();
    let expected = [
        ("invocation_id", json!(id)),
        ("function", json!("context")),
        ("trigger", json!("http")),
        ("platform", json!("aws-lambda")),
        ("attempt", Value::Null),
        ("client_address", json!("203.0.113.7")),
    ];
    for (name, value) in expected {
        assert_eq!(told[name], value, "{name}");
    }
}
