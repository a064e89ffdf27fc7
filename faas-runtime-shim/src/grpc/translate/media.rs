//! Media types, as far as they tell protocols apart.

use http::{HeaderMap, HeaderName};

/// A media type with its charset, out of a header field. Of a list it is the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Media<'a> {
    essence: &'a str,
    charset: Option<&'a str>,
}

impl<'a> Media<'a> {
    pub(super) fn of(fields: &'a HeaderMap, name: HeaderName) -> Option<Self> {
        let text = fields.get(name)?.to_str().ok()?;
        let first = text.split(',').next()?;
        let mut parts = first.split(';');
        let essence = parts.next()?.trim();
        let charset = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_charset = name.trim().eq_ignore_ascii_case("charset");
            is_charset.then(|| value.trim().trim_matches('"'))
        });
        Some(Self { essence, charset })
    }

    /// Whether it is exactly that type, in any case.
    pub(super) fn is(&self, essence: &str) -> bool {
        self.essence.eq_ignore_ascii_case(essence)
    }

    /// Whether it is gRPC's own, with any format of messages.
    pub(super) fn is_native(&self) -> bool {
        let native = "application/grpc";
        let (Some(start), Some(rest)) = (
            self.essence.get(..native.len()),
            self.essence.get(native.len()..),
        ) else {
            return false;
        };
        start.eq_ignore_ascii_case(native) && (rest.is_empty() || rest.starts_with('+'))
    }

    /// Whether text of this type is UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        self.charset
            .is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::CONTENT_TYPE;

    use super::*;

    #[test]
    fn types_are_read_in_any_case_and_with_parameters() {
        let fields = |text| HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(text))]);
        for (text, native, utf8) in [
            ("application/grpc", true, true),
            ("Application/GRPC+proto; x=1", true, true),
            ("application/grpc-web", false, true),
            ("application/grpcx", false, true),
            ("application/json ; Charset=\"UTF-8\"", false, true),
            ("application/json;charset=latin1", false, false),
            ("", false, true),
        ] {
            let fields = fields(text);
            let media = Media::of(&fields, CONTENT_TYPE).unwrap();
            assert_eq!(
                (media.is_native(), media.is_utf8()),
                (native, utf8),
                "{text}"
            );
        }
        let list = fields("application/grpc-web-text, application/grpc-web");
        assert!(
            Media::of(&list, CONTENT_TYPE)
                .unwrap()
                .is("application/GRPC-web-text")
        );
    }
}
