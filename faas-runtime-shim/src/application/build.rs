//! From registrations to a running application: what is selected is checked phase by phase, and its resources, routes and
//! hooks are brought up in that order.

use std::sync::{Arc, OnceLock};

use super::lifetime::Lifetime;
use super::own::Own;
use super::resources::{self, Asker, Resources};
use super::routing::{self, Routing};
use super::{Application, FunctionState, Inner};
use crate::clock::Clock;
use crate::config::{ConfigErrors, Configuration};
use crate::function::{Function, HookMoment, Shared, Type};
use crate::invocation::{Context, Parts};
use crate::registry::{Registry, Selection};
use crate::services::Services;
use crate::startup::{StartError, StartErrors};
use crate::support::Support;
use crate::telemetry::Captured;
use crate::telemetry::metrics::own::Own as OwnMetrics;

/// What an application is built from.
#[derive(Debug)]
pub struct Blueprint {
    /// The registrations.
    pub registry: Registry,
    /// Which functions run.
    pub selection: Selection,
    /// The name of the platform.
    pub platform: &'static str,
    /// The configuration.
    pub configuration: Configuration,
    /// Time and threads.
    pub runtime: Runtime,
    /// What it is given from below: where it publishes, keys with values, tasks.
    pub services: Services,
    /// Values that stand in for resources of their types.
    pub given: Vec<(Type, Shared)>,
    /// Where the log lines of invocations go instead of the process's log.
    pub captured: Option<Captured>,
}

/// What the layer below provides: time, and threads for work that blocks.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Runs work that blocks, away from the threads that poll.
    pub blocking: fn(Box<dyn FnOnce() + Send>),
}

impl Application {
    /// Checks the registrations, builds what the selected functions need, and runs the start hooks.
    ///
    /// # Errors
    ///
    /// Returns all mistakes of the first phase that found any: registrations and selection, configuration, resources,
    /// routes, hooks.
    pub async fn build(blueprint: Blueprint) -> Result<Self, StartErrors> {
        let Blueprint {
            registry,
            selection,
            platform,
            configuration,
            runtime,
            services,
            given,
            captured,
        } = blueprint;
        let mut errors = registry
            .check()
            .err()
            .map_or_else(Vec::new, |errors| errors.iter().cloned().collect());
        let selected = match registry.select(&selection) {
            Ok(selected) => selected,
            Err(more) => {
                errors.extend(more.iter().cloned());
                Vec::new()
            }
        };
        let support = Support::of(&registry.functions);
        if let Some(http) = support.http {
            errors.extend((http.check)(&selected));
        }
        errors.extend(routing::check(&selected));
        let (routing, mistakes) = Routing::read(&selected, &configuration);
        let told = |mistakes: &ConfigErrors| StartError::configuration(mistakes.to_string());
        errors.extend(mistakes.iter().map(told));
        let resources = Resources::plan(
            &registry,
            &askers(&registry, &selected),
            given,
            &configuration,
            &mut errors,
        );
        StartErrors::check(errors, ())?;
        let functions = selected
            .into_iter()
            .map(|function| {
                let lazy = resources::needs_of(function.needs)
                    .resources
                    .into_iter()
                    .filter(|ty| !resources.is_eager(*ty))
                    .collect();
                Arc::new(FunctionState::new(function, lazy))
            })
            .collect();
        let application = Self(Arc::new(Inner {
            functions,
            support,
            registry,
            routing,
            services,
            own: Own::default(),
            resources,
            configuration,
            routes: OnceLock::new(),
            #[cfg(feature = "thrift")]
            thrift: OnceLock::new(),
            platform,
            runtime,
            lifetime: Lifetime::default(),
            own_metrics: OwnMetrics::default(),
            captured,
        }));
        application.initialise().await?;
        Ok(application)
    }

    async fn initialise(&self) -> Result<(), StartErrors> {
        let parts = Parts::new(Context::of_start(self.clone()));
        let errors = self.0.resources.build_eager(&parts).await;
        StartErrors::check(errors, ())?;
        if let Some(http) = self.0.support.http {
            let routes = (http.build)(&self.0.functions, &parts).await?;
            // this is the only place that sets it
            let _ = self.0.routes.set(routes);
        }
        #[cfg(feature = "thrift")]
        if let Some(thrift) = self.0.support.thrift {
            let services = (thrift.build)(&parts).await?;
            // this is the only place that sets it
            let _ = self.0.thrift.set(services);
        }
        self.run_hooks(HookMoment::Start).await
    }
}

/// Returns everybody who needs something from the start on.
fn askers(registry: &Registry, selected: &[&'static Function]) -> Vec<Asker> {
    let functions = selected.iter().map(|function| Asker {
        name: format!("function `{}`", function.origin.name),
        needs: function.needs,
    });
    let hooks = registry.hooks.iter().map(|hook| Asker {
        name: format!("hook `{}`", hook.origin.name),
        needs: hook.needs,
    });
    functions.chain(hooks).collect()
}
