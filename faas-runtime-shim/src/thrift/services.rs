//! The services of an application, and which of them a message means.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use super::settings::ThriftSection;
use super::wire::Limits;
use super::{Handle, Service};
use crate::application::guard::panic_message;
use crate::function::{MethodLimits, Trigger};
use crate::invocation::Parts;
use crate::startup::{StartError, StartErrors};

/// The Thrift services of an application.
pub(crate) struct Services {
    all: Box<[Entry]>,
    limits: Limits,
}

/// One of them.
pub(crate) struct Entry {
    /// Which of the application's functions it is.
    pub(crate) function: usize,
    pub(crate) service: Arc<dyn Service>,
    methods: Box<[Known]>,
}

/// A method by its name, among others sorted by theirs.
struct Known {
    name: &'static str,
    oneway: bool,
    timeout: Option<Duration>,
}

/// What a message means.
pub(crate) struct Picked<'a> {
    pub(crate) entry: &'a Entry,
    /// Nobody waits for an answer.
    pub(crate) oneway: bool,
    /// How long a call of the method may take.
    pub(crate) timeout: Option<Duration>,
}

/// Why nobody knows what a message means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unclear<'a> {
    /// There is no such service, or it has no such method.
    Unknown,
    /// Two services have the method, or more.
    Ambiguous { one: &'a str, other: &'a str },
}

impl Services {
    pub(crate) fn new(all: impl IntoIterator<Item = Entry>, limits: Limits) -> Self {
        Self {
            all: all.into_iter().collect(),
            limits,
        }
    }

    /// Tells whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns what one message may ask for.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Finds a method of any of them by its name.
    pub(crate) fn known(&self, name: &[u8]) -> Option<&'static str> {
        self.all
            .iter()
            .find_map(|entry| entry.find(name))
            .map(|known| known.name)
    }

    /// Finds what a message means: by the service that its name begins with, else by where it was sent, else by what only one
    /// service can be meant with.
    pub(crate) fn pick(
        &self,
        service: Option<&str>,
        method: &str,
        place: Option<&str>,
    ) -> Result<Picked<'_>, Unclear<'_>> {
        let named = |name: &str| self.all.iter().find(|entry| entry.service.name() == name);
        if let Some(entry) = service.or(place).and_then(named) {
            return entry.pick(method).ok_or(Unclear::Unknown);
        }
        if service.is_some() {
            return Err(Unclear::Unknown);
        }
        let mut having = self.all.iter().filter_map(|entry| entry.pick(method));
        let first = having.next().ok_or(Unclear::Unknown)?;
        match having.next() {
            None => Ok(first),
            Some(second) => {
                let [one, other] = [first, second].map(|picked| picked.entry.service.name());
                Err(Unclear::Ambiguous { one, other })
            }
        }
    }
}

impl Entry {
    pub(crate) fn new(
        function: usize,
        service: Arc<dyn Service>,
        limits: &'static [MethodLimits],
    ) -> Self {
        let mut methods: Box<[_]> = service
            .methods()
            .iter()
            .map(|method| Known {
                name: method.name,
                oneway: method.oneway,
                timeout: MethodLimits::timeout(limits, method.name),
            })
            .collect();
        methods.sort_unstable_by_key(|known| known.name);
        Self {
            function,
            service,
            methods,
        }
    }

    fn find(&self, method: &[u8]) -> Option<&Known> {
        let at = self
            .methods
            .binary_search_by_key(&method, |known| known.name.as_bytes());
        self.methods.get(at.ok()?)
    }

    fn pick(&self, method: &str) -> Option<Picked<'_>> {
        let known = self.find(method.as_bytes())?;
        Some(Picked {
            entry: self,
            oneway: known.oneway,
            timeout: known.timeout,
        })
    }
}

