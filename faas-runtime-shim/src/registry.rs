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
        Self {
            functions: folded(inventory::iter::<Function>, |function| &function.origin),
            resources: folded(inventory::iter::<Resource>, |resource| &resource.origin),
            hooks: folded(inventory::iter::<Hook>, |hook| &hook.origin),
            sections: folded(inventory::iter::<ConfigEntry>, |section| &section.origin),
            linked: inventory::iter::<Linked>.into_iter().collect(),
        }
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
        for name in names {
            if self.find(name).is_none() {
                errors.push(StartError::unknown_selection(
                    name,
                    selection.variable,
                    &self.names(),
                ));
            }
        }
        let is_selected = |name: &str| names.iter().any(|selected| selected == name);
        let mut selected = self.functions.clone();
        selected.retain(|function| is_selected(function.origin.name));
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

/// Sorts by name, and leaves out what was registered at one place under one name more than once.
///
/// By insertion: there are few, and a sort of the standard library's would be the largest part of this file's code, once for
/// each kind.
fn folded<T>(
    entries: impl IntoIterator<Item = &'static T>,
    origin: fn(&T) -> &Origin,
) -> Vec<&'static T> {
    let place = |entry: &T| {
        let Origin {
            name,
            module,
            file,
            line,
            summary,
        } = origin(entry);
        (*name, *module, *file, *line, *summary)
    };
    let mut folded: Vec<&'static T> = Vec::new();
    for entry in entries {
        let wanted = place(entry);
        if let Err(index) = folded.binary_search_by(|other| place(other).cmp(&wanted)) {
            folded.insert(index, entry);
        }
    }
    folded
}

/// Tells whether requests of HTTP can reach a function.
pub(crate) fn is_http(function: &Function) -> bool {
    matches!(
        function.trigger,
        Trigger::Http { .. }
            | Trigger::Mount { .. }
            | Trigger::Grpc { .. }
            | Trigger::GrpcMethod { .. }
            | Trigger::Thrift { .. }
    )
}
