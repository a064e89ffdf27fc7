//! From the process's start to its exit code: find the platform, build the runtime, let the adapter drive.

use std::process::ExitCode;
use std::sync::Arc;

use crate::application::{Application, Blueprint, Runtime, describe};
use crate::bindings::Bound;
use crate::clock::{Clock, SystemClock};
use crate::config::{ConfigErrors, Configuration};
use crate::current;
use crate::env::Env;
#[cfg(all(feature = "host", feature = "thrift"))]
use crate::function::Function;
use crate::function::Trigger;
use crate::outlet::Bindings;
use crate::platform::{ADAPTERS, Adapter, Flavour, detect};
use crate::record;
use crate::registry::{Registry, Selection};
use crate::services::Services;
use crate::startup::{StartError, StartErrors};
use crate::strays::strays;
use crate::telemetry::{self, LogPlan};

/// What an adapter starts from.
#[derive(Clone, Debug)]
pub struct Boot {
    /// The process's environment.
    pub env: Env,
    /// The registrations of the binary.
    pub registry: Registry,
    adapter: &'static dyn Adapter,
    clock: Arc<dyn Clock>,
    /// What was found wrong in the configuration before the adapter was there to tell it to its platform.
    early: Option<StartErrors>,
}

impl Boot {
    /// Builds the application with the process's own environment.
    ///
    /// # Errors
    ///
    /// Returns why it cannot start.
    pub async fn application(&self) -> Result<Application, StartErrors> {
        let configuration = self.configuration()?;
        self.application_with(configuration).await
    }

    /// Builds the application with a configuration that is loaded already.
    ///
    /// # Errors
    ///
    /// Returns why it cannot start.
    pub async fn application_with(
        &self,
        configuration: Configuration,
    ) -> Result<Application, StartErrors> {
        let services = self.services(&configuration);
        self.application_of(configuration, services).await
    }

    /// Returns where the application publishes by its bindings and the platform's sink, and nothing more.
    pub(crate) fn services(&self, configuration: &Configuration) -> Services {
        let platform = self.adapter.profile().name;
        Services::of_bindings(self.outlet(configuration), platform)
    }

    /// Returns where the bindings and the platform's sink say that messages go.
    pub(crate) fn outlet(&self, configuration: &Configuration) -> Bindings {
        let platform = self.adapter.profile().name;
        let sink = self.adapter.sink(&self.env);
        let outlet = Bindings::new(configuration.clone(), platform, sink);
        match self.adapter.service(&self.env) {
            Some(service) => outlet.service(service),
            None => outlet,
        }
    }

    /// Builds the application with what it is given from below.
    pub(crate) async fn application_of(
        &self,
        configuration: Configuration,
        services: Services,
    ) -> Result<Application, StartErrors> {
        let selection = self.selection();
        let platform = self.adapter.profile().name;
        let mut services = services
            .bound(&configuration, platform)
            .map_err(|errors| StartError::configuration(errors.to_string()))?;
        services.recorder = record::of_process(&self.env, &configuration)?;
        let application = Application::build(Blueprint {
            registry: self.registry.clone(),
            selection,
            platform,
            services,
            configuration,
            runtime: runtime(self.clock()),
            given: Vec::new(),
            captured: None,
        })
        .await?;
        if platform != "host" {
            warn_of_unbound(&application, self.adapter.sink(&self.env).is_some());
        }
        warn_without_kv(&application);
        for stray in strays(application.configuration(), &self.registry) {
            tracing::warn!("{stray}");
        }
        current::install(&application);
        Ok(application)
    }

    /// Returns the functions that run; none if the selection is wrong, which the application tells.
    #[cfg(all(feature = "host", feature = "thrift"))]
    pub(crate) fn selected(&self) -> Vec<&'static Function> {
        self.registry.select(&self.selection()).unwrap_or_default()
    }

    fn selection(&self) -> Selection {
        let own = Selection::from_env(&self.env);
        if own.is_all() {
            self.adapter.selection(&self.env, &self.registry)
        } else {
            own
        }
    }

    /// Returns the one clock of the process.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Loads the configuration.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with `faas.toml`, a secret mount or a variable.
    pub fn configuration(&self) -> Result<Configuration, StartErrors> {
        if let Some(errors) = &self.early {
            return Err(errors.clone());
        }
        Configuration::load(&self.env).map_err(|error| {
            StartError::configuration(ConfigErrors::from(error).to_string()).into()
        })
    }

    /// Tells why the application cannot start: to the log on platforms, as it is on a terminal.
    pub fn report(&self, errors: &StartErrors) {
        report(errors, &self.adapter.logs(&self.env));
    }
}

/// Finds the platform, builds the async runtime that it wants, serves, and returns the exit code for `main`.
#[must_use]
pub fn run() -> ExitCode {
    let mut boot = match boot() {
        Ok(Some(boot)) => boot,
        Ok(None) => return ExitCode::SUCCESS,
        Err(errors) => return fail(&errors, &LogPlan::default()),
    };
    let flavour = boot.adapter.flavour(&boot.env);
    let runtime = match async_runtime(flavour, &mut boot) {
        Ok(runtime) => runtime,
        Err(errors) => return fail(&errors, &boot.adapter.logs(&boot.env)),
    };
    let exit = runtime.block_on(boot.adapter.drive(boot));
    // a blocking handler past its deadline cannot be stopped; it must not keep the process either
    runtime.shutdown_background();
    ExitCode::from(exit as u8)
}

