//! Arrivals on their way to functions: found, handled in lanes, settled.
//!
//! Each item passes [`Application::invoke`], so what guards an invocation guards a delivery too: one that panics or is too
//! late takes nobody with it. Only `walk` and `batches` know about order.

mod batches;
mod find;
mod letter;
mod run;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

#[cfg(all(feature = "embedded", not(target_family = "wasm")))]
pub(crate) use self::letter::message as dead_letter;
use self::run::{BEHIND, Run};
use super::{Application, FunctionIndex};
use crate::function::{RetryPolicy, Trigger};
use crate::invocation::{Arrival, Facts, Failure, Input, Item, Outcome, Reply};
use crate::settle::{Form, Means, Settlement, settle};

/// What became of one arrival.
#[derive(Clone, Debug)]
pub struct Settled {
    /// What whoever brought it has to do now.
    pub settlement: Settlement,
    /// What its function answered.
    pub outcome: Outcome,
    /// The function that it was for, if one was found that wanted it.
    pub function: Option<FunctionIndex>,
}

impl Application {
    /// Takes each arrival to its function, and says in the same order what became of it.
    ///
    /// Deliveries of one lane are handled in their order and nothing behind a failed one; as many lanes at once as the
    /// function's `concurrency` allows, one without it. Where the sender tells no lane, an `ordered` function has one for
    /// each key. What is rejected goes to the function's dead letters, if they are bound.
    pub fn deliver(
        &self,
        facts: Facts,
        arrivals: Vec<Arrival>,
        form: Form,
    ) -> impl Future<Output = Vec<Settled>> + Send + use<> {
        let application = self.clone();
        async move {
            let mut settled: Vec<Option<Settled>> = Vec::with_capacity(arrivals.len());
            let mut runs: Vec<Arc<Run>> = Vec::new();
            let mut groups: Vec<Group> = Vec::new();
            for (index, Arrival { address, item }) in arrivals.into_iter().enumerate() {
                settled.push(match application.find(&address, &item.input) {
                    Ok(Some(function)) => {
                        let item = in_lane(&application.state(function).function().trigger, item);
                        let known = runs.iter().find(|run| run.function == function);
                        let run = known.cloned().unwrap_or_else(|| {
                            let run = Run::new(&application, function, facts.clone(), form);
                            runs.push(Arc::new(run));
                            Arc::clone(&runs[runs.len() - 1])
                        });
                        Group::add(&mut groups, Work { run, index, item });
                        None
                    }
                    Ok(None) => Some(left_out()),
                    Err(failure) => Some(nobodys(failure, item.attempt, form)),
                });
            }
            for group in groups {
                fill(&mut settled, group.all().await);
            }
            whole(settled, form)
        }
    }
}

impl Application {
    /// Takes items to a function that is known already, and says in the same order what became of each.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn deliver_to(
        &self,
        function: FunctionIndex,
        facts: Facts,
        items: Vec<Item>,
        form: Form,
    ) -> impl Future<Output = Vec<Settled>> + Send + use<> {
        let run = Arc::new(Run::new(self, function, facts, form));
        let trigger = &self.state(function).function().trigger;
        let mut group = Group::default();
        for (index, item) in items.into_iter().enumerate() {
            group.works.push(Work {
                run: Arc::clone(&run),
                index,
                item: in_lane(trigger, item),
            });
        }
        async move {
            let mut settled = vec![None; group.works.len()];
            fill(&mut settled, group.all().await);
            whole(settled, form)
        }
    }
}

/// What there is a function for that does not want to hear of it.
fn left_out() -> Settled {
    Settled {
        settlement: Settlement::Acknowledge,
        outcome: Ok(Reply::nothing()),
        function: None,
    }
}

fn nobodys(failure: Failure, attempt: Option<u32>, form: Form) -> Settled {
    let means = Means {
        form,
        dead_letter: false,
    };
    Settled {
        settlement: settle(Some(failure.kind), &RetryPolicy::DEFAULT, attempt, means),
        outcome: Err(failure),
        function: None,
    }
}

/// Puts what became of items into their places.
fn fill(settled: &mut [Option<Settled>], done: Vec<(usize, Settled)>) {
    for (index, done) in done {
        if let Some(place) = settled.get_mut(index) {
            *place = Some(done);
        }
    }
}

/// Takes what became of all items. One that was not answered for was not attempted, so that none has the answer of another.
fn whole(settled: Vec<Option<Settled>>, form: Form) -> Vec<Settled> {
    let unanswered = || nobodys(Failure::not_attempted(UNANSWERED), None, form);
    settled
        .into_iter()
        .map(|settled| settled.unwrap_or_else(unanswered))
        .collect()
}

