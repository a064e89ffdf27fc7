//! Who publishes: where an application, a source and a trace are taken from.

use faas_runtime_shim::application::Application;
use faas_runtime_shim::cloudevents::CloudEvent;
use faas_runtime_shim::current;
use faas_runtime_shim::invocation::Context;
use faas_runtime_shim::outlet::PublishError;
use faas_runtime_shim::trace::TraceContext;

use crate::Error;

/// The invocation that publishes, or the process outside of any.
#[derive(Debug)]
pub(crate) struct Sender {
    application: Option<Application>,
    /// The name of the function; empty outside of invocations.
    function: &'static str,
    trace: Option<TraceContext>,
}

impl Sender {
    /// Whoever runs on this thread.
    pub(crate) fn here() -> Self {
        match current::context() {
            Some(context) => Self::of(&context),
            None => Self {
                application: current::application(),
                function: "",
                trace: None,
            },
        }
    }

    /// An invocation.
    pub(crate) fn of(context: &Context) -> Self {
        Self {
            application: Some(context.application().clone()),
            function: context.function(),
            trace: context.trace().cloned(),
        }
    }

    /// Nobody in particular.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn outside(application: &Application) -> Self {
        Self {
            application: Some(application.clone()),
            function: "",
            trace: None,
        }
    }

    pub(crate) fn application(&self) -> Result<&Application, PublishError> {
        self.application.as_ref().ok_or(PublishError::NoApplication)
    }

    pub(crate) fn trace(&self) -> Option<&TraceContext> {
        self.trace.as_ref()
    }

    /// The error of a value that its form cannot hold.
    pub(crate) fn unwritable(what: String, error: &Error) -> PublishError {
        PublishError::Unwritable {
            what,
            why: error.chain(),
        }
    }

    /// Fills in what the author of an event has left out, and holds the rest to the rules of CloudEvents.
    pub(crate) fn complete(&self, mut event: CloudEvent) -> Result<CloudEvent, Error> {
        let source = match self.function {
            "" => "faas",
            name => name,
        };
        let application = self.application.as_ref();
        event.complete(
            source,
            application.map(|application| application.clock().wall()),
        );
        // the names are those of CloudEvents' extension "Distributed Tracing"
        if let Some(trace) = &self.trace
            && !event.extensions.contains_key("traceparent")
        {
            let extensions = &mut event.extensions;
            extensions.insert("traceparent".to_owned(), trace.traceparent().to_string());
            if let Some(state) = trace.tracestate() {
                extensions.insert("tracestate".to_owned(), state.to_owned());
            }
        }
        event.check()?;
        Ok(event)
    }
}
