//! What the configuration says about what is kept on this machine's disk.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::super::store::Durability;
use crate::bindings::{Binding, Bound, QueueBinding};
use crate::config::{ConfigErrors, Configuration};
use crate::env::Env;
use crate::services::CHANNEL;
use crate::startup::{StartError, StartErrors};

/// Where it is, and what it survives.
#[derive(Debug)]
pub(super) struct EmbeddedSettings {
    pub(super) folder: PathBuf,
    pub(super) durability: Durability,
}

/// `[queues] durability`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DurabilitySetting {
    Disk,
    Process,
}

impl EmbeddedSettings {
    pub(super) fn read(configuration: &Configuration, env: &Env) -> Result<Self, StartErrors> {
        let durability = configuration
            .value("queues.durability")
            .map_err(|errors| StartError::configuration(errors.to_string()))?;
        Ok(Self {
            folder: folder(env),
            durability: match durability {
                None | Some(DurabilitySetting::Disk) => Durability::Disk,
                Some(DurabilitySetting::Process) => Durability::Process,
            },
        })
    }
}

/// Returns the folder for everything that outlives the process: `FAAS_DATA`.
pub(crate) fn folder(env: &Env) -> PathBuf {
    env.get_filled("FAAS_DATA").unwrap_or("./.faas").into()
}

/// What each queue holds here.
#[derive(Clone, Debug)]
pub(crate) struct Rooms(Configuration);

/// What one queue holds here.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// What it is called in the store.
    pub(crate) name: Box<str>,
    /// Whether its messages are somewhere else.
    pub(crate) is_elsewhere: bool,
    /// How many messages that are not done.
    pub(crate) depth: Option<u64>,
    /// How long a message waits for somebody to take it, before it becomes a dead letter.
    pub(crate) retention: Option<Duration>,
    /// How long dead letters are kept.
    pub(crate) dead_retention: Duration,
}

impl Rooms {
    pub(crate) fn new(configuration: Configuration) -> Self {
        Self(configuration)
    }

    /// Reads what a queue holds, be it one of a task function.
    pub(crate) fn of(&self, queue: &str) -> Result<Room, ConfigErrors> {
        let task = queue.strip_prefix(CHANNEL);
        let section = match task {
            Some(function) => format!("tasks.{function}"),
            None => format!("queues.{queue}"),
        };
        let mut binding: QueueBinding = self.0.section(&section)?;
        if task.is_some() {
            // a task's other name is that of a queue elsewhere
            binding.name = None;
        }
        Ok(Room::new(queue, binding))
    }

    /// Returns the scheme of the address that a queue is bound to, if it is none of HTTP, by which messages are brought here.
    pub(crate) fn pulled_by(&self, queue: &str) -> Option<String> {
        let binding = Binding::read(&self.0, Bound::Queues, queue).ok()?;
        let url = binding.url?;
        // the rest of an address may hold a password
        let (scheme, _) = url.expose().split_once("://")?;
        (!matches!(scheme, "http" | "https")).then(|| scheme.to_owned())
    }

    /// Reads what a queue holds that is called so in the store, whatever its logical name.
    pub(crate) fn stored(&self, name: &str) -> Room {
        let others = self.0.sections_under("queues").unwrap_or_default();
        let others = others.iter().map(String::as_str);
        others
            .chain(std::iter::once(name))
            // what is wrong with a binding is told to whoever uses it
            .filter_map(|logical| self.of(logical).ok())
            .find(|room| *room.name == *name && !room.is_elsewhere)
            .unwrap_or_else(|| Room::new(name, QueueBinding::default()))
    }
}

impl Room {
    fn new(queue: &str, binding: QueueBinding) -> Self {
        Self {
            name: binding.name.unwrap_or_else(|| queue.into()),
            is_elsewhere: binding.url.is_some(),
            depth: binding.depth,
            retention: binding.retention.map(Into::into),
            dead_retention: binding.dead_retention.map_or(DEAD_RETENTION, Into::into),
        }
    }
}

/// Long enough for somebody to come back from a holiday.
const DEAD_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    //! Which settings hold for a queue.

    use super::*;

    #[test]
    fn settings_follow_a_queue_to_its_name_in_the_store() {
        let toml = "[queues.orders]\nname = \"orders-prod\"\ndepth = 7\nretention = \"1h\"\n\
                    [queues.logs]\nname = \"orders\"\n\
                    [queues.far]\nurl = \"http://broker/far\"\nretention = \"1s\"";
        let rooms = Rooms::new(Configuration::from_toml(toml, "faas.toml").unwrap());
        let retention = |name| rooms.stored(name).retention;
        assert_eq!(rooms.stored("orders-prod").depth, Some(7));
        assert_eq!(retention("orders-prod"), Some(Duration::from_secs(3600)));
        assert_eq!(retention("orders"), None, "these are the logs");
        assert_eq!(retention("far"), None, "it is kept elsewhere");
        assert_eq!(retention("timer:nightly"), None);
    }
}