/// Builds the services of an application's functions, once the resources are there.
pub(crate) async fn build(parts: &Parts) -> Result<Services, StartErrors> {
    let application = parts.application();
    let mut errors = Vec::new();
    let section = ThriftSection::read(application.configuration()).unwrap_or_else(|error| {
        errors.push(error);
        ThriftSection::default()
    });
    let mut all = Vec::new();
    for (index, state) in application.functions().iter().enumerate() {
        let Trigger::Thrift {
            service,
            methods,
            make,
        } = state.function().trigger
        else {
            continue;
        };
        let origin = &state.function().origin;
        let failed = |why: &str| StartError::resource_failed(service(), origin, why);
        let making = AssertUnwindSafe(make(parts.clone())).catch_unwind();
        match making.await {
            Ok(Ok(made)) => match made.downcast::<Handle>() {
                Ok(handle) => all.push(Entry::new(index, handle.service(), methods)),
                Err(_) => errors.push(failed("it is no service of Thrift")),
            },
            Ok(Err(error)) => errors.push(failed(&error.chain())),
            Err(panic) => errors.push(failed(&format!("it panicked: {}", panic_message(&*panic)))),
        }
    }
    StartErrors::check(errors, Services::new(all, section.limits()))
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.all.iter().map(|entry| entry.service.name());
        f.debug_list().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    //! Which service a message means.

    use std::future::ready;

    use futures_util::future::BoxFuture;

    use super::*;
    use crate::thrift::{Answer, Call, Method};

    struct Named(&'static str, &'static [Method]);

    impl Service for Named {
        fn name(&self) -> &'static str {
            self.0
        }

        fn methods(&self) -> &'static [Method] {
            self.1
        }

        fn call(&self, call: Call) -> BoxFuture<'static, Answer> {
            Box::pin(ready(call.done()))
        }
    }

    const GET: Method = Method {
        name: "get",
        oneway: false,
    };
    const TOUCH: Method = Method {
        name: "touchIt",
        oneway: true,
    };
    const LIMITS: &[MethodLimits] = &[MethodLimits {
        method: "touch_it",
        timeout: Duration::from_secs(7),
    }];

    fn services(names: &[&'static str]) -> Services {
        let entries = names.iter().enumerate().map(|(index, name)| {
            let methods: &[Method] = if *name == "Plain" {
                &[GET]
            } else {
                &[TOUCH, GET]
            };
            Entry::new(index, Arc::new(Named(name, methods)), LIMITS)
        });
        Services::new(entries, Limits::of_frame(100))
    }

    #[track_caller]
    fn check(
        names: &[&'static str],
        asked: (Option<&str>, &str, Option<&str>),
        expected: Option<&str>,
    ) {
        let services = services(names);
        let (service, method, place) = asked;
        let picked = services.pick(service, method, place).ok();
        assert_eq!(picked.map(|picked| picked.entry.service.name()), expected);
    }

    #[test]
    fn by_its_name() {
        let both = &["One", "Two"];
        check(both, (Some("Two"), "get", None), Some("Two"));
        check(both, (Some("Two"), "get", Some("One")), Some("Two"));
        check(both, (Some("Three"), "get", Some("One")), None);
        check(&["One"], (Some("Two"), "get", None), None);
        check(&["One"], (Some("One"), "put", None), None);
    }

    #[test]
    fn by_the_place_that_it_was_sent_to() {
        let both = &["One", "Two"];
        check(both, (None, "get", Some("Two")), Some("Two"));
        check(&["One", "Plain"], (None, "touchIt", Some("Plain")), None);
        check(both, (None, "get", Some("somewhere")), None);
        check(&["One"], (None, "get", Some("somewhere")), Some("One"));
    }

    #[test]
    fn by_what_only_one_can_do() {
        check(&["One"], (None, "get", None), Some("One"));
        check(&["One"], (None, "put", None), None);
        check(&["One", "Plain"], (None, "touchIt", None), Some("One"));
        check(&["One", "Plain"], (None, "get", None), None);
        check(&[], (None, "get", None), None);
        let both = services(&["One", "Plain"]);
        let unclear = both.pick(None, "get", None).err();
        let (one, other) = ("One", "Plain");
        assert_eq!(unclear, Some(Unclear::Ambiguous { one, other }));
        assert_eq!(both.pick(None, "put", None).err(), Some(Unclear::Unknown));
    }

    #[test]
    fn a_method_brings_what_is_known_of_it() {
        let services = services(&["One"]);
        let touch = services.pick(None, "touchIt", None).unwrap();
        assert!(touch.oneway);
        assert_eq!(touch.timeout, Some(Duration::from_secs(7)));
        let get = services.pick(None, "get", None).unwrap();
        assert!(!get.oneway);
        assert_eq!(get.timeout, None);
    }
}