/// Serves like [`run`] on the async runtime that the caller has built.
pub async fn serve() -> ExitCode {
    match boot() {
        Ok(Some(boot)) => ExitCode::from(boot.adapter.drive(boot).await as u8),
        Ok(None) => ExitCode::SUCCESS,
        Err(errors) => fail(&errors, &LogPlan::default()),
    }
}

/// What both ways to start share; `None` if the description was asked for and has been printed.
fn boot() -> Result<Option<Boot>, StartErrors> {
    let env = Env::from_process();
    let registry = Registry::collect();
    if env.get("FAAS_DESCRIBE") == Some("1") {
        let platforms = ADAPTERS.iter().map(|adapter| adapter.profile().describe());
        print(&describe(&registry, &platforms.collect::<Vec<_>>()));
        return Ok(None);
    }
    let adapter = detect(&env)?;
    check_own(&env)?;
    telemetry::init(&adapter.logs(&env), &env);
    Ok(Some(Boot {
        env,
        registry,
        adapter,
        clock: Arc::new(SystemClock::new()),
        early: None,
    }))
}

/// Makes sure that nothing is left out that somebody has set for us.
fn check_own(env: &Env) -> Result<(), StartErrors> {
    let own = env.unreadable().filter(|name| name.starts_with("FAAS_"));
    let errors = own
        .map(|name| StartError::bad_environment(name, "not UTF-8", "UTF-8 text"))
        .collect();
    StartErrors::check(errors, ())
}

/// Tells what cannot be published to for want of a binding: only the host has queues of its own.
fn warn_of_unbound(application: &Application, has_sink: bool) {
    let outlet = application.outlet();
    for state in application.functions() {
        let function = state.name();
        let spec = match &state.function().trigger {
            Trigger::Queue { spec, .. } => spec,
            Trigger::Task { .. } => {
                if !has_sink && !application.tasks().is_bound(function) {
                    let key = Bound::Tasks.key(function, "url");
                    tracing::warn!(
                        function,
                        "the task `{function}` is not bound to what can be published to: `faas::submit` fails; set `{key}`"
                    );
                }
                continue;
            }
            _ => continue,
        };
        if !has_sink && !outlet.is_bound(spec.queue) {
            let key = Bound::Queues.key(spec.queue, "url");
            tracing::warn!(
                function,
                "the queue `{}` is not bound to what can be published to: a message for it fails; set `{key}`",
                spec.queue
            );
        }
        if let Some(queue) = spec.dead_letter
            && !outlet.is_bound(queue)
        {
            let key = Bound::Queues.key(queue, "url");
            tracing::warn!(
                function,
                "the queue `{queue}` is not bound to what can be published to: a message that `{function}` rejects counts as failed; set `{key}`"
            );
        }
    }
}

/// Tells that keys with values are asked for and there is no place for them.
fn warn_without_kv(application: &Application) {
    if let Some(who) = application.who_keeps()
        && !application.kv().is_bound()
    {
        tracing::warn!(
            "{who} reads and writes keys, and there is no key-value store on `{}`: each call fails; set `kv.url`",
            application.platform()
        );
    }
}

fn runtime(clock: Arc<dyn Clock>) -> Runtime {
    Runtime {
        clock,
        blocking: |work| {
            tokio::task::spawn_blocking(work);
        },
    }
}

#[cfg(feature = "host")]
fn async_runtime(
    flavour: Flavour,
    boot: &mut Boot,
) -> Result<tokio::runtime::Runtime, StartErrors> {
    let mut builder = match flavour {
        Flavour::CurrentThread => tokio::runtime::Builder::new_current_thread(),
        Flavour::MultiThread => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            match threads(boot) {
                Ok(Some(threads)) => {
                    builder.worker_threads(threads);
                }
                Ok(None) => {}
                Err(errors) => boot.early = Some(errors),
            }
            builder
        }
    };
    finished(&mut builder)
}

// tokio's threads are 85 KB of a small binary, and bring 0.4 MB into its memory, libm among it
#[cfg(not(feature = "host"))]
fn async_runtime(_: Flavour, _: &mut Boot) -> Result<tokio::runtime::Runtime, StartErrors> {
    finished(&mut tokio::runtime::Builder::new_current_thread())
}

fn finished(builder: &mut tokio::runtime::Builder) -> Result<tokio::runtime::Runtime, StartErrors> {
    builder
        .enable_all()
        .build()
        .map_err(|error| StartError::no_runtime(&error.to_string()).into())
}

/// Reads `[runtime] threads`.
#[cfg(feature = "host")]
fn threads(boot: &Boot) -> Result<Option<usize>, StartErrors> {
    /// `[runtime]`.
    #[derive(Default, serde::Deserialize)]
    struct Section {
        threads: Option<std::num::NonZeroUsize>,
    }
    let section: Section = boot
        .configuration()?
        .section("runtime")
        .map_err(|errors| StartError::configuration(errors.to_string()))?;
    Ok(section.threads.map(std::num::NonZeroUsize::get))
}

fn fail(errors: &StartErrors, plan: &LogPlan) -> ExitCode {
    report(errors, plan);
    ExitCode::from(errors.exit() as u8)
}

#[expect(
    clippy::print_stderr,
    reason = "start-up errors are for the person at the terminal"
)]
fn report(errors: &StartErrors, plan: &LogPlan) {
    if plan.is_collected() {
        for error in errors.iter() {
            tracing::error!(code = error.code(), "{error}");
        }
    } else {
        eprintln!("{errors}");
    }
}

#[expect(clippy::print_stdout, reason = "the description is the output")]
fn print(description: &serde_json::Value) {
    println!("{description:#}");
}
