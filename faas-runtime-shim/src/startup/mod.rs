//! What keeps an application from starting: every mistake at once, each with its code, its mend and an exit code.
//!
//! The catalogue is the `impl StartError`: one constructor a mistake. A code never changes its meaning; the book has a page
//! for each.

#[cfg(test)]
pub(crate) mod tests;

use std::fmt;

use crate::function::Origin;

/// The process exit codes (DESIGN, section 7; the numbers above 63 follow BSD's `sysexits.h`).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Exit {
    /// Everything in flight was finished.
    Drained = 0,
    /// A platform's connection was lost for good.
    Platform = 69,
    /// A registration or the selection is wrong.
    Registration = 64,
    /// A resource or a hook failed.
    Resource = 70,
    /// A listener could not be opened.
    Listen = 74,
    /// The time to drain was over before everything in flight was finished.
    CutOff = 75,
    /// The configuration or a binding is wrong.
    Configuration = 78,
}

/// One reason why an application cannot start.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StartError {
    code: &'static str,
    exit: Exit,
    message: String,
    help: Option<String>,
}

/// All reasons that one phase of the start has found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StartErrors(Vec<StartError>);

impl StartErrors {
    /// Hands on `value` unless there are errors.
    pub(crate) fn check<T>(errors: Vec<StartError>, value: T) -> Result<T, Self> {
        if errors.is_empty() {
            Ok(value)
        } else {
            Err(Self(errors))
        }
    }

    /// Returns the exit code of the process: that of the first error.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.0
            .first()
            .map_or(Exit::Registration, |error| error.exit)
    }

    /// Walks the errors.
    pub fn iter(&self) -> impl Iterator<Item = &StartError> {
        self.0.iter()
    }
}

impl From<StartError> for StartErrors {
    fn from(error: StartError) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for StartErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for StartErrors {}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}", self.code, self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for StartError {}

impl StartError {
    /// Returns the stable code, such as `F0201`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the exit code that it stands for.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }

    fn new(code: &'static str, exit: Exit, message: String, help: impl Into<String>) -> Self {
        let help = help.into();
        Self {
            code,
            exit,
            message,
            help: (!help.is_empty()).then_some(help),
        }
    }

