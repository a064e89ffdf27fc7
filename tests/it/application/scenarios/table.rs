//! Requests and payloads: what is sent, and what has to come back whoever carries it.

/// A request to the probe.
pub(super) struct Http {
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) sends: &'static [u8],
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) cookies: &'static [&'static str],
    pub(super) body: fn(&[u8]) -> bool,
}

/// A payload for one of its functions: the answer, or a part of the failure's message.
pub(super) struct Invoke {
    pub(super) name: &'static str,
    pub(super) function: &'static str,
    pub(super) payload: &'static str,
    pub(super) outcome: Result<&'static str, &'static str>,
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const PROBLEM: &str = "application/problem+json";

const GET: Http = Http {
    name: "",
    method: "GET",
    path: "/",
    headers: &[],
    sends: b"",
    status: 200,
    content_type: JSON,
    cookies: &[],
    body: <[u8]>::is_empty,
};

/// Asks for the notes of the handlers, which are forgotten with it.
pub(super) static NOTES: Http = Http {
    method: "DELETE",
    path: "/seen",
    ..GET
};

static EVERY_BYTE: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = at.to_le_bytes()[0];
        at += 1;
    }
    bytes
};

pub(super) static HTTP: &[Http] = &[
    Http {
        name: "a parameter in the path",
        path: "/hello/ada",
        body: |body| body == br#"{"greeting":"hello ada"}"#,
        ..GET
    },
    Http {
        name: "an encoded path",
        path: "/hello/%C3%BC%20%25",
        body: |body| body == r#"{"greeting":"hello ü %"}"#.as_bytes(),
        ..GET
    },
    Http {
        name: "a head",
        method: "HEAD",
        path: "/hello/ada",
        ..GET
    },
    Http {
        name: "no route",
        path: "/nowhere",
        status: 404,
        content_type: PROBLEM,
        body: |body| body.ends_with(br#""status":404,"detail":"no function takes this path"}"#),
        ..GET
    },
    Http {
        name: "a method that the route has not",
        method: "DELETE",
        path: "/hello/ada",
        status: 405,
        content_type: PROBLEM,
        body: |body| holds(body, "no function takes this method here"),
        ..GET
    },
    Http {
        name: "every byte there and back",
        method: "POST",
        path: "/echo",
        headers: &[("content-type", "application/octet-stream")],
        sends: &EVERY_BYTE,
        content_type: "application/octet-stream",
        body: |body| body == EVERY_BYTE,
        ..GET
    },
    Http {
        name: "text there and back",
        method: "PUT",
        path: "/echo",
        headers: &[("content-type", TEXT)],
        sends: "žluťoučký 🐎\0\"\\\n".as_bytes(),
        content_type: TEXT,
        body: |body| body == "žluťoučký 🐎\0\"\\\n".as_bytes(),
        ..GET
    },
    Http {
        name: "no body there and back",
        method: "POST",
        path: "/echo",
        content_type: "application/octet-stream",
        ..GET
    },
    Http {
        name: "cookies both ways",
        path: "/cookies",
        headers: &[("cookie", "a=1; b=2")],
        cookies: &["first=1; Path=/", "second=2; HttpOnly"],
        body: |body| body == br#"["a=1; b=2"]"#,
        ..GET
    },
    Http {
        name: "a header with a value of its own",
        path: "/headers",
        headers: &[("x-probe", "one, two;q=0.5")],
        body: |body| holds(body, r#""x-probe":["one, two;q=0.5"]"#),
        ..GET
    },
    Http {
        name: "the context",
        path: "/context",
        headers: &[(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )],
        body: |body| {
            holds(body, r#""function":"context","trigger":"http""#)
                && holds(body, r#""trace":"0af7651916cd43dd8448eb211c80319c""#)
                && holds(body, r#""attempt":null"#)
        },
        ..GET
    },
    Http {
        name: "a handler's error",
        path: "/fail",
        status: 500,
        content_type: PROBLEM,
        body: |body| body == br#"{"title":"Internal Server Error","status":500}"#,
        ..GET
    },
    Http {
        name: "a panic",
        path: "/panic",
        status: 500,
        content_type: PROBLEM,
        body: |body| body == br#"{"title":"Internal Server Error","status":500}"#,
        ..GET
    },
    Http {
        name: "a body whose length nobody knew",
        path: "/stream/3",
        content_type: TEXT,
        body: |body| body == b"chunk 0\nchunk 1\nchunk 2\n",
        ..GET
    },
    Http {
        name: "a body of some size",
        path: "/big/1000000",
        content_type: TEXT,
        body: |body| body.len() == 1_000_000,
        ..GET
    },
];

pub(super) static INVOKE: &[Invoke] = &[
    Invoke {
        name: "a sum",
        function: "sum",
        payload: r#"{"a":2,"b":3}"#,
        outcome: Ok(r#"{"sum":5}"#),
    },
    Invoke {
        name: "a payload of another shape",
        function: "sum",
        payload: r#"{"a":2,"b":"three"}"#,
        outcome: Err("`b`: invalid type: string"),
    },
    Invoke {
        name: "a payload that is no JSON",
        function: "sum",
        payload: "{",
        outcome: Err("no JSON document"),
    },
    Invoke {
        name: "an error with a name",
        function: "refuse",
        payload: r#"{"a":2,"b":3}"#,
        outcome: Err("the probe was asked to refuse"),
    },
    Invoke {
        name: "a panic",
        function: "explode",
        payload: r#"{"a":2,"b":3}"#,
        outcome: Err("the probe was asked to explode"),
    },
    Invoke {
        name: "any JSON as it is",
        function: "mirror",
        payload: r#" [1, null, "ü"] "#,
        outcome: Ok(r#" [1, null, "ü"] "#),
    },
    Invoke {
        name: "nothing as it is",
        function: "mirror",
        payload: "",
        outcome: Ok(""),
    },
];

fn holds(body: &[u8], part: &str) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| text.contains(part))
}
