//! What an invocation leaves in the log: its failure with every cause, and whose it was.

use serde_json::Value;

use super::{app, get};

mod functions {
    use faas::{Context, Error};

    #[faas::http(GET, "/fail")]
    async fn fail(cx: Context) -> Result<(), Error> {
        Err(Error::retry(format!("disk full in {}", cx.invocation_id())))
    }

    #[faas::http(GET, "/convert")]
    fn convert() -> Result<(), Error> {
        Err("seven".parse::<u32>().unwrap_err().into())
    }

    #[faas::http(GET, "/talk")]
    async fn talks() -> &'static str {
        tracing::info!(pages = 7, "printing");
        "done"
    }

    #[faas::http(GET, "/reject")]
    async fn reject() -> Result<(), Error> {
        Err(Error::reject("no such page"))
    }
}

fn errors(lines: &[String]) -> Vec<Value> {
    let lines = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["level"] == "ERROR").collect()
}

#[tokio::test]
async fn a_failure_is_told_once_with_its_function_and_invocation() {
    let app = app(module_path!(), "functions").start().await;
    let cases = [
        ("/fail", "disk full in ", "fail"),
        ("/convert", "invalid digit", "convert"),
    ];
    for (path, message, function) in cases {
        assert_eq!(app.http(get(path)).await.status(), 500);
        let lines = app.logs();
        let errors = errors(&lines);
        let [line] = &errors[..] else {
            panic!("{path}: {lines:#?}")
        };
        assert!(
            line["message"].as_str().unwrap().contains(message),
            "{path}: {line}"
        );
        assert_eq!(line["faas.name"], function, "{path}: {line}");
        let id = line["faas.invocation_id"].as_str().unwrap();
        assert_eq!(id.len(), 32, "{path}: {line}");
    }
}

#[tokio::test]
async fn a_clients_mistake_is_no_error_of_ours() {
    let app = app(module_path!(), "functions").start().await;
    assert_eq!(app.http(get("/reject")).await.status(), 400);
    assert_eq!(app.http(get("/nowhere")).await.status(), 404);
    let lines = app.logs();
    assert!(errors(&lines).is_empty(), "{lines:#?}");
}

#[tokio::test]
async fn each_application_has_the_lines_of_its_own_invocations() {
    let (one, other) = (
        app(module_path!(), "functions").start().await,
        app(module_path!(), "functions").start().await,
    );
    one.http(get("/talk")).await;
    assert!(other.logs().is_empty());
    let lines = one.logs();
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(
        (&line["message"], &line["pages"]),
        (&"printing".into(), &7.into())
    );
    assert_eq!(line["faas.name"], "talks");
    assert!(one.logs().is_empty(), "they were taken");
}
