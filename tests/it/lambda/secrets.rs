//! Canaries in every place of a credential: no output of the process holds one, however it fails.

use serde_json::{Value, json};

use super::api::{At, Event, Poll, Posting, RuntimeApi, Zone};
use super::events::{HttpAnswer, fixture, http_v2, redirected};
use super::probe::Probe;

const TOKEN: &str = "canary-token-1f0e";
const CONTEXT: &str = "canary-context-2a9b";
const KEY: &str = "canary-key-77c3";
const COGNITO: &str = "canary-cognito-b81d";

/// An event with a canary wherever one fits.
fn event(body: &Value) -> Event {
    Event::new(body.to_string())
        .header(
            "Lambda-Runtime-Client-Context",
            &json!({ "custom": { "token": CONTEXT } }).to_string(),
        )
        .header(
            "Lambda-Runtime-Cognito-Identity",
            &json!({ "cognitoIdentityId": COGNITO }).to_string(),
        )
}

fn with_token(mut event: Value) -> Value {
    let lists = event["multiValueHeaders"].is_object();
    let in_lists = event["headers"]["accept"].is_array();
    if lists {
        event["multiValueHeaders"]["x-amz-security-token"] = json!([TOKEN]);
    } else if in_lists {
        event["headers"]["x-amz-security-token"] = json!([TOKEN]);
    } else {
        event["headers"]["X-Amz-Security-Token"] = TOKEN.into();
    }
    event
}

fn instance() -> Probe {
    instance_with(&[])
}

fn instance_with(more: &[(&str, &str)]) -> Probe {
    let api = RuntimeApi::new();
    api.metadata(KEY, Zone::Is("use1-az4"));
    let authority = api.authority();
    let mut env = vec![
        ("AWS_LAMBDA_METADATA_API", authority.as_str()),
        ("FAAS_LOG", "trace"),
        ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", KEY),
        ("AWS_SESSION_TOKEN", KEY),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", KEY),
        ("AWS_LAMBDA_METADATA_TOKEN", KEY),
    ];
    env.extend(more);
    Probe::at(api, &authority, &env)
}

#[track_caller]
fn silent(output: &str) {
    for canary in [TOKEN, CONTEXT, KEY, COGNITO] {
        let line = output.lines().find(|line| line.contains(canary));
        assert_eq!(line, None, "`{canary}` came out");
    }
}

#[test]
fn a_token_reaches_the_handler_as_a_credential_and_not_as_a_header() {
    let probe = instance();
    for name in [
        "apigw-http-v2.json",
        "apigw-rest-v1.json",
        "alb-multi-value.json",
        "alb-single-value.json",
        "vpc-lattice-v2.json",
        "function-url-iam.json",
    ] {
        let to = |path| with_token(redirected(fixture(name), "GET", path));
        let seen = HttpAnswer::of(&probe.answer(event(&to("/credential"))));
        assert_eq!(seen.json(), json!(TOKEN.len()), "{name}");
        let headers = HttpAnswer::of(&probe.answer(event(&to("/headers"))));
        assert!(!headers.text().contains(TOKEN), "{name}");
        assert!(
            headers.json().get("x-amz-security-token").is_none(),
            "{name}"
        );
    }
    silent(&probe.stop());
}

#[test]
fn no_failure_tells_a_credential() {
    let folder = tempfile::tempdir().unwrap();
    let probe = instance_with(&[("FAAS_RECORD", folder.path().to_str().unwrap())]);
    for path in ["/fail", "/panic", "/nowhere", "/big/7000000"] {
        probe.answer(event(&with_token(http_v2("GET", path))));
    }
    // none of these can be read, each for another reason
    let mut method = with_token(http_v2("GET", "/"));
    method["requestContext"]["http"]["method"] = 7.into();
    let mut body = with_token(http_v2("POST", "/echo"));
    body["isBase64Encoded"] = true.into();
    body["body"] = "***".into();
    let mut header = with_token(http_v2("GET", "/headers"));
    header["headers"]["x-amz-security-token"] = format!("{TOKEN}\u{1}").into();
    let mut shape = with_token(http_v2("GET", "/headers"));
    shape["headers"]["x-amz-security-token"] = json!({ "not": TOKEN });
    let source = json!({ "Records": [{ "eventSource": "aws:nope", "token": TOKEN }] });
    for unreadable in [method, body, header, shape, source] {
        probe.answer(event(&unreadable));
    }
    let whole = with_token(http_v2("GET", "/")).to_string();
    for cut in [1, whole.len() / 2, whole.len() - 1] {
        probe.answer(Event::new(&whole[..cut]));
    }
    let answers = probe.api.all();
    for answer in &answers {
        silent(&String::from_utf8_lossy(&answer.body));
    }
    assert_eq!(answers.len(), 12);
    silent(&probe.stop());
    // what reaches no function is not recorded
    let recordings: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(recordings.len() >= 4, "{recordings:?}");
    for recording in recordings {
        silent(&std::fs::read_to_string(recording.unwrap().path()).unwrap());
    }
}

