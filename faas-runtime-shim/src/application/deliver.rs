//! Arrivals on their way to functions: found, handled in lanes, settled.
//!
//! Each item passes [`Application::invoke`], so what guards an invocation guards a delivery too: one that panics or is too
//! late takes nobody with it. Only `walk` knows about order.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use super::routing::Found;
use super::{Application, FunctionIndex};
use crate::function::Trigger;
use crate::invocation::{
    Address, Arrival, Batch, Delivery, Facts, Failure, FailureKind, Input, Item, Outcome, Reply,
};
use crate::outlet::Message;
use crate::settle::{Form, Means, Settlement, settle};
use crate::telemetry::metrics::OutcomeKind;

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
    /// function's `concurrency` allows, one without it. What is rejected goes to the function's dead letters, if they are
    /// bound.
    pub fn deliver(
        &self,
        facts: Facts,
        arrivals: Vec<Arrival>,
        form: Form,
    ) -> impl Future<Output = Vec<Settled>> + Send + use<> {
        let application = self.clone();
        async move {
            let mut settled: Vec<Option<Settled>> = Vec::new();
            let mut runs: Vec<(FunctionIndex, Vec<Numbered>)> = Vec::new();
            for (index, Arrival { address, item }) in arrivals.into_iter().enumerate() {
                let found = application.find(&address, &item.input);
                settled.push(match found {
                    Ok(Some(function)) => {
                        match runs.iter_mut().find(|(known, _)| *known == function) {
                            Some((_, items)) => items.push((index, item)),
                            None => runs.push((function, vec![(index, item)])),
                        }
                        None
                    }
                    Ok(None) => Some(Settled {
                        settlement: Settlement::Acknowledge,
                        outcome: Ok(Reply::nothing()),
                        function: None,
                    }),
                    Err(failure) => Some(Settled {
                        settlement: settle(
                            Some(failure.kind),
                            &crate::function::RetryPolicy::DEFAULT,
                            item.attempt,
                            Means {
                                form,
                                dead_letter: false,
                            },
                        ),
                        outcome: Err(failure),
                        function: None,
                    }),
                });
            }
            for (function, items) in runs {
                let run = Run::new(&application, function, facts.clone(), form);
                for (index, done) in run.all(items).await {
                    if let Some(slot) = settled.get_mut(index) {
                        *slot = Some(done);
                    }
                }
            }
            // each place was filled above, or belongs to a run, which answers for every item
            settled.into_iter().flatten().collect()
        }
    }

    /// Tells whether there is a function at this address, be it one that does not want to hear of this input.
    #[must_use]
    pub fn takes(&self, address: &Address, input: &Input) -> bool {
        matches!(
            self.0.routing.find(address, input),
            Found::Function(_) | Found::Filtered
        )
    }

    /// Finds the function for an input; `None` if there is one that does not want to hear of it.
    fn find(&self, address: &Address, input: &Input) -> Result<Option<FunctionIndex>, Failure> {
        match self.0.routing.find(address, input) {
            Found::Function(function) => Ok(Some(function)),
            Found::Filtered => {
                tracing::debug!(?address, "no function of that name wants to hear of this");
                Ok(None)
            }
            Found::Nothing => Err(self.unroutable(address, input, "")),
            Found::Several => Err(self.unroutable(
                address,
                input,
                "; its sender names none, and there are several: set FAAS_FUNCTION to the one that shall take it",
            )),
        }
    }

    fn unroutable(&self, address: &Address, input: &Input, hint: &str) -> Failure {
        let mut message = "no function takes ".to_owned();
        // writing into a text does not fail
        let _ = match (address, input) {
            (Address::Queue(Some(name)), _) => write!(
                message,
                "deliveries of the queue `{name}`: annotate one with `#[faas::queue(\"{name}\")]`, or set `queues.NAME.name = \"{name}\"` for the queue that is meant"
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
        let known = self.0.routing.known();
        let _ = write!(message, "{hint}; selected are: {known}");
        tracing::error!("{message}");
        Failure::unroutable(message)
    }
}

/// An item with its place among the arrivals.
type Numbered = (usize, Item);

/// One function's share of the arrivals.
#[derive(Clone)]
struct Run {
    application: Application,
    function: FunctionIndex,
    facts: Facts,
    form: Form,
    /// The function's queue for dead letters, if it is bound.
    dead_letter: Option<&'static str>,
}

impl Run {
    fn new(application: &Application, function: FunctionIndex, facts: Facts, form: Form) -> Self {
        let dead_letter = match application.state(function).function().trigger {
            Trigger::Queue { ref spec, .. } => spec
                .dead_letter
                .filter(|queue| application.outlet().is_bound(queue)),
            _ => None,
        };
        Self {
            application: application.clone(),
            function,
            facts,
            form,
            dead_letter,
        }
    }

    async fn all(self, items: Vec<Numbered>) -> Vec<(usize, Settled)> {
        let state = Arc::clone(self.application.state(self.function));
        if let Trigger::Queue { spec, .. } = &state.function().trigger
            && spec.whole_batch
        {
            let most = spec.batch.map_or(usize::MAX, |batch| {
                batch.get().try_into().unwrap_or(usize::MAX)
            });
            return self.batches(items, most).await;
        }
        let at_once = state.limits().concurrency.map_or(1, |limit| {
            usize::try_from(limit.get()).unwrap_or(usize::MAX)
        });
        let mut done = Vec::with_capacity(items.len());
        let mut lanes = lanes(items).into_iter();
        let mut running: FuturesUnordered<BoxFuture<'static, _>> = FuturesUnordered::new();
        loop {
            while running.len() < at_once
                && let Some(lane) = lanes.next()
            {
                running.push(Box::pin(self.clone().walk(lane)));
            }
            match running.next().await {
                Some(walked) => done.extend(walked),
                None => return done,
            }
        }
    }

    /// Handles the items of one lane one after the other, and none behind one that has to come again.
    async fn walk(self, lane: VecDeque<Numbered>) -> Vec<(usize, Settled)> {
        let mut done = Vec::with_capacity(lane.len());
        let mut stopped = None;
        for (index, item) in lane {
            let settled = match self.too_late().or(stopped) {
                Some(why) => {
                    let letter = self.letter(&item.input);
                    self.not_attempted(item.attempt, why, letter).await
                }
                None => self.one(item).await,
            };
            if settled.settlement.stops_its_lane() {
                stopped = Some(BEHIND);
            }
            done.push((index, settled));
        }
        done
    }

    async fn one(&self, item: Item) -> Settled {
        let Item {
            input,
            lane: _,
            attempt,
            idempotency_key,
            trace,
        } = item;
        let letter = self.letter(&input);
        let facts = Facts {
            attempt: attempt.or(self.facts.attempt),
            idempotency_key: idempotency_key.or_else(|| self.facts.idempotency_key.clone()),
            trace: trace.or_else(|| self.facts.trace.clone()),
            ..self.facts.clone()
        };
        let outcome = self.application.invoke(self.function, facts, input).await;
        self.settle(outcome, attempt, letter).await
    }

    /// Hands batches over as they are. What the handler does not report on takes the outcome of the whole.
    async fn batches(self, items: Vec<Numbered>, most: usize) -> Vec<(usize, Settled)> {
        let mut done = Vec::with_capacity(items.len());
        let mut stopped = HashSet::new();
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let mut places = Vec::new();
            let mut deliveries = Vec::new();
            for (index, item) in items.by_ref() {
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

    /// Decides what becomes of a delivery, and writes its dead letter where that is ours.
    async fn settle(
        &self,
        mut outcome: Outcome,
        attempt: Option<u32>,
        letter: Option<(&'static str, Delivery)>,
    ) -> Settled {
        let state = self.application.state(self.function);
        let retry = state.retry();
        let means = Means {
            form: self.form,
            dead_letter: letter.is_some(),
        };
        let failure = outcome.as_ref().err();
        let mut settlement = settle(failure.map(|failure| failure.kind), &retry, attempt, means);
        if let Err(failure) = &mut outcome {
            tracing::error!(
                function = state.name(),
                kind = ?failure.kind,
                ?settlement,
                "the function failed: {}",
                failure.message
            );
            // who has pulled it keeps its own dead letters
            if settlement == Settlement::DeadLetter
                && self.form != Form::Pulled
                && let Some((queue, delivery)) = letter
            {
                let letter = dead_letter(queue, &delivery, state.name(), failure, attempt);
                if let Err(error) = self.application.outlet().publish(letter).await {
                    tracing::error!(
                        function = state.name(),
                        "the dead letter was not written: {error}"
                    );
                    settlement = Settlement::Fail;
                    // whoever brought it shall bring it again, be it to be written then
                    failure.kind = FailureKind::Retry;
                }
            }
        }
        state.metrics.settled(settlement);
        Settled {
            settlement,
            outcome,
            function: Some(self.function),
        }
    }

    /// Settles what was not begun. Where nobody brings it again, its dead letter is the only place where it is not lost.
    async fn not_attempted(
        &self,
        attempt: Option<u32>,
        why: &str,
        letter: Option<(&'static str, Delivery)>,
    ) -> Settled {
        let state = self.application.state(self.function);
        state.metrics.refused(OutcomeKind::NotAttempted);
        let failure = Failure::not_attempted(why);
        self.settle(Err(failure), attempt, letter).await
    }

    /// Keeps the delivery for its dead letter, if there may be one.
    fn letter(&self, input: &Input) -> Option<(&'static str, Delivery)> {
        match (input, self.dead_letter) {
            (Input::Delivery(delivery), Some(queue)) => Some((queue, (**delivery).clone())),
            _ => None,
        }
    }

    /// Says why nothing more is begun, if the platform's time is over.
    fn too_late(&self) -> Option<&'static str> {
        let deadline = self.facts.deadline?;
        (self.application.clock().now() >= deadline).then_some("the time of the batch was over")
    }
}

/// What is left of an item whose delivery has gone into a batch.
struct Place {
    index: usize,
    lane: Option<Box<str>>,
    attempt: Option<u32>,
}

/// Why a delivery was not begun although there was time.
const BEHIND: &str = "a delivery before it in its lane has to come again";

/// Sorts items into their lanes, which begin in the order of their first items.
fn lanes(items: Vec<Numbered>) -> Vec<VecDeque<Numbered>> {
    let mut lanes: Vec<VecDeque<Numbered>> = Vec::with_capacity(items.len());
    let mut known: HashMap<Box<str>, usize> = HashMap::new();
    for (index, item) in items {
        match &item.lane {
            None => lanes.push(VecDeque::from([(index, item)])),
            Some(name) => match known.get(name) {
                Some(&lane) => lanes[lane].push_back((index, item)),
                None => {
                    known.insert(name.clone(), lanes.len());
                    lanes.push(VecDeque::from([(index, item)]));
                }
            },
        }
    }
    lanes
}

/// Cuts a text to what fits into a header beside others.
fn cut(text: &str) -> &str {
    const LONGEST: usize = 1024;
    text.get(..text.floor_char_boundary(LONGEST))
        .unwrap_or(text)
}

/// Makes the message that a queue of dead letters gets: the delivery as it was, and why it is there.
fn dead_letter(
    queue: &'static str,
    delivery: &Delivery,
    function: &str,
    failure: &Failure,
    attempt: Option<u32>,
) -> Message {
    let mut attributes = delivery.attributes.clone();
    attributes.push("faasreason", cut(&failure.message).to_owned());
    attributes.push("faasfunction", function.to_owned());
    attributes.push("faasqueue", delivery.queue.to_string());
    attributes.push("faasid", delivery.id.to_string());
    if let Some(attempt) = attempt {
        attributes.push("faasattempt", attempt.to_string());
    }
    Message {
        key: delivery
            .key
            .as_ref()
            .and_then(|key| std::str::from_utf8(key).ok())
            .map(Into::into),
        attributes,
        idempotency_key: delivery.idempotency_key.clone(),
        ..Message::new(queue, delivery.payload())
    }
}
