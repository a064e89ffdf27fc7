//! Which function an arrival is for, and what is said if there is none.

use std::fmt::Write as _;

use super::super::routing::Found;
use super::super::{Application, FunctionIndex};
use crate::invocation::{Address, Failure, Input};
use crate::services::CHANNEL;

impl Application {
    /// Tells whether there is a function at this address, be it one that does not want to hear of this input.
    #[must_use]
    pub fn takes(&self, address: &Address, input: &Input) -> bool {
        matches!(
            self.0.routing.find(address, input),
            Found::Function(_) | Found::Filtered
        )
    }

    /// Tells whether a function at this address wants to hear of this input.
    #[must_use]
    pub fn wants(&self, address: &Address, input: &Input) -> bool {
        matches!(self.0.routing.find(address, input), Found::Function(_))
    }

    /// Finds the function for an input; `None` if there is one that does not want to hear of it.
    pub(super) fn find(
        &self,
        address: &Address,
        input: &Input,
    ) -> Result<Option<FunctionIndex>, Failure> {
        match self.0.routing.find(address, input) {
            Found::Function(function) => Ok(Some(function)),
            Found::Filtered => {
                tracing::debug!(?address, "no function of that name wants to hear of this");
                Ok(None)
            }
            Found::Nothing => Err(self.unroutable(address, input, "")),
            Found::Several => Err(match address {
                Address::Queue(Some(name)) => self.ambiguous("queue", "queues", name),
                Address::Timer(Some(name)) => self.ambiguous("timer", "timers", name),
                _ => self.unroutable(
                    address,
                    input,
                    "; its sender names none, and there are several: set FAAS_FUNCTION to the one that shall take it",
                ),
            }),
        }
    }

    fn ambiguous(&self, what: &str, section: &str, name: &str) -> Failure {
        self.refused(format!(
            "several functions are bound to the {what} `{name}`: set `{section}.NAME.name` so that each name is there once, or FAAS_FUNCTION to the one that shall take it"
        ))
    }

    fn unroutable(&self, address: &Address, input: &Input, hint: &str) -> Failure {
        let mut message = "no function takes ".to_owned();
        // writing into a text does not fail
        let _ = match (address, input) {
            (Address::Queue(Some(name)), _) if name.starts_with(CHANNEL) => write!(
                message,
                "`{name}`: a message for a `#[faas::task]` function that is not linked here, or not selected"
            ),
            (Address::Queue(Some(name)), _) => write!(
                message,
                "deliveries of the queue `{name}`: annotate one with `#[faas::queue(\"{name}\")]`, or set `queues.NAME.name = \"{name}\"` for the queue that is meant, or `tasks.NAME.name` for the task function"
            ),
            (Address::Timer(Some(name)), _) => write!(
                message,
                "ticks of the timer `{name}`: name a timer function so, or set `timers.NAME.name = \"{name}\"` for the one that is meant"
            ),
            (Address::Queue(None), _) => message.write_str("a delivery of a queue without a name"),
            (Address::Timer(None), _) => message.write_str("a tick of a timer without a name"),
            (Address::Object(bucket), _) => write!(
                message,
                "events of the bucket `{bucket}`: annotate one with `#[faas::object(\"{bucket}\")]`, or set `objects.NAME.name = \"{bucket}\"` for the bucket that is meant"
            ),
            (Address::Binlog(table), _) => write!(
                message,
                "changes of the table `{table}`: annotate one with `#[faas::binlog(\"{table}\")]`, or set `binlogs.NAME.name = \"{table}\"` for the table that is meant"
            ),
            (Address::Event, Input::Event(event)) => write!(
                message,
                "events of the type `{kind}` from `{source}`: annotate one with `#[faas::event(\"{kind}\")]`",
                kind = event.kind,
                source = event.source
            ),
            (Address::Event, input) => write!(message, "{} as an event", input.name()),
        };
        message.push_str(hint);
        self.refused(message)
    }

    fn refused(&self, mut message: String) -> Failure {
        let known = self.0.routing.known();
        // writing into a text does not fail
        let _ = write!(message, "; selected are: {known}");
        tracing::error!("{message}");
        Failure::unroutable(message)
    }
}
