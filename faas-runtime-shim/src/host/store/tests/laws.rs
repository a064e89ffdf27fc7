//! What holds whatever happens: nothing confirmed is lost, nothing is invented, nobody claims what another one has, lanes keep
//! their order and attempts are counted.
//!
//! The reference knows no more than a user: what was asked, and what was confirmed. Of what failed it believes nothing.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::super::memory::{Disk, Fate, Memory};
use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

    #[test]
    fn the_real_store_keeps_the_laws(steps in vec(steps(), 1..80)) {
        let folder = folder();
        check(&mut file(folder.path()), steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn so_does_one_that_fails(steps in vec(steps(), 1..80), fates in vec(fates(), 80)) {
        check(&mut Memory::with_fates(&Disk::default(), fates), steps);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Push(Vec<(Option<&'static str>, i16, u64)>),
    Claim(OwnerId, u32),
    Settle(Vec<(Index, End)>),
    Extend(Index),
    Abandon(OwnerId),
}

#[derive(Clone, Copy, Debug)]
enum End {
    Done,
    Again,
    Return,
    Dead,
}

fn steps() -> impl Strategy<Value = Step> {
    let messages = (
        option::of(select(vec!["red", "blue"])),
        -1_i16..=1,
        select(vec![0_u64, 0, 0, 30]),
    );
    let ends = select(vec![
        End::Done,
        End::Done,
        End::Again,
        End::Return,
        End::Dead,
    ]);
    prop_oneof![
        2 => (0_u64..60).prop_map(Step::Wait),
        3 => vec(messages, 1..4).prop_map(Step::Push),
        4 => (select(vec![A, B]), 1_u32..5).prop_map(|(owner, most)| Step::Claim(owner, most)),
        5 => vec((any::<Index>(), ends), 1..4).prop_map(Step::Settle),
        1 => any::<Index>().prop_map(Step::Extend),
        1 => select(vec![A, B]).prop_map(Step::Abandon),
    ]
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![8 => Just(Fate::Confirmed), 1 => Just(Fate::Refused), 1 => Just(Fate::Unconfirmed)]
}

/// What is known of a message. Messages are known by their bodies, since who pushes in vain hears of no number.
#[derive(Clone, Debug, Default)]
struct Known {
    key: Option<&'static str>,
    /// Whether a push was confirmed.
    is_sent: bool,
    /// Whether it was settled for good: confirmed, or perhaps.
    is_gone: bool,
    may_be_gone: bool,
    /// Whether it died, which may be so only if that was asked for.
    may_be_dead: bool,
    /// Until when somebody surely has it.
    leased: Option<(OwnerId, Millis)>,
    /// How many attempts there were at least, and at most.
    attempts: (u32, u32),
}

const LEASE: u64 = 40;

fn check(store: &mut dyn QueueStore, steps: Vec<Step>) {
    let mut reference = Reference {
        now: START,
        ..Reference::default()
    };
    for step in steps {
        match step {
            Step::Wait(span) => reference.now += span,
            Step::Push(messages) => reference.push(store, &messages),
            Step::Claim(owner, most) => reference.claim(store, owner, most),
            Step::Settle(ends) => reference.settle(store, &ends),
            Step::Extend(index) => reference.extend(store, index),
            Step::Abandon(owner) => reference.abandon(store, owner),
        }
    }
    reference.close(store);
}

#[derive(Debug, Default)]
struct Reference {
    now: Millis,
    messages: BTreeMap<u32, Known>,
    held: Vec<(u32, Token)>,
}

impl Reference {
    fn commit(&self, store: &mut dyn QueueStore, op: Op) -> Option<Answer> {
        let mut answers = store.commit(self.now, &[op]).ok()?.answers;
        assert_eq!(answers.len(), 1);
        answers.pop()
    }

    fn push(&mut self, store: &mut dyn QueueStore, messages: &[(Option<&'static str>, i16, u64)]) {
        let mut new = Vec::new();
        for (key, priority, delay) in messages {
            let number = self.messages.len() as u32;
            self.messages.insert(
                number,
                Known {
                    key: *key,
                    ..Known::default()
                },
            );
            new.push(NewMessage {
                content: Content {
                    body: Some(Bytes::copy_from_slice(&number.to_be_bytes())),
                    ..Content::default()
                },
                key: key.map(|key| Bytes::from_static(key.as_bytes())),
                priority: *priority,
                delay: *delay,
            });
        }
        let count = new.len();
        if let Some(Answer::Push(receipts)) = self.commit(store, Op::Push(push("orders", new))) {
            assert_eq!(receipts.unwrap().len(), count);
            for known in self.messages.values_mut().rev().take(count) {
                known.is_sent = true;
            }
        }
    }

    fn claim(&mut self, store: &mut dyn QueueStore, owner: OwnerId, most: u32) {
        let claim = Claim {
            most,
            lease: LEASE,
            ordered: true,
            ..claim("orders", owner)
        };
        let Some(Answer::Claim(claims)) = self.commit(store, Op::Claim(claim)) else {
            // anything may be claimed now, so no lease is sure any more but those that hold
            for known in self.messages.values_mut() {
                known.attempts.1 += 1;
            }
            return;
        };
        assert!(claims.messages.len() <= most as usize);
        let mut before = Vec::new();
        for claimed in claims.messages {
            let number = number(&claimed.message);
            self.keep_order(number, &before);
            let known = self.messages.get_mut(&number).expect("it was pushed");
            assert!(!known.is_gone, "{number} is gone");
            if let Some((other, until)) = known.leased {
                assert!(until <= self.now, "{other:?} has {number} until {until}");
            }
            let attempt = claimed.message.attempt;
            let (least, most) = known.attempts;
            assert!(
                (least + 1..=most + 1).contains(&attempt),
                "{number} {attempt} {known:?}"
            );
            known.attempts = (attempt, attempt);
            known.leased = Some((owner, self.now + LEASE));
            before.push(number);
            self.held.push((number, claimed.token));
        }
    }

    /// Whatever was sent before in this lane is gone, or claimed together with it.
    fn keep_order(&self, number: u32, before: &[u32]) {
        let key = self.messages[&number].key;
        for (earlier, known) in self.messages.range(..number) {
            if key.is_some() && known.key == key && known.is_sent {
                let done = known.may_be_gone || known.may_be_dead || before.contains(earlier);
                assert!(done, "{number} before {earlier}: {known:?}");
            }
        }
    }

    fn settle(&mut self, store: &mut dyn QueueStore, ends: &[(Index, End)]) {
        let mut chosen = Vec::new();
        for (index, end) in ends {
            if self.held.is_empty() {
                break;
            }
            let (number, token) = self.held.remove(index.index(self.held.len()));
            chosen.push((number, token, *end));
        }
        let failure = Note::new("retry", "not yet");
        let verdicts = chosen.iter().map(|(_, token, end)| {
            let verdict = match end {
                End::Done => Verdict::Done,
                End::Again => Verdict::Again {
                    after: 5,
                    failure: failure.clone(),
                },
                End::Return => Verdict::Return { after: 0 },
                End::Dead => Verdict::Dead {
                    reason: "rejected".into(),
                    failure: failure.clone(),
                },
            };
            (*token, verdict)
        });
        let answer = self.commit(store, Op::Settle(verdicts.collect()));
        let results = match &answer {
            Some(Answer::Settle(results)) => Some(results),
            _ => None,
        };
        for (index, (number, _, end)) in chosen.into_iter().enumerate() {
            let known = self.messages.get_mut(&number).expect("it was claimed");
            match results.map(|results| results[index]) {
                // somebody else had claimed it, or it was settled by a commit that was not confirmed
                Some(Err(Lost)) => continue,
                Some(Ok(())) => known.leased = None,
                None => {
                    known.leased = None;
                    known.attempts.0 = known.attempts.0.saturating_sub(1);
                }
            }
            match end {
                End::Done => {
                    known.may_be_gone = true;
                    known.is_gone |= results.is_some();
                }
                End::Dead => known.may_be_dead = true,
                End::Return if results.is_some() => {
                    known.attempts = (known.attempts.0.saturating_sub(1), known.attempts.1 - 1);
                }
                End::Return | End::Again => {}
            }
        }
    }

    fn extend(&mut self, store: &mut dyn QueueStore, index: Index) {
        if self.held.is_empty() {
            return;
        }
        let (number, token) = *index.get(&self.held);
        let extend = Extend {
            tokens: vec![token],
            owner: A,
            lease: 3 * LEASE,
        };
        let answer = self.commit(store, Op::Extend(extend));
        let known = self.messages.get_mut(&number).expect("it was claimed");
        match answer {
            Some(Answer::Extend(results)) if results == [Ok(Held::default())] => {
                known.leased = Some((A, self.now + 3 * LEASE));
            }
            Some(_) => {}
            // it may be the other's now
            None => known.leased = None,
        }
    }

    fn abandon(&mut self, store: &mut dyn QueueStore, owner: OwnerId) {
        // whether or not it was confirmed: what it had is not surely leased any more
        self.commit(store, Op::Abandon(owner));
        for known in self.messages.values_mut() {
            if known.leased.is_some_and(|(holder, _)| holder == owner) {
                known.leased = None;
            }
        }
    }

    fn close(&mut self, store: &mut dyn QueueStore) {
        let mut found = BTreeMap::new();
        for view in [View::Ready, View::Delayed, View::Leased, View::Dead] {
            let peek = Peek {
                queue: "orders".into(),
                view,
                most: 1_000_000,
            };
            let answer = loop {
                // what is left of the script may fail
                if let Some(answer) = self.commit(store, Op::Peek(peek.clone())) {
                    break answer;
                }
            };
            let Answer::Peek(messages) = answer else {
                panic!("{answer:?}");
            };
            for peeked in messages {
                let number = number(&peeked.message);
                assert!(
                    found.insert(number, view).is_none(),
                    "{number} is there twice"
                );
                let known = &self.messages[&number];
                assert!(!known.is_gone, "{number} is gone");
                assert!(view != View::Dead || known.may_be_dead, "{number} is dead");
            }
        }
        for (number, known) in &self.messages {
            let may_be_missing = !known.is_sent || known.may_be_gone;
            assert!(
                found.contains_key(number) || may_be_missing,
                "{number} is lost: {known:?}"
            );
        }
    }
}

fn number(message: &Stored) -> u32 {
    let body = message.content.body.as_deref().unwrap();
    u32::from_be_bytes(body.try_into().unwrap())
}
