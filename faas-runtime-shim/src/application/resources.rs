//! Resources and configuration sections: what the selected functions need, found before anything is built, then built in
//! the order of their dependencies.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use super::guard::panic_message;
use crate::config::Configuration;
use crate::function::{Needs, Resource, SectionNeed, Shared, Type};
use crate::invocation::Parts;
use crate::registry::Registry;
use crate::startup::StartError;

/// The values that parameters are made of, by type.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    slots: HashMap<TypeId, Slot, BuildHasherDefault<TypeHasher>>,
    sections: HashMap<TypeId, Shared, BuildHasherDefault<TypeHasher>>,
    /// What is built at the start, in an order in which dependencies come first.
    eager: Vec<Type>,
    /// Who reads and writes keys, and for whom: the first one found.
    kv: Option<String>,
}

#[derive(Debug)]
struct Slot {
    resource: Option<&'static Resource>,
    value: OnceLock<Shared>,
    building: Mutex<()>,
}

/// Somebody who needs something: a function or a hook.
pub(crate) struct Asker {
    pub(crate) name: String,
    pub(crate) needs: fn(&mut Needs),
}

impl Resources {
    /// Finds what `askers` need, with `given` values in place of what would be built, and decodes their configuration.
    pub(crate) fn plan(
        registry: &Registry,
        askers: &[Asker],
        given: Vec<(Type, Shared)>,
        configuration: &Configuration,
        errors: &mut Vec<StartError>,
    ) -> Self {
        let mut plan = Plan {
            registry,
            resources: Self::default(),
            marks: HashMap::default(),
            sections: Vec::new(),
            errors,
        };
        for (ty, value) in given {
            plan.resources
                .slots
                .insert(ty.id, Slot::of(Some(value), None));
        }
        for asker in askers {
            plan.asker(asker);
        }
        let Plan {
            mut resources,
            sections,
            ..
        } = plan;
        let mut seen = Vec::new();
        for need in sections {
            if seen.contains(&need.ty) {
                continue;
            }
            seen.push(need.ty);
            match (need.load)(configuration) {
                Ok(value) => {
                    resources.sections.insert(need.ty.id, value);
                }
                Err(wrong) => errors.push(StartError::configuration(wrong.to_string())),
            }
        }
        resources
    }

    /// Builds what has to be there before the application is ready; goes on after a failure to find the others.
    pub(crate) async fn build_eager(&self, parts: &Parts) -> Vec<StartError> {
        let mut errors: Vec<StartError> = Vec::new();
        for ty in &self.eager {
            if self.lacks(*ty) {
                // what it needs failed, and that is told
                continue;
            }
            if let Err(error) = self.ensure(*ty, parts).await {
                errors.push(error);
            }
        }
        errors
    }

    /// Returns who reads and writes keys, if anybody does.
    pub(crate) fn who_keeps(&self) -> Option<&str> {
        self.kv.as_deref()
    }

    /// Tells whether something that a resource needs is not there.
    fn lacks(&self, ty: Type) -> bool {
        let resource = self.slots.get(&ty.id).and_then(|slot| slot.resource);
        resource.is_some_and(|resource| {
            let needs = needs_of(resource.needs).resources;
            needs.iter().any(|need| !self.is_built(*need))
        })
    }

    /// Builds a resource, and before it what it needs, unless that is there already.
    pub(crate) fn ensure<'a>(
        &'a self,
        ty: Type,
        parts: &'a Parts,
    ) -> BoxFuture<'a, Result<(), StartError>> {
        Box::pin(async move {
            let Some(slot) = self.slots.get(&ty.id) else {
                return Ok(());
            };
            if slot.value.get().is_some() {
                return Ok(());
            }
            let _one_at_a_time = slot.building.lock().await;
            let (None, Some(resource)) = (slot.value.get(), slot.resource) else {
                return Ok(());
            };
            for need in needs_of(resource.needs).resources {
                self.ensure(need, parts).await?;
            }
            let failed = |why: &str| StartError::resource_failed(ty.name, &resource.origin, why);
            let built = AssertUnwindSafe(async { (resource.build)(parts.clone()).await })
                .catch_unwind()
                .await;
            match built {
                Ok(Ok(value)) => {
                    let _ = slot.value.set(value);
                    Ok(())
                }
                Ok(Err(error)) => Err(failed(&error.chain())),
                Err(panic) => Err(failed(&format!("it panicked: {}", panic_message(&*panic)))),
            }
        })
    }

    /// Tells whether a resource is built at the start.
    pub(crate) fn is_eager(&self, ty: Type) -> bool {
        self.eager.contains(&ty)
    }

    /// Tells whether a resource can be read.
    pub(crate) fn is_built(&self, ty: Type) -> bool {
        self.slots
            .get(&ty.id)
            .is_none_or(|slot| slot.value.get().is_some())
    }

    /// Returns the resource of type `T`.
    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let value = self.slots.get(&TypeId::of::<T>())?.value.get()?;
        Arc::clone(value).downcast().ok()
    }

    /// Returns the decoded section of type `T`.
    pub(crate) fn section<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.sections.get(&TypeId::of::<T>())?)
            .downcast()
            .ok()
    }
}