    /// A timer that never comes due.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn no_schedule(timer: &Origin, why: &str) -> Self {
        Self::new(
            "F0216",
            Exit::Registration,
            format!("timer `{}` at {timer}: {why}", timer.name),
            "",
        )
    }

    /// What the host keeps on this machine's disk cannot be opened.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn cannot_keep(why: &str) -> Self {
        Self::new(
            "F0404",
            Exit::Resource,
            format!("what outlives the process cannot be kept: {why}"),
            "`FAAS_DATA` names the folder for it",
        )
    }

    // registration and selection: F02xx

    pub(crate) fn same_name(one: &Origin, other: &Origin) -> Self {
        Self::new(
            "F0201",
            Exit::Registration,
            format!("two functions named `{}`: {one} and {other}", one.name),
            "give one of them another name: `name = \"…\"` in its annotation",
        )
    }

    pub(crate) fn same_route(what: &str, one: &Origin, other: &Origin) -> Self {
        Self::new(
            "F0202",
            Exit::Registration,
            format!(
                "two functions take {what}: `{}` at {one} and `{}` at {other}",
                one.name, other.name
            ),
            "change the path or the methods of one of them",
        )
    }

    pub(crate) fn clashing_paths(path: &str, with: &str, one: &Origin, other: &Origin) -> Self {
        Self::new(
            "F0203",
            Exit::Registration,
            format!(
                "the paths `{path}` (`{}` at {one}) and `{with}` (`{}` at {other}) match the same requests",
                one.name, other.name
            ),
            "give the parameter one name on both, or change a fixed part of one path",
        )
    }

    pub(crate) fn bad_path(path: &str, origin: &Origin, why: &str) -> Self {
        Self::new(
            "F0204",
            Exit::Registration,
            format!(
                "the path `{path}` of `{}` at {origin} is wrong: {why}",
                origin.name
            ),
            "",
        )
    }

    pub(crate) fn mount_clash(origin: &Origin, with: Option<&Origin>, why: &str) -> Self {
        let with = with.map_or_else(
            || "another route".to_owned(),
            |with| format!("`{}` at {with}", with.name),
        );
        Self::new(
            "F0205",
            Exit::Registration,
            format!(
                "the router mounted by `{}` at {origin} clashes with {with}: {why}",
                origin.name
            ),
            "delete the route in the mounted router, now that an annotated function takes it, or mount it under a prefix",
        )
    }

    pub(crate) fn nothing_linked(krate: &str, file: &str, line: u32) -> Self {
        Self::new(
            "F0206",
            Exit::Registration,
            format!("`faas::link!({krate})` at {file}:{line}: that crate registers nothing"),
            "annotate a function in it, or remove the line; a build for WebAssembly needs `lto` set, or the linker drops the registrations",
        )
    }

    pub(crate) fn unknown_selection(asked: &str, variable: &str, known: &[&str]) -> Self {
        let mend = if known.is_empty() {
            "this binary has no functions at all".to_owned()
        } else {
            format!("the functions of this binary are: {}", known.join(", "))
        };
        Self::new(
            "F0207",
            Exit::Registration,
            format!("{variable} names `{asked}`, and no function is called that"),
            mend,
        )
    }

    pub(crate) fn no_functions() -> Self {
        Self::new(
            "F0208",
            Exit::Registration,
            "this binary has no functions".to_owned(),
            "annotate one with `#[faas::http(…)]` or another trigger; if your functions are in a library crate, name it in `main.rs`: `faas::link!(the_crate);`",
        )
    }

    pub(crate) fn unknown_platform(asked: &str, known: &[&str]) -> Self {
        Self::new(
            "F0209",
            Exit::Registration,
            format!("FAAS_PLATFORM is `{asked}`, which this binary does not speak"),
            format!(
                "it was built with: {}; others are Cargo features of `faas`",
                known.join(", ")
            ),
        )
    }

    pub(crate) fn no_platform(known: &[&str]) -> Self {
        Self::new(
            "F0210",
            Exit::Registration,
            "no platform was found in the environment, and this binary was built without the feature `host`".to_owned(),
            format!(
                "start it on one of: {}; or add the feature `host` of `faas`",
                known.join(", ")
            ),
        )
    }

    pub(crate) fn missing_resource(ty: &str, asker: &str, similar: Option<&str>) -> Self {
        let mut help = format!("add `#[faas::resource] async fn … -> {ty}`");
        if let Some(similar) = similar {
            help = format!("there is one for `{similar}`: is that the type you meant? Else {help}");
        }
        Self::new(
            "F0211",
            Exit::Registration,
            format!("no `#[faas::resource]` returns `{ty}` (asked for by {asker})"),
            help,
        )
    }

    pub(crate) fn resource_cycle(chain: &str) -> Self {
        Self::new(
            "F0212",
            Exit::Registration,
            format!("resources need each other: {chain}"),
            "take one of the `State<…>` parameters out and fetch it when it is used",
        )
    }

    pub(crate) fn same_resource(ty: &str, one: &Origin, other: &Origin) -> Self {
        Self::new(
            "F0213",
            Exit::Registration,
            format!(
                "two resources of type `{ty}`: `{}` at {one} and `{}` at {other}",
                one.name, other.name
            ),
            "wrap one of them in a type of its own: `struct Replica(Db);`",
        )
    }

    pub(crate) fn same_input(what: &str, one: &Origin, other: &Origin) -> Self {
        Self::new(
            "F0214",
            Exit::Registration,
            format!(
                "two functions take {what}: `{}` at {one} and `{}` at {other}",
                one.name, other.name
            ),
            "a delivery goes to one function: join the two, or let one of them publish to a queue of the other",
        )
    }

    /// What describes the messages of services cannot be read.
    #[cfg(feature = "grpc")]
    pub(crate) fn descriptors(why: &str) -> Self {
        Self::new(
            "F0217",
            Exit::Registration,
            format!("what `faas::descriptors!` was given is no set of descriptors: {why}"),
            "give it the bytes of a `google.protobuf.FileDescriptorSet`, such as the `FILE_DESCRIPTOR_SET` that `faas-build` writes",
        )
    }

    /// A route that no request would reach.
    pub(crate) fn shadowed_by_service(
        path: &str,
        route: &Origin,
        service: &str,
        of: &Origin,
    ) -> Self {
        Self::new(
            "F0218",
            Exit::Registration,
            format!(
                "the path `{path}` (`{}` at {route}) lies below the gRPC service `{service}` (`{}` at {of}), which would take its requests",
                route.name, of.name
            ),
            "give the route another first segment: all below `/SERVICE` belongs to the service",
        )
    }

    // resources and hooks: F03xx

    pub(crate) fn resource_failed(ty: &str, origin: &Origin, why: &str) -> Self {
        Self::new(
            "F0301",
            Exit::Resource,
            format!("resource `{ty}` (`{}` at {origin}): {why}", origin.name),
            "",
        )
    }

    pub(crate) fn hook_failed(origin: &Origin, why: &str) -> Self {
        Self::new(
            "F0302",
            Exit::Resource,
            format!("hook `{}` at {origin}: {why}", origin.name),
            "",
        )
    }

    // listeners and platforms: F04xx

    #[cfg_attr(
        not(feature = "host"),
        expect(dead_code, reason = "only the host listens")
    )]
    pub(crate) fn cannot_listen(address: &str, why: &str, help: impl Into<String>) -> Self {
        Self::new(
            "F0401",
            Exit::Listen,
            format!("cannot listen on {address}: {why}"),
            help,
        )
    }

    pub(crate) fn no_runtime(why: &str) -> Self {
        Self::new(
            "F0402",
            Exit::Resource,
            format!("the async runtime could not be built: {why}"),
            "",
        )
    }

    #[cfg_attr(
        target_family = "wasm",
        allow(dead_code, reason = "there is no environment")
    )]
    pub(crate) fn bad_environment(name: &str, value: &str, expected: &str) -> Self {
        Self::new(
            "F0403",
            Exit::Configuration,
            format!("the environment variable `{name}` is `{value}`, expected {expected}"),
            "",
        )
    }

    // configuration: F05xx

    pub(crate) fn configuration(why: String) -> Self {
        Self::new("F0501", Exit::Configuration, why, "")
    }
}
