//! What a client sends arrives, through every front end; and nothing that arrives does harm.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::request;

/// A request as the client means it.
#[derive(Clone, Debug)]
struct Sent {
    /// Decoded, without the slashes.
    path: Vec<String>,
    /// Decoded.
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn sent() -> impl Strategy<Value = Sent> {
    let part = "[a-z0-9 +%&=?#é/\"\\\\._~\\[\\]{}-]{1,8}";
    let path = vec(part.prop_map(|part| part.replace('/', "")), 0..4);
    let query = vec((part, part), 0..4);
    let headers = vec(("x-[a-d]", "[!-~é][ -~é]{0,11}[!-~]"), 0..6);
    let text = "\\PC{0,40}".prop_map(String::into_bytes);
    let body = prop_oneof![text, any::<Vec<u8>>()];
    (path, query, headers, body).prop_map(|(path, query, headers, body)| Sent {
        path,
        query,
        headers,
        body,
    })
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Front {
    RestApi,
    HttpApiV1,
    HttpApiV2,
    FunctionUrl,
    AlbSingle,
    AlbMulti,
    Lattice,
}

const FRONTS: [Front; 7] = [
    Front::RestApi,
    Front::HttpApiV1,
    Front::HttpApiV2,
    Front::FunctionUrl,
    Front::AlbSingle,
    Front::AlbMulti,
    Front::Lattice,
];

impl Front {
    fn decodes_paths(self) -> bool {
        matches!(self, Self::HttpApiV1 | Self::HttpApiV2)
    }

    fn decodes_queries(self) -> bool {
        matches!(self, Self::RestApi | Self::HttpApiV1 | Self::Lattice)
    }

    /// Only the last of repeated names is handed over.
    fn keeps_last(self) -> bool {
        self == Self::AlbSingle
    }

    fn joins_headers(self) -> bool {
        matches!(self, Self::HttpApiV2 | Self::FunctionUrl)
    }

    /// The event that this front end makes of a request.
    fn event(self, sent: &Sent) -> Value {
        let path: String = sent.path.iter().fold(String::new(), |path, part| {
            let part = if self.decodes_paths() {
                part.clone()
            } else {
                encoded(part)
            };
            path + "/" + &part
        });
        let query = sent.query.iter().map(|(name, value)| {
            if self.decodes_queries() {
                (name.clone(), value.clone())
            } else {
                (encoded(name), encoded(value))
            }
        });
        let query: Vec<_> = query.collect();
        let raw_query: Vec<_> = query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let (body, is_base64) = match String::from_utf8(sent.body.clone()) {
            Ok(text) => (text, false),
            Err(_) => (STANDARD.encode(&sent.body), true),
        };
        let mut event = match self {
            Self::RestApi | Self::HttpApiV1 => json!({
                "httpMethod": "POST", "path": path, "requestContext": {"stage": "$default"},
                "headers": last(&sent.headers), "multiValueHeaders": lists(&sent.headers),
                "queryStringParameters": last(&query), "multiValueQueryStringParameters": lists(&query),
            }),
            Self::HttpApiV2 | Self::FunctionUrl => json!({
                "rawPath": path, "rawQueryString": raw_query.join("&"), "queryStringParameters": joined(&query),
                "headers": joined(&sent.headers),
                "requestContext": {
                    "http": {"method": "POST"}, "stage": "$default",
                    "domainName": if self == Self::FunctionUrl { "a.lambda-url.b.on.aws" } else { "a.execute-api.b" },
                },
            }),
            Self::AlbSingle => json!({
                "requestContext": {"elb": {}}, "httpMethod": "POST", "path": path,
                "headers": last(&sent.headers), "queryStringParameters": last(&query),
            }),
            Self::AlbMulti => json!({
                "requestContext": {"elb": {}}, "httpMethod": "POST", "path": path,
                "multiValueHeaders": lists(&sent.headers), "multiValueQueryStringParameters": lists(&query),
            }),
            Self::Lattice => json!({
                "version": "2.0", "method": "POST", "path": path, "requestContext": {"serviceNetworkArn": "a"},
                "headers": lists(&sent.headers), "queryStringParameters": lists(&query),
            }),
        };
        if self == Self::HttpApiV1 {
            event["version"] = json!("1.0");
        }
        event["body"] = json!(body);
        event["isBase64Encoded"] = json!(is_base64);
        event
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

fn last(pairs: &[(String, String)]) -> Value {
    let map: Map<_, _> = pairs
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    map.into()
}

fn lists(pairs: &[(String, String)]) -> Value {
    let mut map = Map::new();
    for (name, value) in pairs {
        let list = map.entry(name.clone()).or_insert_with(|| json!([]));
        list.as_array_mut().unwrap().push(json!(value));
    }
    map.into()
}

fn joined(pairs: &[(String, String)]) -> Value {
    let mut map = Map::new();
    for (name, value) in pairs {
        match map.get_mut(name) {
            Some(Value::String(joined)) => *joined = format!("{joined},{value}"),
            _ => drop(map.insert(name.clone(), json!(value))),
        }
    }
    map.into()
}

/// The values of each name in order, whatever the order of names.
fn by_name(
    pairs: impl IntoIterator<Item = (String, String)>,
    only_last: bool,
) -> Vec<(String, Vec<String>)> {
    let mut names = std::collections::BTreeMap::<_, Vec<_>>::new();
    for (name, value) in pairs {
        let values = names.entry(name).or_default();
        if only_last {
            values.clear();
        }
        values.push(value);
    }
    names.into_iter().collect()
}

proptest! {
    #[test]
    fn what_is_sent_arrives(sent in sent()) {
        for front in FRONTS {
            let event = front.event(&sent);
            let read = request(&event);

            let (path, query) = read.target.split_once('?').unwrap_or((&read.target, ""));
            let parts: String = sent.path.iter().map(|part| format!("/{part}")).collect();
            let parts = if parts.is_empty() { "/".to_owned() } else { parts };
            prop_assert_eq!(decoded(path), parts, "{:?} {}", front, event);

            let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
                prop_assert!(!pair.contains('+'), "a plus would be read as a space: {}", pair);
                let (name, value) = pair.split_once('=').unwrap();
                Ok((decoded(name), decoded(value)))
            });
            let pairs = pairs.collect::<Result<Vec<_>, TestCaseError>>()?;
            let expected = by_name(sent.query.clone(), front.keeps_last());
            prop_assert_eq!(by_name(pairs, false), expected, "{:?} {}", front, event);

            let lines = read.headers.iter().filter(|(name, _)| name.as_str().starts_with("x-"));
            let lines = lines.map(|(name, value)| {
                (name.to_string(), String::from_utf8(value.as_bytes().to_vec()).unwrap())
            });
            let mut expected = by_name(sent.headers.clone(), front.keeps_last());
            if front.joins_headers() {
                expected.iter_mut().for_each(|(_, values)| *values = vec![values.join(",")]);
            }
            prop_assert_eq!(by_name(lines, false), expected, "{:?} {}", front, event);

            prop_assert_eq!(&read.body[..], &sent.body[..], "{:?}", front);
        }
    }

    #[test]
    fn no_bytes_do_harm(bytes: Vec<u8>) {
        let _read = super::event(&Bytes::from(bytes)).is_ok();
    }

    #[test]
    fn no_change_of_an_event_does_harm(
        sent in sent(),
        front in 0..FRONTS.len(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = FRONTS[front].event(&sent).to_string().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(end.index(bytes.len()).max(bytes.len() / 2));
        let _read = super::event(&Bytes::from(bytes)).is_ok();
    }

    #[test]
    fn no_text_in_any_place_does_harm(
        texts in vec(any::<String>(), 16),
        front in 0..FRONTS.len(),
    ) {
        let mut event = FRONTS[front].event(&Sent { path: vec![], query: vec![], headers: vec![], body: vec![] });
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        for key in ["rawPath", "path", "rawQueryString", "body"] {
            event[key] = json!(next());
        }
        for map in ["headers", "multiValueHeaders", "queryStringParameters"] {
            let entries: Map<_, _> = [(next(), json!(next()))].into_iter().collect();
            event[map] = entries.into();
        }
        event["cookies"] = json!([next(), next()]);
        event["requestContext"]["stage"] = json!(next());
        event["requestContext"]["domainName"] = json!(next());
        let read = super::decode(&event);
        prop_assert!(read.is_ok(), "{:?}", read.err());
    }

    #[test]
    fn all_256_bytes_arrive(rotate in 0..256_usize) {
        let mut body: Vec<u8> = (0..=255).collect();
        body.rotate_left(rotate);
        let sent = Sent { path: vec![], query: vec![], headers: vec![], body };
        for front in FRONTS {
            prop_assert_eq!(&request(&front.event(&sent)).body[..], &sent.body[..]);
        }
    }
}
