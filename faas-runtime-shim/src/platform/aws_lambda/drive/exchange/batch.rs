//! A batch of which single records can fail: which of them come again.
//!
//! A record has failed until all that it brought is handled, so that one whose fate nobody tells comes again. The list of
//! names is of use only where the mapping reads it, which nothing in an event tells; so it is written only where it says
//! something that an error does not: that some of the batch is done.

use std::iter::repeat_n;

use super::deliver::opened;
use super::{Verdict, cut, fail, refuse, told};
use crate::application::{Application, Settled};
use crate::invocation::{Facts, Failure};
use crate::platform::aws_lambda::decode::Source;
use crate::platform::aws_lambda::decode::incoming::{Batch, Record};
use crate::platform::aws_lambda::drive::settings;
use crate::platform::aws_lambda::encode::{self, Identifier};
use crate::settle::Form;

/// Tells the failed records by name, or fails with the first of them if none is done.
pub(super) async fn batch(
    application: &Application,
    facts: Facts,
    source: &Source,
    Batch { records, state }: Batch,
    out: &mut Vec<u8>,
) -> Verdict {
    let mut open = Vec::with_capacity(records.len());
    let mut arrivals = Vec::with_capacity(records.len());
    let mut owners = Vec::with_capacity(records.len());
    for Record { id, arrival } in records {
        let (left, why) = match arrival {
            Ok(arrival) => {
                let opened = opened(application, arrival);
                let left = opened.len();
                owners.extend(repeat_n(open.len(), left));
                arrivals.extend(opened);
                (left, None)
            }
            Err(error) => {
                let error = told(&error);
                tracing::error!(?id, "a record cannot be read: {error}");
                (1, Some(Why::Unreadable(error)))
            }
        };
        open.push(Open { id, left, why });
    }
    let settled = application
        .deliver(facts, arrivals, Form::PartialBatches)
        .await;
    close(&mut open, &owners, &settled);
    let failed: Vec<_> = open.iter().filter(|record| record.left > 0).collect();
    // Kafka's mappings read the names only with provisioned pollers (Developer Guide, "Partial batch response")
    let reads_names = || !source.is_kafka() || settings::kafka_partial(application.configuration());
    if let Some(first) = failed.first()
        && (failed.len() == open.len() || !reads_names())
    {
        return first.error(failed.len(), open.len(), out);
    }
    let names = failed.iter().map(|record| &record.id);
    encode::failures(names, state.as_deref(), out);
    Verdict::Response
}

/// A record with as much of it as is not handled.
#[derive(Debug)]
struct Open {
    id: Identifier,
    left: usize,
    why: Option<Why>,
}

#[derive(Debug)]
enum Why {
    Unreadable(String),
    Failed(Failure),
}

impl Open {
    /// Answers for the whole batch, as the first that failed of it.
    fn error(&self, failed: usize, all: usize, out: &mut Vec<u8>) -> Verdict {
        let id = cut(&self.id.to_string());
        let note = format!("; of {all} records {failed} failed, the first is `{id}`");
        match &self.why {
            Some(Why::Failed(failure)) => {
                let mut failure = failure.clone();
                failure.message.push_str(&note);
                fail(&failure, out)
            }
            Some(Why::Unreadable(message)) => {
                refuse("Runtime.InvalidEvent", &format!("{message}{note}"), out)
            }
            None => {
                let message = format!("nothing tells what became of the record{note}");
                refuse("Runtime.UnsettledRecord", &message, out)
            }
        }
    }
}

/// Takes off what is handled. `owners` has the record of each arrival.
fn close(open: &mut [Open], owners: &[usize], settled: &[Settled]) {
    for (&owner, settled) in owners.iter().zip(settled) {
        let Some(record) = open.get_mut(owner) else {
            continue;
        };
        if !settled.settlement.stops_its_lane() {
            record.left = record.left.saturating_sub(1);
        } else if let (None, Err(failure)) = (&record.why, &settled.outcome) {
            record.why = Some(Why::Failed(failure.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    //! What is handled, and what only seems so.

    use super::*;
    use crate::invocation::Reply;
    use crate::settle::Settlement;

    fn left(brought: &[usize], settlements: &[Settlement]) -> Vec<usize> {
        let mut open: Vec<_> = brought
            .iter()
            .map(|&left| Open {
                id: Identifier::Text("a".into()),
                left,
                why: None,
            })
            .collect();
        let owners: Vec<_> = brought
            .iter()
            .enumerate()
            .flat_map(|(owner, &count)| repeat_n(owner, count))
            .collect();
        let settled: Vec<_> = settlements
            .iter()
            .map(|&settlement| Settled {
                settlement,
                outcome: match settlement {
                    Settlement::Acknowledge => Ok(Reply::nothing()),
                    _ => Err(Failure::refused("Odd", "odd")),
                },
                function: None,
            })
            .collect();
        close(&mut open, &owners, &settled);
        open.iter().map(|record| record.left).collect()
    }

    #[test]
    fn a_record_is_done_when_all_that_it_brought_is() {
        use Settlement::{Acknowledge, DeadLetter, Fail};
        let settlements = [Acknowledge, Acknowledge, Fail, DeadLetter, Fail];
        assert_eq!(left(&[1, 2, 1, 1, 0], &settlements), [0, 1, 0, 1, 0]);
    }

    #[test]
    fn what_nobody_tells_of_is_not_done() {
        use Settlement::Acknowledge;
        assert_eq!(left(&[1, 2, 1], &[Acknowledge; 2]), [0, 1, 1]);
        assert_eq!(left(&[1], &[]), [1]);
    }
}
