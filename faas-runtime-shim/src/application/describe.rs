//! The description of a binary: what `FAAS_DESCRIBE=1` prints and tools read. Its `version` grows with every change that
//! could break a reader.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Application;
use super::resources::needs_of;
use crate::function::{
    AfterCrash, Function, Idempotent, Limits, MethodLimits, Missed, Needs, Origin, Overlap,
    QueueSpec, RetryPolicy, Schedule, TimerSpec, Trigger,
};
use crate::registry::Registry;
use crate::schema::Schemas;

/// The version of the description's form.
const VERSION: u32 = 1;

/// Describes all registrations of a binary, beside what the platforms that it speaks say of themselves.
#[must_use]
pub fn describe(registry: &Registry, platforms: &[Value]) -> Value {
    let mut schemas = Schemas::default();
    let functions: Vec<_> = registry
        .functions
        .iter()
        .map(|function| function_of(function, &mut schemas))
        .collect();
    let resources: Vec<_> = registry
        .resources
        .iter()
        .map(|resource| {
            let mut entry = origin(&resource.origin);
            entry.insert("type".into(), (resource.provides)().name.into());
            entry.insert("lazy".into(), resource.lazy.into());
            needs(resource.needs, &mut entry);
            Value::Object(entry)
        })
        .collect();
    let hooks: Vec<_> = registry
        .hooks
        .iter()
        .map(|hook| {
            let mut entry = origin(&hook.origin);
            entry.insert("moment".into(), hook.moment.name().into());
            needs(hook.needs, &mut entry);
            Value::Object(entry)
        })
        .collect();
    let sections: Vec<_> = registry
        .sections
        .iter()
        .map(|section| {
            let mut entry = origin(&section.origin);
            entry.insert("section".into(), section.section.into());
            entry.insert("fields".into(), section.fields.into());
            Value::Object(entry)
        })
        .collect();
    json!({
        "version": VERSION,
        "faas": env!("CARGO_PKG_VERSION"),
        "functions": functions,
        "resources": resources,
        "hooks": hooks,
        "config": sections,
        "platforms": platforms,
        "schemas": schemas.generator.definitions(),
    })
}

impl Application {
    /// Describes what runs: the selected functions with their places, limits and schemas.
    #[must_use]
    pub fn describe(&self) -> Value {
        let mut registry = self.0.registry.clone();
        registry.functions = self
            .0
            .functions
            .iter()
            .map(|state| state.function())
            .collect();
        describe(&registry, &[])
    }
}

fn function_of(function: &Function, schemas: &mut Schemas) -> Value {
    let mut entry = origin(&function.origin);
    entry.insert("trigger".into(), function.trigger.name().into());
    entry.insert("arguments".into(), arguments(&function.trigger));
    entry.insert("limits".into(), limits(&function.limits));
    if let Some(it) = &function.idempotent {
        entry.insert("idempotent".into(), idempotent(it));
    }
    needs(function.needs, &mut entry);
    (function.schema)(schemas);
    let (parameters, answer) = schemas.take();
    entry.insert("parameters".into(), json!(parameters));
    if let Some(answer) = answer {
        entry.insert("answer".into(), answer);
    }
    Value::Object(entry)
}

fn arguments(trigger: &Trigger) -> Value {
    match trigger {
        Trigger::Http { methods, path, .. } => json!({ "methods": methods, "path": path }),
        Trigger::Mount { prefix, .. } => json!({ "mount": prefix }),
        Trigger::Invoke { .. } => json!({}),
        Trigger::Queue { spec, .. } => queue(spec),
        Trigger::Task { spec, .. } => json!({
            "retry": retry(&spec.retry), "priority": spec.priority, "keep_ms": millis(spec.keep),
        }),
        Trigger::Timer { spec, .. } => timer(spec),
        Trigger::Object { spec, .. } => json!({
            "bucket": spec.bucket, "on": spec.on, "prefix": spec.prefix, "suffix": spec.suffix,
        }),
        Trigger::Binlog { spec, .. } => json!({ "table": spec.table, "on": spec.on }),
        Trigger::Event { spec, .. } => json!({ "type": spec.kind, "source": spec.source }),
        Trigger::Grpc {
            service, methods, ..
        }
        | Trigger::Thrift {
            service, methods, ..
        } => service_of(service(), methods),
        Trigger::GrpcMethod {
            service, method, ..
        } => json!({ "service": service, "method": method }),
    }
}

fn service_of(service: &str, methods: &[MethodLimits]) -> Value {
    let timeouts: Map<_, _> = methods
        .iter()
        .map(|limits| (limits.method.to_owned(), millis(limits.timeout).into()))
        .collect();
    json!({ "service": service, "timeouts_ms": timeouts })
}

fn queue(spec: &QueueSpec) -> Value {
    json!({
        "queue": spec.queue,
        "batch": spec.batch,
        "retry": retry(&spec.retry),
        "dead_letter": spec.dead_letter,
        "ordered": spec.ordered,
        "whole_batch": spec.whole_batch,
    })
}

fn retry(policy: &RetryPolicy) -> Value {
    json!({
        "max": policy.max,
        "delay_ms": millis(policy.delay),
        "factor": policy.factor,
        "cap_ms": millis(policy.cap),
    })
}

fn timer(spec: &TimerSpec) -> Value {
    let (cron, every) = match spec.schedule {
        Schedule::Cron(text) => (Some(text), None),
        Schedule::Every(period) => (None, Some(millis(period))),
    };
    json!({
        "cron": cron,
        "every_ms": every,
        "timezone": spec.timezone,
        "jitter_ms": millis(spec.jitter),
        "missed": match spec.missed {
            Missed::Skip => "skip",
            Missed::Once => "once",
            Missed::All => "all",
        },
        "overlap": match spec.overlap {
            Overlap::Skip => "skip",
            Overlap::Queue => "queue",
            Overlap::Allow => "allow",
        },
        "prestart_ms": millis(spec.prestart),
    })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn limits(limits: &Limits) -> Value {
    let mut entry = Map::new();
    if let Some(timeout) = limits.timeout {
        entry.insert("timeout_ms".into(), millis(timeout).into());
    }
    if let Some(concurrency) = limits.concurrency {
        entry.insert("concurrency".into(), concurrency.get().into());
    }
    if let Some(rate) = limits.rate {
        let rate = json!({ "times": rate.times.get(), "per_ms": millis(rate.per) });
        entry.insert("rate".into(), rate);
    }
    if let Some(memory) = limits.memory {
        entry.insert("memory_bytes".into(), memory.into());
    }
    Value::Object(entry)
}

fn idempotent(idempotent: &Idempotent) -> Value {
    json!({
        "key": idempotent.key,
        "ttl_ms": millis(idempotent.ttl),
        "after_crash": match idempotent.after_crash {
            AfterCrash::Retry => "retry",
            AfterCrash::Hold => "hold",
        },
    })
}

fn origin(origin: &Origin) -> Map<String, Value> {
    let mut entry = Map::new();
    entry.insert("name".into(), origin.name.into());
    entry.insert("module".into(), origin.module.into());
    entry.insert("place".into(), origin.to_string().into());
    if !origin.summary.is_empty() {
        entry.insert("summary".into(), origin.summary.into());
    }
    entry
}

fn needs(collect: fn(&mut Needs), entry: &mut Map<String, Value>) {
    let needs = needs_of(collect);
    let resources: Vec<_> = needs.resources.iter().map(|ty| ty.name).collect();
    let sections: Vec<_> = needs.sections.iter().map(|need| need.section).collect();
    entry.insert("resources".into(), resources.into());
    entry.insert("config".into(), sections.into());
}
