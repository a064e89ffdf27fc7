//! How closely a function's filter describes what has happened: of several, the closest is meant.

use crate::cloudevents::CloudEvent;
use crate::function::Trigger;
use crate::invocation::{ChangeEvent, ObjectEvent};

/// How closely a function describes what happened to an object; `None` if it does not want to hear of it.
pub(super) fn object(trigger: &Trigger, object: &ObjectEvent) -> Option<usize> {
    let Trigger::Object { spec, .. } = trigger else {
        return None;
    };
    let wanted = (spec.on.is_empty() || spec.on.contains(&object.kind))
        && object.key.starts_with(spec.prefix)
        && object.key.ends_with(spec.suffix);
    wanted.then_some(spec.prefix.len() + spec.suffix.len())
}

pub(super) fn change(trigger: &Trigger, change: &ChangeEvent) -> Option<usize> {
    let Trigger::Binlog { spec, .. } = trigger else {
        return None;
    };
    let wanted = spec.on.is_empty() || spec.on.contains(&change.kind);
    wanted.then_some(usize::from(!spec.on.is_empty()))
}

/// A whole type is closer than a pattern, a longer pattern than a shorter one, a source closer than any source.
pub(super) fn event(trigger: &Trigger, event: &CloudEvent) -> Option<(bool, usize, bool)> {
    let Trigger::Event { spec, .. } = trigger else {
        return None;
    };
    if spec.source.is_some_and(|wanted| wanted != event.source) {
        return None;
    }
    let beginning = spec.kind.strip_suffix('*');
    let matches = match beginning {
        Some(beginning) => event.kind.starts_with(beginning),
        None => event.kind == spec.kind,
    };
    matches.then_some((beginning.is_none(), spec.kind.len(), spec.source.is_some()))
}