const UNANSWERED: &str = "nothing was said of this delivery";

/// An item with its function and its place among the arrivals.
struct Work {
    run: Arc<Run>,
    index: usize,
    item: Item,
}

/// What has to be handled together: the items of one function, or of several that have lanes in common.
#[derive(Default)]
struct Group {
    works: Vec<Work>,
    functions: Vec<FunctionIndex>,
    /// The lanes; those of a function that takes whole batches are its own affair.
    lanes: HashSet<Box<str>>,
}

impl Group {
    fn add(groups: &mut Vec<Self>, work: Work) {
        let function = work.run.function;
        let lane = match work.run.whole_batch() {
            Some(_) => None,
            None => work.item.lane.clone(),
        };
        let belongs = |group: &Self| {
            let shared = lane.as_ref().is_some_and(|lane| group.lanes.contains(lane));
            shared || group.functions.contains(&function)
        };
        let (mut mine, others): (Vec<_>, Vec<_>) = groups.drain(..).partition(&belongs);
        groups.extend(others);
        let mut group = mine.pop().unwrap_or_default();
        for other in mine {
            // the lane ties functions together that had nothing in common so far
            group.works.extend(other.works);
            group.functions.extend(other.functions);
            group.lanes.extend(other.lanes);
        }
        if !group.functions.contains(&function) {
            group.functions.push(function);
        }
        group.lanes.extend(lane);
        group.works.push(work);
        groups.push(group);
    }

    async fn all(mut self) -> Vec<(usize, Settled)> {
        self.works.sort_by_key(|work| work.index);
        let Some(first) = self.works.first().map(|work| Arc::clone(&work.run)) else {
            return Vec::new();
        };
        if let Some(most) = first.whole_batch() {
            return first.batches(self.works, most).await;
        }
        let at_once = self.works.iter().map(|work| work.run.at_once()).min();
        let mut done = Vec::with_capacity(self.works.len());
        let mut lanes = lanes(self.works).into_iter();
        let mut running: FuturesUnordered<BoxFuture<'static, _>> = FuturesUnordered::new();
        loop {
            while running.len() < at_once.unwrap_or(1)
                && let Some(lane) = lanes.next()
            {
                running.push(Box::pin(walk(lane)));
            }
            match running.next().await {
                Some(walked) => done.extend(walked),
                None => return done,
            }
        }
    }
}

/// Handles the items of one lane one after the other, and none behind one that has to come again.
async fn walk(lane: VecDeque<Work>) -> Vec<(usize, Settled)> {
    let mut done = Vec::with_capacity(lane.len());
    let mut stopped = None;
    for Work { run, index, item } in lane {
        let settled = run.item(item, stopped).await;
        if settled.settlement.stops_its_lane() {
            stopped = Some(BEHIND);
        }
        done.push((index, settled));
    }
    done
}

/// Puts a delivery into the lane of its key, if its function keeps the order of keys and the sender tells no lane.
fn in_lane(trigger: &Trigger, mut item: Item) -> Item {
    if let (Trigger::Queue { spec, .. }, Input::Delivery(delivery), None) =
        (trigger, &item.input, &item.lane)
        && spec.ordered
    {
        let key = delivery.key.as_deref();
        item.lane = key.map(|key| String::from_utf8_lossy(key).into());
    }
    item
}

/// Sorts items into their lanes, which begin in the order of their first items.
fn lanes(works: Vec<Work>) -> Vec<VecDeque<Work>> {
    let mut lanes: Vec<VecDeque<Work>> = Vec::with_capacity(works.len());
    let mut known: HashMap<Box<str>, usize> = HashMap::new();
    for work in works {
        match &work.item.lane {
            None => lanes.push(VecDeque::from([work])),
            Some(name) => match known.get(name) {
                Some(&lane) => lanes[lane].push_back(work),
                None => {
                    known.insert(name.clone(), lanes.len());
                    lanes.push(VecDeque::from([work]));
                }
            },
        }
    }
    lanes
}

#[cfg(test)]
mod tests {
    //! Each answer is in the place of its item.

    use super::*;

    #[test]
    fn an_item_without_an_answer_shifts_no_other() {
        let mut settled = vec![None; 3];
        fill(
            &mut settled,
            vec![(2, left_out()), (0, left_out()), (7, left_out())],
        );
        let settled: Vec<_> = whole(settled, Form::Pulled)
            .into_iter()
            .map(|settled| settled.settlement)
            .collect();
        assert_eq!(
            settled,
            [
                Settlement::Acknowledge,
                Settlement::Return,
                Settlement::Acknowledge
            ]
        );
    }
}
