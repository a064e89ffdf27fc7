//! The metadata endpoint (Developer Guide, "Using the Lambda metadata endpoint").

use crate::request::Request;
use crate::rules::Refusal;
use crate::script::Zone;
use crate::state::State;

pub(crate) const PATH: &str = "/2026-01-15/metadata/execution-environment";

/// The answer; `None` ends the connection.
pub(crate) fn answer(state: &State, request: &Request) -> Option<(u16, String)> {
    let token = format!("Bearer {}", state.token);
    if request.header("authorization") != token {
        let refusal = Refusal::new(401, "Unauthorized", "the token is missing or wrong");
        return Some((refusal.status, refusal.text()));
    }
    match state.zone {
        Zone::Is(zone) => Some((200, format!(r#"{{"AvailabilityZoneID":"{zone}"}}"#))),
        Zone::Status(status, text) => Some((status, text.to_owned())),
        Zone::Cut => None,
    }
}
