//! Trace contexts, W3C's and X-Ray's.

use crate::trace::TraceContext;

/// A trace context that can be read reads back as it was written, and fits into headers.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn trace(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(context) = TraceContext::parse_traceparent(bytes) {
        let written = context.traceparent().to_string();
        assert_eq!(
            TraceContext::parse_traceparent(written.as_bytes()),
            Some(context.clone())
        );
        assert_eq!(written.get(3..53), text.get(3..53));
        let xray = context.xray().to_string();
        assert_eq!(TraceContext::parse_xray(&xray), Some(context));
    }
    if let Some(context) = TraceContext::parse_xray(&text) {
        let written = context.xray().to_string();
        assert_eq!(TraceContext::parse_xray(&written), Some(context.clone()));
        let written = context.traceparent().to_string();
        let read = TraceContext::parse_traceparent(written.as_bytes());
        let read = read.map(|read| (read.trace_id_hex().to_string(), read.sampled()));
        let expected = (context.trace_id_hex().to_string(), context.sampled());
        assert_eq!(read, Some(expected));

        let context = context.with_tracestate(&text);
        let header = context.tracestate().map(http::HeaderValue::from_str);
        assert!(!matches!(header, Some(Err(_))), "no header can hold it");
    }
}
