//! Collects what the annotations of a binary have registered, finds duplicates and gaps, and selects the functions to run.
//!
//! Linking gives registrations no order, so they are sorted; a registration that is linked twice (by `link!`, or by a
//! constructor that ran twice) is one.

use crate::env::Env;
use crate::function::{ConfigEntry, Function, Hook, Linked, Origin, Resource, Trigger};
use crate::startup::{StartError, StartErrors};

/// All registrations of a binary, sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    pub(crate) functions: Vec<&'static Function>,
    pub(crate) resources: Vec<&'static Resource>,
    pub(crate) hooks: Vec<&'static Hook>,
    pub(crate) sections: Vec<&'static ConfigEntry>,
    pub(crate) linked: Vec<&'static Linked>,
}

impl Registry {
    /// Collects what is linked into the binary.
    #[must_use]
    pub fn collect() -> Self {
        let mut registry = Self {
            functions: inventory::iter::<Function>.into_iter().collect(),
            resources: inventory::iter::<Resource>.into_iter().collect(),
            hooks: inventory::iter::<Hook>.into_iter().collect(),
            sections: inventory::iter::<ConfigEntry>.into_iter().collect(),
            linked: inventory::iter::<Linked>.into_iter().collect(),
        };
        fold(&mut registry.functions, |function| &function.origin);
        fold(&mut registry.resources, |resource| &resource.origin);
        fold(&mut registry.hooks, |hook| &hook.origin);
        fold(&mut registry.sections, |section| &section.origin);
        registry
    }

    /// Keeps only what was registered in one module or below it: a test's own functions among many.
    #[must_use]
    pub fn only(mut self, module: &str) -> Self {
        let inside = |origin: &Origin| {
            origin
                .module
                .strip_prefix(module)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        self.functions.retain(|function| inside(&function.origin));
        self.resources.retain(|resource| inside(&resource.origin));
        self.hooks.retain(|hook| inside(&hook.origin));
        self.sections.retain(|section| inside(&section.origin));
        self.linked.clear();
        self
    }

    /// Finds all mistakes that do not depend on the selection.
    ///
    /// # Errors
    ///
    /// Returns functions of one name, resources of one type, and linked crates that register nothing.
    pub fn check(&self) -> Result<(), StartErrors> {
        let mut errors = Vec::new();
        for pair in self.functions.windows(2) {
            let [one, other] = pair else { continue };
            if one.origin.name == other.origin.name {
                errors.push(StartError::same_name(&one.origin, &other.origin));
            }
        }
        for (index, other) in self.resources.iter().enumerate() {
            let ty = (other.provides)();
            if let Some(one) = self.resources[..index]
                .iter()
                .find(|one| (one.provides)() == ty)
            {
                errors.push(StartError::same_resource(
                    ty.name,
                    &one.origin,
                    &other.origin,
                ));
            }
        }
        for linked in &self.linked {
            let inside = |origin: &Origin| {
                let crate_name = origin.module.split("::").next();
                crate_name == Some(linked.krate)
            };
            let found = self
                .functions
                .iter()
                .any(|function| inside(&function.origin))
                || self
                    .resources
                    .iter()
                    .any(|resource| inside(&resource.origin))
                || self.hooks.iter().any(|hook| inside(&hook.origin));
            if !found {
                errors.push(StartError::nothing_linked(
                    linked.krate,
                    linked.file,
                    linked.line,
                ));
            }
        }
        StartErrors::check(errors, ())
    }

    /// Selects the functions that `selection` asks for.
    ///
    /// # Errors
    ///
    /// Returns every name that no function has, and the lack of any function.
    pub fn select(&self, selection: &Selection) -> Result<Vec<&'static Function>, StartErrors> {
        if self.functions.is_empty() {
            return Err(StartError::no_functions().into());
        }
        let Some(names) = &selection.names else {
            return Ok(self.functions.clone());
        };
        let mut errors = Vec::new();
        let mut selected = Vec::new();
        for name in names {
            match self.find(name) {
                Some(function) => selected.push(function),
                None => errors.push(StartError::unknown_selection(
                    name,
                    selection.variable,
                    &self.names(),
                )),
            }
        }
        selected.sort_by_key(|function| function.origin.name);
        selected.dedup_by_key(|function| function.origin.name);
        StartErrors::check(errors, selected)
    }

    /// Returns the function of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Function> {
        self.functions
            .iter()
            .find(|function| function.origin.name == name)
            .copied()
    }

    fn names(&self) -> Vec<&'static str> {
        self.functions
            .iter()
            .map(|function| function.origin.name)
            .collect()
    }
}

/// Which functions of a binary run (DESIGN, section 6).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Selection {
    names: Option<Vec<String>>,
    variable: &'static str,
}

impl Selection {
    /// Selects all functions.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Selects these functions; `variable` is what a message calls the source of the names.
    #[must_use]
    pub fn of(names: &str, variable: &'static str) -> Self {
        let names = names
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>();
        Self {
            names: (!names.is_empty()).then_some(names),
            variable,
        }
    }

    /// Reads `FAAS_FUNCTION`.
    #[must_use]
    pub fn from_env(env: &Env) -> Self {
        env.get("FAAS_FUNCTION")
            .map_or_else(Self::all, |names| Self::of(names, "FAAS_FUNCTION"))
    }

    /// Tells whether all functions are selected.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.names.is_none()
    }
}

/// Sorts by name, then drops what was registered at one place under one name more than once.
fn fold<T>(entries: &mut Vec<&'static T>, origin: impl Fn(&T) -> &Origin) {
    entries.sort_by_key(|entry| {
        let origin = origin(entry);
        (origin.name, origin.module, origin.file, origin.line)
    });
    entries.dedup_by(|one, other| origin(one) == origin(other));
}

/// Tells whether a function is for HTTP.
pub(crate) fn is_http(function: &Function) -> bool {
    matches!(
        function.trigger,
        Trigger::Http { .. } | Trigger::Mount { .. }
    )
}