#[test]
fn no_broken_connection_tells_a_credential() {
    let probe = instance();
    probe.api.polls([
        // the line that cannot be read holds the canary
        Poll::Raw(
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Client-Context: canary-context-2a9b\u{1}\r\n\r\n",
        ),
        Poll::Raw("SSH-2.0-OpenSSH_9.6\r\n"),
        Poll::Cut {
            after: 400,
            reset: true,
        },
    ]);
    probe.api.posts([
        Posting::Cut {
            at: At::Head,
            reset: true,
        },
        Posting::Status(400, "{}"),
    ]);
    probe.answer(event(&with_token(http_v2("GET", "/headers"))));
    probe.answer(event(&with_token(http_v2("GET", "/headers"))));
    let log = probe.stop();
    let told = log
        .lines()
        .filter(|line| line.contains("cannot be read"))
        .count();
    assert_eq!(told, 2, "{log}");
    silent(&log);
}

#[test]
fn no_stream_tells_a_credential() {
    let probe = instance_with(&[("FAAS_RESPONSE_MODE", "stream")]);
    let mut echo = with_token(http_v2("POST", "/echo"));
    echo["body"] = format!("{TOKEN} {CONTEXT}").into();
    let postings = [
        Posting::Ruled,
        Posting::Status(400, "{}"),
        Posting::Status(410, "{}"),
        Posting::Limited(1),
        Posting::Slow,
    ];
    let cuts = [At::Head, At::Body(3), At::Everything, At::HalfAnswer]
        .map(|at| Posting::Cut { at, reset: true });
    for posting in postings.into_iter().chain(cuts) {
        let answer = probe.answer(event(&echo).answered(posting));
        let limited = matches!(posting, Posting::Limited(_));
        if answer.is_whole {
            assert!(String::from_utf8_lossy(&answer.body).contains(TOKEN));
        } else {
            assert!(limited || answer.status == 0, "{posting:?}");
        }
    }
    for path in [
        "/broken/2",
        "/broken/0",
        "/bursting",
        "/credential",
        "/nowhere",
    ] {
        let answer = probe.answer(event(&with_token(http_v2("GET", path))));
        silent(&String::from_utf8_lossy(&answer.body));
        silent(&answer.trailer("lambda-runtime-function-error-body"));
    }
    silent(&probe.stop());
}

#[test]
fn the_platform_s_own_credentials_go_nowhere_else() {
    let probe = instance();
    let zone = HttpAnswer::of(&probe.answer(event(&http_v2("GET", "/zone"))));
    assert_eq!(zone.json(), "use1-az4");
    let asked = probe.aside("/execution-environment", 0);
    assert_eq!(asked.header("authorization"), format!("Bearer {KEY}"));
    let parked = probe.aside("/extension/event/next", 0);
    let id = parked.header("lambda-extension-identifier");
    for answer in probe.api.all() {
        silent(&format!("{answer:?}"));
    }
    let log = probe.stop();
    silent(&log);
    assert!(!log.contains(&id), "{log}");
    // an endpoint that tells what it was asked with
    for zone in [Zone::Status(500, KEY), Zone::Status(200, KEY), Zone::Cut] {
        let probe = instance();
        probe.api.metadata(KEY, zone);
        let answer = HttpAnswer::of(&probe.answer(event(&http_v2("GET", "/zone"))));
        assert_eq!(answer.json(), Value::Null, "{zone:?}");
        silent(&probe.stop());
    }
}
