//! `FAAS_DESCRIBE=1`: what a binary holds, for tools.

use serde_json::{Value, json};

use crate::process::{probe, specimen};

#[track_caller]
fn described(setup: crate::process::Setup) -> Value {
    let ended = setup.set("FAAS_DESCRIBE", "1").run();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.log.text(), "");
    serde_json::from_str(&ended.out).unwrap()
}

#[track_caller]
fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let entries = list.as_array().unwrap();
    entries.iter().find(|entry| entry["name"] == name).unwrap()
}

#[test]
fn functions_with_their_places_and_limits() {
    let description = described(specimen());
    assert_eq!(description["version"], 1);
    let functions = &description["functions"];
    for (name, trigger, arguments, limits, place) in [
        (
            "good",
            "http",
            json!({ "methods": ["GET"], "path": "/good" }),
            json!({}),
            "specimen/answers.rs:",
        ),
        (
            "echo",
            "http",
            json!({ "methods": ["POST", "PUT"], "path": "/echo" }),
            json!({}),
            "specimen/requests.rs:",
        ),
        (
            "smuggled",
            "http",
            json!({ "methods": [], "path": "/smuggled" }),
            json!({}),
            "specimen/answers.rs:",
        ),
        (
            "single",
            "http",
            json!({ "methods": ["GET"], "path": "/single/{gate}" }),
            json!({ "concurrency": 1 }),
            "specimen/limits.rs:",
        ),
        (
            "rated",
            "http",
            json!({ "methods": ["GET"], "path": "/rated" }),
            json!({ "rate": { "times": 2, "per_ms": 3_600_000 } }),
            "specimen/limits.rs:",
        ),
        (
            "brief_event",
            "invoke",
            json!({}),
            json!({ "timeout_ms": 100 }),
            "specimen/limits.rs:",
        ),
    ] {
        let function = named(functions, name);
        assert_eq!(function["trigger"], trigger, "{name}");
        assert_eq!(function["arguments"], arguments, "{name}");
        assert_eq!(function["limits"], limits, "{name}");
        let stands = function["place"].as_str().unwrap();
        let (file, line) = stands.rsplit_once(':').unwrap();
        assert!(
            stands.contains(place) && line.parse::<u32>().is_ok(),
            "{file}:{line}"
        );
    }
}

#[test]
fn what_functions_need() {
    let description = described(specimen());
    let hold = named(&description["functions"], "hold");
    assert_eq!(hold["resources"].as_array().unwrap().len(), 1, "{hold}");
    assert!(
        hold["resources"][0].as_str().unwrap().ends_with("Gates"),
        "{hold}"
    );
    let settings = named(&description["functions"], "settings");
    assert_eq!(settings["config"], json!(["specimen"]));
    let fields = &named(&description["config"], "Settings")["fields"];
    let names = json!(["token", "pin", "label", "most", "start", "stop"]);
    assert_eq!(fields, &names);
    assert_eq!(
        named(&description["hooks"], "stops")["config"],
        json!(["specimen"])
    );
}

#[test]
fn the_platforms_of_the_build() {
    let description = described(probe());
    let platforms = description["platforms"].as_array().unwrap();
    let names: Vec<_> = platforms.iter().map(|platform| &platform["name"]).collect();
    assert_eq!(names, ["aws-lambda", "knative", "host"]);
}

/// The description is for a machine that has neither the ports nor the settings.
#[test]
fn nothing_else_is_looked_at() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let setup = probe()
        .toml("[http")
        .set("FAAS__HTTP__LISTEN", &taken)
        .set("FAAS_PLATFORM", "none");
    assert_eq!(described(setup)["version"], 1);
}

/// A tool may compare two descriptions byte by byte.
#[test]
fn it_is_the_same_each_time() {
    let once = specimen().set("FAAS_DESCRIBE", "1").run().out;
    let again = specimen().set("FAAS_DESCRIBE", "1").run().out;
    assert_eq!(once, again);
}
