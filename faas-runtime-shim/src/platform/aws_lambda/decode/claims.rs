//! Where each front end puts what it has found out about the caller, inside its request context.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::invocation::RawJson;
use crate::platform::Claims;

/// All of them.
pub(crate) const ALL: &[Claims] = &[http_v2, rest_v1, lattice];

/// Payload 2.0: the JWT's claims, what a Lambda authoriser returned, or the IAM identity.
pub(super) fn http_v2(context: &RawJson) -> Option<Value> {
    let mut authorizer = field(context, "authorizer")?;
    ["/jwt/claims", "/lambda", "/iam"]
        .into_iter()
        .filter_map(|path| authorizer.pointer_mut(path).map(Value::take))
        .find(|claims| !claims.is_null())
}

/// Payload 1.0: the claims of a token, or all that a Lambda authoriser returned.
pub(super) fn rest_v1(context: &RawJson) -> Option<Value> {
    let mut authorizer = field(context, "authorizer")?;
    let claims = match authorizer.get_mut("claims") {
        Some(claims) => claims.take(),
        None => authorizer,
    };
    (!claims.is_null()).then_some(claims)
}

/// VPC Lattice: the IAM principal or the certificate's names.
pub(super) fn lattice(context: &RawJson) -> Option<Value> {
    field(context, "identity")
}

fn field(context: &RawJson, name: &str) -> Option<Value> {
    let fields: BTreeMap<String, &RawValue> = context.decode().ok()?;
    let value: Value = serde_json::from_str(fields.get(name)?.get()).ok()?;
    (!value.is_null()).then_some(value)
}