impl Slot {
    fn of(value: Option<Shared>, resource: Option<&'static Resource>) -> Self {
        Self {
            resource,
            value: value.map_or_else(OnceLock::new, OnceLock::from),
            building: Mutex::new(()),
        }
    }
}

/// Returns what one asker needs.
pub(crate) fn needs_of(collect: fn(&mut Needs)) -> Needs {
    let mut needs = Needs::default();
    collect(&mut needs);
    needs
}

/// Returns a value behind a type, as registrations hand them over.
#[must_use]
pub fn share<T: Any + Send + Sync>(value: T) -> Shared {
    Arc::new(value)
}

struct Plan<'a> {
    registry: &'a Registry,
    resources: Resources,
    marks: HashMap<TypeId, Mark, BuildHasherDefault<TypeHasher>>,
    sections: Vec<SectionNeed>,
    errors: &'a mut Vec<StartError>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Mark {
    Open,
    Done,
}

impl Plan<'_> {
    fn asker(&mut self, asker: &Asker) {
        let needs = needs_of(asker.needs);
        self.sections.extend(needs.sections);
        if needs.kv {
            self.kv(std::slice::from_ref(&asker.name));
        }
        for ty in needs.resources {
            let mut chain = vec![asker.name.clone()];
            self.visit(ty, &mut chain);
            if !self.is_lazy(ty) {
                self.mark_eager(ty, &mut Vec::new());
            }
        }
    }

    /// Walks depth first; `chain` is who asked for whom.
    fn visit(&mut self, ty: Type, chain: &mut Vec<String>) {
        if self.marks.get(&ty.id) == Some(&Mark::Done) {
            return;
        }
        chain.push(short(ty.name));
        if self.marks.insert(ty.id, Mark::Open) == Some(Mark::Open) {
            self.errors
                .push(StartError::resource_cycle(&chain.join(" -> ")));
        } else if self
            .resources
            .slots
            .get(&ty.id)
            .is_none_or(|slot| slot.value.get().is_none())
        {
            match self.find(ty) {
                Some(resource) => {
                    let needs = needs_of(resource.needs);
                    self.sections.extend(needs.sections);
                    if needs.kv {
                        self.kv(chain);
                    }
                    for need in needs.resources {
                        self.visit(need, chain);
                    }
                    self.resources
                        .slots
                        .insert(ty.id, Slot::of(None, Some(resource)));
                }
                None => {
                    let askers = chain.split_last().map_or(&[][..], |(_, askers)| askers);
                    self.errors.push(StartError::missing_resource(
                        &short(ty.name),
                        &askers.join(" -> "),
                        self.similar(ty).as_deref(),
                    ));
                }
            }
        }
        self.marks.insert(ty.id, Mark::Done);
        chain.pop();
    }

    fn kv(&mut self, chain: &[String]) {
        let kv = &mut self.resources.kv;
        kv.get_or_insert_with(|| chain.join(" -> "));
    }

    /// Puts a resource behind what it needs; `open` are those that wait for it, which a cycle leads back to.
    fn mark_eager(&mut self, ty: Type, open: &mut Vec<Type>) {
        if self.resources.eager.contains(&ty) || open.contains(&ty) {
            return;
        }
        open.push(ty);
        if let Some(resource) = self
            .resources
            .slots
            .get(&ty.id)
            .and_then(|slot| slot.resource)
        {
            for need in needs_of(resource.needs).resources {
                self.mark_eager(need, open);
            }
        }
        open.pop();
        self.resources.eager.push(ty);
    }

    fn is_lazy(&self, ty: Type) -> bool {
        self.find(ty).is_some_and(|resource| resource.lazy)
    }

    fn find(&self, ty: Type) -> Option<&'static Resource> {
        self.registry
            .resources
            .iter()
            .find(|resource| (resource.provides)() == ty)
            .copied()
    }

    /// Finds a resource whose type is called alike, as with two versions of one crate or an `Arc` too many.
    fn similar(&self, ty: Type) -> Option<String> {
        let last = |name: &str| {
            let name = name.trim_end_matches('>');
            name.rsplit("::").next().unwrap_or(name).to_owned()
        };
        self.registry
            .resources
            .iter()
            .map(|resource| (resource.provides)().name)
            .find(|name| last(name) == last(ty.name))
            .map(str::to_owned)
    }
}

/// `a::b::Name<c::D>` reads `Name<c::D>`: enough to know it, and the place is told beside it.
fn short(name: &str) -> String {
    let head = name.split('<').next().unwrap_or(name);
    let from = head.rfind("::").map_or(0, |at| at + 2);
    name.get(from..).unwrap_or(name).to_owned()
}

/// Type ids are hashes already.
#[derive(Debug, Default)]
pub(crate) struct TypeHasher(u64);

impl Hasher for TypeHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.0 ^= u64::from_ne_bytes(word);
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 ^= word;
    }
}
