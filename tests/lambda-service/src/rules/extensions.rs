//! Extensions: they register before the first poll, and wait for events on connections of their own.

use serde_json::Value;

use super::Refusal;

/// More are refused (Developer Guide, "Lambda Extensions API").
const MOST: usize = 10;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    Registered,
    /// It waits for an event.
    Ready,
    Running,
    InitError,
    ExitError,
}

#[derive(Debug)]
struct Extension {
    name: String,
    id: String,
    phase: Phase,
    invoked: bool,
    /// The request that is to be told.
    pending: Option<String>,
}

/// All that have registered.
#[derive(Debug)]
pub(crate) struct Extensions {
    managed: bool,
    closed: bool,
    list: Vec<Extension>,
}

impl Extensions {
    pub(super) fn new(managed: bool) -> Self {
        Self {
            managed,
            closed: false,
            list: Vec::new(),
        }
    }

    /// After the first poll nobody registers.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Whether the init phase may end: everyone that has registered waits for an event.
    pub(crate) fn are_ready(&self) -> bool {
        self.list
            .iter()
            .all(|extension| extension.phase != Phase::Registered)
    }

    /// Registers one, by its name and its request's body; returns its identifier.
    pub(crate) fn register(&mut self, name: &str, body: &[u8]) -> Result<String, Refusal> {
        if name.is_empty() {
            return refused("Extension.InvalidExtensionName", "Empty extension name");
        }
        let Some(events) = subscriptions(body) else {
            return refused("InvalidRequestFormat", "the body is not understood");
        };
        let allowed: &[&str] = if self.managed { &[] } else { &["INVOKE"] };
        if events.iter().any(|event| !allowed.contains(&&**event)) {
            return refused(
                "Extension.InvalidEventType",
                "an internal extension cannot have this event",
            );
        }
        if self.closed {
            return refused(
                "Extension.RegistrationClosed",
                "Extension registration closed already",
            );
        }
        if self.list.len() >= MOST {
            return refused("Extension.TooManyExtensions", "Extension limit reached");
        }
        if self.list.iter().any(|other| other.name == name) {
            return refused(
                "Extension.InvalidExtensionState",
                "Extension with this name already registered",
            );
        }
        let id = format!("e847a536-e9f4-41e8-9739-{:012x}", self.list.len() + 1);
        self.list.push(Extension {
            name: name.to_owned(),
            id: id.clone(),
            phase: Phase::Registered,
            invoked: !events.is_empty(),
            pending: None,
        });
        Ok(id)
    }

    /// One asks for an event.
    pub(crate) fn next(&mut self, id: Option<&str>) -> Result<(), Refusal> {
        let extension = self.known(id)?;
        match extension.phase {
            Phase::Registered | Phase::Running => {
                extension.phase = Phase::Ready;
                Ok(())
            }
            Phase::Ready | Phase::InitError | Phase::ExitError => wrong_state(),
        }
    }

    /// The id of the request that one is told of, if there is one.
    pub(crate) fn told(&mut self, id: &str) -> Option<String> {
        let extension = self.known(Some(id)).ok()?;
        let pending = extension.pending.take()?;
        extension.phase = Phase::Running;
        Some(pending)
    }

    /// An event goes to the runtime.
    pub(super) fn invoke(&mut self, request: &str) {
        for extension in self.list.iter_mut().filter(|extension| extension.invoked) {
            extension.pending = Some(request.to_owned());
        }
    }

    /// One reports that it failed at the start, or later.
    pub(crate) fn failed(
        &mut self,
        id: Option<&str>,
        kind: &str,
        at_start: bool,
    ) -> Result<(), Refusal> {
        let extension = self.known(id)?;
        if kind.is_empty() {
            return refused(
                "Extension.MissingHeader",
                "Lambda-Extension-Function-Error-Type not found",
            );
        }
        extension.phase = match (extension.phase, at_start) {
            (Phase::Registered | Phase::InitError, true) => Phase::InitError,
            (Phase::Registered | Phase::Ready | Phase::Running | Phase::ExitError, false) => {
                Phase::ExitError
            }
            _ => return wrong_state(),
        };
        Ok(())
    }

    fn known(&mut self, id: Option<&str>) -> Result<&mut Extension, Refusal> {
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            return refused(
                "Extension.MissingExtensionIdentifier",
                "Missing Lambda-Extension-Identifier header",
            );
        };
        if !is_uuid(id) {
            return refused(
                "Extension.InvalidExtensionIdentifier",
                "Invalid Lambda-Extension-Identifier",
            );
        }
        match self.list.iter_mut().find(|extension| extension.id == id) {
            Some(extension) => Ok(extension),
            None => refused("Extension.UnknownExtensionIdentifier", "Unknown extension"),
        }
    }
}

/// The events that a body asks for; `None` if it is not understood or has keys that are no longer allowed.
fn subscriptions(body: &[u8]) -> Option<Vec<String>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let body = body.as_object()?;
    let keys = body.get("configurationKeys").and_then(Value::as_array);
    if keys.is_some_and(|keys| !keys.is_empty()) {
        return None;
    }
    match body.get("events") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(events)) => events
            .iter()
            .map(|event| Some(event.as_str()?.to_owned()))
            .collect(),
        Some(_) => None,
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn refused<T>(kind: &'static str, message: &'static str) -> Result<T, Refusal> {
    Err(Refusal::new(403, kind, message))
}

fn wrong_state<T>() -> Result<T, Refusal> {
    refused(
        "Extension.InvalidExtensionState",
        "State transition is not allowed",
    )
}
