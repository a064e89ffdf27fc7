//! What parameters and triggers need of the application and of the binary, collected before anything is built.

use std::sync::Arc;

use super::{Shared, Type};
use crate::config::{ConfigErrors, Configuration};
use crate::engine::{EMBEDDED, Engine};
#[cfg(feature = "grpc")]
use crate::support::GRPC;
#[cfg(feature = "thrift")]
use crate::support::THRIFT;
use crate::support::{DELIVERIES, HTTP, Support};

/// What parameters need of the application, collected before anything is built.
#[derive(Debug, Default)]
pub struct Needs {
    pub(crate) resources: Vec<Type>,
    pub(crate) sections: Vec<SectionNeed>,
    /// Whether it reads and writes keys.
    pub(crate) kv: bool,
    /// What the platforms' code needs for them.
    pub(crate) support: Support,
    /// What runs below functions on the host, for whoever needs it.
    pub(crate) engine: Option<Engine>,
}

/// A configuration section that somebody needs, with the way to decode it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SectionNeed {
    pub(crate) section: &'static str,
    pub(crate) ty: Type,
    pub(crate) load: fn(&Configuration) -> Result<Shared, ConfigErrors>,
}

impl Needs {
    /// Asks for the resource `T`.
    pub fn resource<T: Send + Sync + 'static>(&mut self) {
        self.resources.push(Type::of::<T>());
    }

    /// Asks for what brings deliveries to functions: queues, timers, objects, tables, events.
    pub fn deliveries(&mut self) {
        self.support.deliveries = DELIVERIES;
    }

    /// Asks for what the host keeps on this machine's disk: queues, due times, tasks, keys. What nobody asks for is not in the
    /// binary.
    pub fn embedded(&mut self) {
        self.engine = EMBEDDED;
    }

    /// Asks for keys with values that all instances share.
    pub fn kv(&mut self) {
        self.kv = true;
        self.embedded();
    }

    /// Asks for what brings requests to routes.
    pub fn http(&mut self) {
        self.support.http = Some(&HTTP);
    }

    /// Asks for what brings calls to gRPC services.
    #[cfg(feature = "grpc")]
    pub fn grpc(&mut self) {
        self.http();
        self.support.grpc = Some(&GRPC);
    }

    /// Asks for what brings calls to Thrift services.
    #[cfg(feature = "thrift")]
    pub fn thrift(&mut self) {
        self.http();
        self.support.thrift = Some(&THRIFT);
    }

    /// Asks for the configuration section `T`.
    pub fn section<T: ConfigSection>(&mut self) {
        self.sections.push(SectionNeed {
            section: T::SECTION,
            ty: Type::of::<T>(),
            load: |configuration| Ok(Arc::new(configuration.section::<T>(T::SECTION)?)),
        });
    }
}

/// A struct that one section of the configuration is decoded into; `#[faas::config("…")]` implements it.
pub trait ConfigSection: serde::de::DeserializeOwned + Send + Sync + 'static {
    /// The section's name, with dots for nested ones.
    const SECTION: &'static str;
}
