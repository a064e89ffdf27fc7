//! What this crate's tests build applications of: a test says what matters to it, and has the rest from here.

use std::any::TypeId;
use std::sync::Arc;

use crate::application::{Blueprint, Runtime};
use crate::clock::Clock;
use crate::config::Configuration;
use crate::function::{Function, Limits, Origin, Trigger};
use crate::outlet::Bindings;
use crate::registry::{Registry, Selection};
use crate::services::Services;

/// A function without limits that needs nothing.
pub(crate) const fn function(name: &'static str, trigger: Trigger) -> Function {
    Function {
        origin: origin(name),
        item: TypeId::of::<()>(),
        limits: Limits::NONE,
        idempotent: None,
        trigger,
        needs: |_| {},
        schema: |_| {},
    }
}

pub(crate) const fn origin(name: &'static str) -> Origin {
    Origin {
        name,
        module: "tests",
        file: "tests.rs",
        line: 1,
        summary: "",
    }
}

/// An application of all these functions, on the host.
pub(crate) fn blueprint(
    mut functions: Vec<&'static Function>,
    configuration: Configuration,
    clock: Arc<dyn Clock>,
) -> Blueprint {
    functions.sort_by_key(|function| function.origin.name);
    let outlet = Bindings::new(configuration.clone(), "host", None);
    Blueprint {
        registry: Registry {
            functions,
            ..Registry::default()
        },
        selection: Selection::all(),
        platform: "host",
        services: Services::new(Arc::new(outlet), "host"),
        configuration,
        runtime: Runtime {
            clock,
            blocking: |work| work(),
        },
        given: Vec::new(),
        captured: None,
    }
}

/// Numbers that look random and are the same each time and everywhere (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides
    }
}
