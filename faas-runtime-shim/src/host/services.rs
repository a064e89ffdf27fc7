//! What the host gives its application: bindings first, then what it keeps on this machine's disk.
//!
//! The disk is touched at the start if a function of the binary needs it, else when somebody publishes to a queue that is
//! bound to nothing.

use std::fmt;
use std::future::ready;
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use crate::application::resources::needs_of;
use crate::cloudevents::CloudEvent;
use crate::engine::{Engine, Opening, Running};
use crate::outlet::{Bindings, Message, Outlet, PublishError};
use crate::registry::Registry;
use crate::services::{
    Cancelled, NewTask, Services, Submitted, TaskError, TaskFilter, TaskId, TaskStatus, Tasks,
};
use crate::startup::StartErrors;

/// What is below the application, opened when it is needed.
#[derive(Clone)]
pub(super) struct Below(Arc<Shared>);

struct Shared {
    opening: Opening,
    engine: OnceLock<Engine>,
    running: OnceCell<Arc<dyn Running>>,
}

impl Below {
    /// Opens at once what functions of the binary need.
    pub(super) async fn open(registry: &Registry, opening: Opening) -> Result<Self, StartErrors> {
        let below = Self(Arc::new(Shared {
            opening,
            engine: OnceLock::new(),
            running: OnceCell::new(),
        }));
        let functions = registry.functions.iter().map(|function| function.needs);
        let resources = registry.resources.iter().map(|resource| resource.needs);
        let hooks = registry.hooks.iter().map(|hook| hook.needs);
        let mut askers = functions.chain(resources).chain(hooks);
        if let Some(engine) = askers.find_map(|needs| needs_of(needs).engine) {
            below.equip(engine);
            below.running(engine).await?;
        }
        Ok(below)
    }

    /// Returns the services of an application that publishes through `bindings` first.
    pub(super) fn services(&self, bindings: Bindings) -> Services {
        let bindings = Arc::new(bindings);
        let outlet = Arc::new(HostOutlet {
            bindings: Arc::clone(&bindings),
            below: self.clone(),
        });
        let mut services = Services {
            operations: Arc::new(self.clone()),
            ..Services::new(outlet, "host")
        };
        if let Some(running) = self.opened() {
            services = running.services(services);
        }
        Services {
            tasks: Arc::new(HostTasks {
                bindings,
                own: services.tasks,
            }),
            ..services
        }
    }

    /// Returns what has been opened.
    pub(super) fn opened(&self) -> Option<Arc<dyn Running>> {
        self.0.running.get().cloned()
    }

    /// Closes what has been opened.
    pub(super) async fn close(&self) {
        if let Some(running) = self.opened() {
            running.close().await;
        }
    }

    fn equip(&self, engine: Engine) {
        // there is only one, so it does not matter who says it first
        let _ = self.0.engine.set(engine);
    }

    /// Opens it unless it is open.
    async fn running(&self, Engine(open): Engine) -> Result<Arc<dyn Running>, StartErrors> {
        let opening = || open(self.0.opening.clone());
        self.0.running.get_or_try_init(opening).await.cloned()
    }
}

impl fmt::Debug for Below {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Below").field(&self.0.running.get()).finish()
    }
}

/// Publishes where the configuration says, else into the host's own queues.
#[derive(Debug)]
struct HostOutlet {
    bindings: Arc<Bindings>,
    below: Below,
}

impl Outlet for HostOutlet {
    fn publish(&self, message: Message) -> BoxFuture<'static, Result<(), PublishError>> {
        if self.bindings.names(&message.queue) {
            return self.bindings.publish(message);
        }
        let Some(&engine) = self.below.0.engine.get() else {
            return Box::pin(ready(Err(self.bindings.unbound(&message.queue))));
        };
        let below = self.below.clone();
        Box::pin(async move {
            match below.running(engine).await {
                Ok(running) => running.publish(message).await,
                Err(errors) => Err(PublishError::Unreachable {
                    what: format!("queue `{}`", message.queue),
                    why: errors.to_string(),
                }),
            }
        })
    }

    fn emit(&self, event: CloudEvent) -> BoxFuture<'static, Result<(), PublishError>> {
        self.bindings.emit(event)
    }

    fn equip(&self, engine: Engine) {
        self.below.equip(engine);
    }

    fn is_bound(&self, queue: &str) -> bool {
        Outlet::is_bound(&*self.bindings, queue)
            || (!self.bindings.names(queue) && self.below.0.engine.get().is_some())
    }
}

/// Hands tasks over where the configuration says, else to what the host keeps itself; what became of them is known to the
/// latter alone.
#[derive(Debug)]
struct HostTasks {
    bindings: Arc<Bindings>,
    own: Arc<dyn Tasks>,
}

impl Tasks for HostTasks {
    fn submit(&self, task: NewTask) -> BoxFuture<'static, Result<Submitted, TaskError>> {
        if self.bindings.names_task(task.function) {
            self.bindings.submit(task)
        } else {
            self.own.submit(task)
        }
    }

    fn status(&self, id: &TaskId) -> BoxFuture<'static, Result<Option<TaskStatus>, TaskError>> {
        self.own.status(id)
    }

    fn list(&self, filter: TaskFilter) -> BoxFuture<'static, Result<Vec<TaskStatus>, TaskError>> {
        self.own.list(filter)
    }

    fn cancel(&self, id: &TaskId) -> BoxFuture<'static, Result<Option<Cancelled>, TaskError>> {
        self.own.cancel(id)
    }

    fn is_bound(&self, function: &str) -> bool {
        Tasks::is_bound(&*self.bindings, function)
            || (!self.bindings.names_task(function) && self.own.is_bound(function))
    }
}
