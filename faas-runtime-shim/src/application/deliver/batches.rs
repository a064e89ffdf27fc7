//! Batches that their handler takes as a whole.

use std::collections::HashSet;
use std::sync::Arc;

use super::run::{BEHIND, Run};
use super::{Settled, Work};
use crate::invocation::{Batch, Delivery, Input, Reply};

impl Run {
    /// Hands batches of at most `most` deliveries over. What the handler does not report on takes the outcome of the whole.
    pub(super) async fn batches(&self, works: Vec<Work>, most: usize) -> Vec<(usize, Settled)> {
        let mut done = Vec::with_capacity(works.len());
        let mut stopped = HashSet::new();
        let mut works = works.into_iter().peekable();
        while works.peek().is_some() {
            let mut places = Vec::new();
            let mut deliveries = Vec::new();
            for Work { index, item, .. } in works.by_ref() {
                let place = Place {
                    index,
                    lane: item.lane,
                    attempt: item.attempt,
                };
                match (self.why_not(place.lane.as_deref(), &stopped), item.input) {
                    (None, Input::Delivery(delivery)) => {
                        places.push(place);
                        deliveries.push(*delivery);
                    }
                    (why, input) => {
                        let why = why.unwrap_or("a batch has deliveries only");
                        let letter = self.letter(&input);
                        let settled = self.not_attempted(place.attempt, why, letter).await;
                        done.push((index, settled));
                    }
                }
                if deliveries.len() >= most {
                    break;
                }
            }
            if !deliveries.is_empty() {
                self.batch(places, deliveries, &mut stopped, &mut done)
                    .await;
            }
        }
        done
    }

    async fn batch(
        &self,
        places: Vec<Place>,
        deliveries: Vec<Delivery>,
        stopped: &mut HashSet<Box<str>>,
        done: &mut Vec<(usize, Settled)>,
    ) {
        let copies = self.dead_letter.map(|queue| (queue, deliveries.clone()));
        let batch = Batch::new(deliveries);
        let ledger = Arc::clone(&batch.ledger);
        let outcome = self
            .application
            .invoke(self.function, self.facts.clone(), Input::Batch(batch))
            .await;
        let reports = ledger.close();
        for (number, (place, report)) in places.into_iter().zip(reports).enumerate() {
            // what was handled behind a failed one of its lane comes again with it, or the order would be lost
            let is_stopped = place
                .lane
                .as_ref()
                .is_some_and(|lane| stopped.contains(lane));
            let letter = copies
                .as_ref()
                .and_then(|(queue, all)| Some((*queue, all.get(number)?.clone())));
            let settled = if is_stopped {
                self.not_attempted(place.attempt, BEHIND, letter).await
            } else {
                let outcome = match report {
                    Some(report) => report.map(|()| Reply::nothing()),
                    None => outcome.clone(),
                };
                self.settle(outcome, place.attempt, letter).await
            };
            if settled.settlement.stops_its_lane() {
                stopped.extend(place.lane);
            }
            done.push((place.index, settled));
        }
    }

    /// Says why a delivery of this lane is not begun, if it is not.
    fn why_not(&self, lane: Option<&str>, stopped: &HashSet<Box<str>>) -> Option<&'static str> {
        if lane.is_some_and(|lane| stopped.contains(lane)) {
            return Some(BEHIND);
        }
        self.too_late()
    }
}

/// What is left of an item whose delivery has gone into a batch.
struct Place {
    index: usize,
    lane: Option<Box<str>>,
    attempt: Option<u32>,
}
