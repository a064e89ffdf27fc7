//! Method and target, which every front end puts in its own place.

use http::{Method, Uri};

use super::super::super::wire::{Context, Encoding, Scan, Text, write_pairs};
use super::super::DecodeError;
use super::super::source::Front;
use super::{lossy, shown, target};

/// The request line, and the path that the client asked for where another one is routed.
pub(super) struct Line {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) public_path: Option<Box<str>>,
}

pub(super) fn of(front: Front, scan: &Scan<'_>) -> Result<Line, DecodeError> {
    let path = path(front, scan)?;
    Ok(Line {
        method: method(front, scan)?,
        uri: target::uri(&path.routed, path.encoding, &query(front, scan))?,
        public_path: path.public,
    })
}

fn method(front: Front, scan: &Scan<'_>) -> Result<Method, DecodeError> {
    let (path, value) = match front {
        Front::Alb | Front::RestV1 { .. } => ("httpMethod", &scan.http_method),
        Front::HttpV2 { .. } => ("requestContext.http.method", &scan.context.method),
        Front::Lattice => ("method", &scan.method),
        Front::WebSocket => return web_socket_method(&scan.context),
    };
    let expected = "an HTTP method";
    let value = required(path, expected, value)?;
    Method::from_bytes(value).map_err(|_| DecodeError::Value {
        path,
        expected,
        value: shown(value),
    })
}

/// The life of a connection as requests: it begins, says something, is gone.
fn web_socket_method(context: &Context<'_>) -> Result<Method, DecodeError> {
    let path = "requestContext.eventType";
    let expected = "`CONNECT`, `MESSAGE` or `DISCONNECT`";
    match required(path, expected, &context.event_type)? {
        b"CONNECT" => Ok(Method::GET),
        b"MESSAGE" => Ok(Method::POST),
        b"DISCONNECT" => Ok(Method::DELETE),
        other => Err(DecodeError::Value {
            path,
            expected,
            value: shown(other),
        }),
    }
}

struct Path<'s> {
    routed: Text<'s>,
    encoding: Encoding,
    /// What the client asked for, where it differs.
    public: Option<Box<str>>,
}

fn path<'s>(front: Front, scan: &'s Scan<'_>) -> Result<Path<'s>, DecodeError> {
    let expected = "a path";
    let context = &scan.context;
    let (path, encoding) = match front {
        Front::Alb | Front::Lattice | Front::RestV1 { http_api: false } => {
            (required("path", expected, &scan.path)?, Encoding::Sent)
        }
        Front::RestV1 { http_api: true } => {
            (required("path", expected, &scan.path)?, Encoding::Decoded)
        }
        Front::HttpV2 { function_url: true } => (
            required("rawPath", expected, &scan.raw_path)?,
            Encoding::Sent,
        ),
        Front::HttpV2 {
            function_url: false,
        } => (
            required("rawPath", expected, &scan.raw_path)?,
            Encoding::Decoded,
        ),
        Front::WebSocket => {
            let key = required("requestContext.routeKey", "a route key", &context.route_key)?;
            return Ok(Path {
                routed: Text::Owned([b"/@ws/", key].concat()),
                encoding: Encoding::Decoded,
                public: None,
            });
        }
    };
    let (routed, public) = match front {
        Front::HttpV2 { .. } => (without_stage(path, context), Some(path)),
        Front::RestV1 { http_api } => {
            let routed = if http_api {
                without_stage(path, context)
            } else {
                path
            };
            // this one also has a REST API's stage
            (routed, context.path.as_deref().or(Some(path)))
        }
        Front::Alb | Front::Lattice | Front::WebSocket => (path, None),
    };
    Ok(Path {
        routed: Text::Borrowed(routed),
        encoding,
        public: public.filter(|public| *public != routed).map(lossy),
    })
}

/// An HTTP API puts a named stage before the path on its own domain; on a custom one the path is the client's.
fn without_stage<'p>(path: &'p [u8], context: &Context<'_>) -> &'p [u8] {
    match context.stage.as_deref() {
        None | Some(b"$default") => path,
        Some(_) if context.domain_name.is_some() && context.service() != Some(b"execute-api") => {
            path
        }
        Some(stage) => target::without_stage(path, stage),
    }
}

fn query<'s>(front: Front, scan: &'s Scan<'_>) -> Text<'s> {
    let encoding = match front {
        // `queryStringParameters` joins repeated values with commas, which cannot be undone
        Front::HttpV2 { .. } => {
            return Text::Borrowed(scan.raw_query.as_deref().unwrap_or_default());
        }
        Front::Alb => Encoding::Sent,
        Front::Lattice | Front::RestV1 { .. } | Front::WebSocket => Encoding::Decoded,
    };
    let mut query = Vec::new();
    // the second has the last value of each only
    for map in [scan.multi_value_query, scan.query] {
        if query.is_empty() && !map.is_empty() {
            write_pairs(map, encoding, &mut query);
        }
    }
    Text::Owned(query)
}

fn required<'s>(
    path: &'static str,
    expected: &'static str,
    value: &'s Option<Text<'_>>,
) -> Result<&'s [u8], DecodeError> {
    value
        .as_deref()
        .ok_or(DecodeError::Missing { path, expected })
}
