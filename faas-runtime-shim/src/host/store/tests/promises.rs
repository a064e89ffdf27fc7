//! The semantics one by one, each of the real store and of the one in memory.

use super::super::memory::{Disk, Memory};
use super::*;

/// Runs a case on each store, from nothing.
pub(super) fn check(case: fn(&mut Desk<'_>)) {
    let folder = folder();
    let (mut real, mut plain) = (file(folder.path()), Memory::on(&Disk::default()));
    for store in [&mut real as &mut dyn QueueStore, &mut plain] {
        case(&mut Desk { store, now: START });
    }
}

/// A store, and the time.
pub(super) struct Desk<'a> {
    store: &'a mut dyn QueueStore,
    pub(super) now: Millis,
}

impl Desk<'_> {
    #[track_caller]
    pub(super) fn commit(&mut self, ops: &[Op]) -> Committed {
        self.store.commit(self.now, ops).unwrap()
    }

    #[track_caller]
    pub(super) fn ask(&mut self, op: Op) -> Answer {
        ask(self.store, self.now, op)
    }

    #[track_caller]
    pub(super) fn push(&mut self, messages: impl Into<Vec<NewMessage>>) -> Vec<i64> {
        match self.ask(Op::Push(push("orders", messages))) {
            Answer::Push(Ok(receipts)) => receipts.iter().map(|receipt| receipt.id).collect(),
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    pub(super) fn claims(&mut self, claim: Claim) -> Claims {
        match self.ask(Op::Claim(claim)) {
            Answer::Claim(claims) => claims,
            answer => panic!("{answer:?}"),
        }
    }

    /// Claims all that there is, in lanes.
    #[track_caller]
    pub(super) fn claim(&mut self) -> Vec<Claimed> {
        let claim = Claim {
            ordered: true,
            ..claim("orders", A)
        };
        self.claims(claim).messages
    }

    #[track_caller]
    pub(super) fn settle(&mut self, claimed: &Claimed, verdict: Verdict) -> Result<(), Lost> {
        match self.ask(Op::Settle(vec![(claimed.token, verdict)])) {
            Answer::Settle(results) => results[0],
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    pub(super) fn peek(&mut self, view: View) -> Vec<Peeked> {
        match self.ask(Op::Peek(Peek {
            queue: "orders".into(),
            view,
            most: 100,
        })) {
            Answer::Peek(messages) => messages,
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    pub(super) fn forget(&mut self, most: u32) -> u64 {
        match self.ask(Op::Forget(most)) {
            Answer::Forget(count) => count,
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    pub(super) fn counts(&mut self) -> [u64; 4] {
        match self.ask(Op::Count(Some("orders".into()))) {
            Answer::Count(counts) => {
                let [counts] = &counts[..] else {
                    panic!("{counts:?}");
                };
                [counts.ready, counts.delayed, counts.leased, counts.dead]
            }
            answer => panic!("{answer:?}"),
        }
    }
}

fn bodies<'a>(claimed: impl IntoIterator<Item = &'a Claimed>) -> Vec<&'a str> {
    claimed
        .into_iter()
        .map(|claimed| claimed.message.content.body.as_deref().unwrap())
        .map(|body| std::str::from_utf8(body).unwrap())
        .collect()
}

pub(super) fn again(after: u64) -> Verdict {
    Verdict::Again {
        after,
        failure: Note::new("retry", "not yet"),
    }
}

pub(super) fn rejected() -> Verdict {
    Verdict::Dead {
        reason: "rejected".into(),
        failure: Note::new("reject", "no such order"),
    }
}

#[test]
fn what_is_due_comes_by_priority_and_age() {
    check(|desk| {
        let urgent = |body, priority, delay| NewMessage {
            priority,
            delay,
            ..message(body)
        };
        desk.push([
            urgent("a", 0, 0),
            urgent("b", 5, 10),
            urgent("c", 0, 0),
            urgent("d", 1, 0),
        ]);
        assert_eq!(desk.counts(), [3, 1, 0, 0]);
        let claims = desk.claims(Claim {
            most: 2,
            ..claim("orders", A)
        });
        assert_eq!(
            (bodies(&claims.messages), claims.next),
            (vec!["d", "a"], None)
        );
        let claims = desk.claims(claim("orders", A));
        assert_eq!(
            (bodies(&claims.messages), claims.next),
            (vec!["c"], Some(10))
        );
        desk.now += 10;
        assert_eq!(bodies(&desk.claim()), ["b"]);
        assert_eq!(
            desk.ask(Op::NextDue {
                queue: "orders".into(),
                ordered: true
            }),
            Answer::NextDue(Some(90))
        );
    });
}

#[test]
fn an_idempotency_key_is_remembered_for_a_while() {
    check(|desk| {
        let once = |body| {
            let mut message = message(body);
            message.content.idempotency_key = Some("order-1".into());
            message
        };
        let first = desk.push([once("a")]);
        assert_eq!(desk.push([once("b")]), first);
        let claimed = desk.claim();
        assert_eq!(bodies(&claimed), ["a"]);
        desk.settle(&claimed[0], Verdict::Done).unwrap();
        desk.now += 999;
        assert_eq!(desk.push([once("c")]), first);
        desk.now += 1;
        assert_ne!(desk.push([once("d"), once("e")]), first);
        assert_eq!(bodies(&desk.claim()), ["d"]);
    });
}

#[test]
fn a_full_queue_refuses_a_push_as_a_whole() {
    check(|desk| {
        let limited = |messages: Vec<NewMessage>| {
            Op::Push(Push {
                limit: Some(3),
                ..push("orders", messages)
            })
        };
        desk.push([message("a"), message("b")]);
        let refused = Refused {
            queue: "orders".into(),
            depth: 2,
            limit: 3,
        };
        assert_eq!(
            refused.to_string(),
            "queue `orders` is full: it holds 2 messages, and `queues.orders.depth` allows 3"
        );
        let two = limited(vec![message("c"), message("d")]);
        assert_eq!(desk.ask(two.clone()), Answer::Push(Err(refused)));
        assert_eq!(desk.counts(), [2, 0, 0, 0]);
        // what is claimed still counts, what is settled does not
        let claimed = desk.claim();
        assert!(matches!(desk.ask(two.clone()), Answer::Push(Err(_))));
        desk.settle(&claimed[0], Verdict::Done).unwrap();
        assert!(matches!(desk.ask(two), Answer::Push(Ok(_))));
        assert_eq!(desk.counts(), [2, 0, 1, 0]);
    });
}

#[test]
fn a_lane_waits_for_its_first_message() {
    check(|desk| {
        desk.push([
            keyed("k", "a"),
            keyed("k", "b"),
            keyed("l", "c"),
            keyed("k", "d"),
            message("e"),
        ]);
        // the first of each lane, then what follows them
        let first = desk
            .claims(Claim {
                most: 4,
                ordered: true,
                ..claim("orders", A)
            })
            .messages;
        assert_eq!(bodies(&first), ["a", "c", "e", "b"]);
        assert_eq!(bodies(&desk.claim()), [""; 0]);
        desk.settle(&first[0], again(10)).unwrap();
        desk.settle(&first[3], Verdict::Return { after: 0 })
            .unwrap();
        assert_eq!(bodies(&desk.claim()), [""; 0]);
        desk.now += 10;
        let second = desk.claim();
        assert_eq!(bodies(&second), ["a", "b", "d"]);
        assert_eq!(
            second
                .iter()
                .map(|claimed| claimed.message.attempt)
                .collect::<Vec<_>>(),
            [2, 1, 1]
        );
        // without the order everything goes, the longest due first
        for claimed in &second {
            desk.settle(claimed, Verdict::Return { after: 0 }).unwrap();
        }
        assert_eq!(
            bodies(&desk.claims(claim("orders", B)).messages),
            ["b", "d", "a"]
        );
    });
}

#[test]
fn a_dead_letter_frees_its_lane() {
    check(|desk| {
        desk.push([keyed("k", "a"), keyed("k", "b")]);
        let first = desk
            .claims(Claim {
                most: 1,
                ordered: true,
                ..claim("orders", A)
            })
            .messages;
        let committed = desk
            .store
            .commit(desk.now, &[Op::Settle(vec![(first[0].token, rejected())])])
            .unwrap();
        assert!(committed.stirred.contains("orders"));
        assert_eq!(bodies(&desk.claim()), ["b"]);
    });
}

#[test]
fn a_claim_that_was_never_settled_was_an_attempt() {
    check(|desk| {
        desk.push([message("a")]);
        let lost = desk.claim().remove(0);
        assert_eq!(lost.message.attempt, 1);
        desk.now += 100;
        let claimed = desk.claim().remove(0);
        assert_eq!(claimed.message.attempt, 2);
        assert_eq!(desk.settle(&lost, Verdict::Done), Err(Lost));
        let history = desk.peek(View::Leased).remove(0).history;
        assert_eq!(
            (history.len(), history[0].attempt, &history[0].note),
            (1, 1, &Note::lost())
        );
        assert_eq!(desk.settle(&claimed, Verdict::Done), Ok(()));
        assert_eq!(desk.settle(&claimed, Verdict::Done), Err(Lost));
        assert_eq!(desk.counts(), [0, 0, 0, 0]);
    });
}

#[test]
fn a_late_settlement_counts_as_long_as_nobody_else_has_it() {
    check(|desk| {
        desk.push([message("a"), message("b")]);
        let claimed = desk.claim();
        desk.now += 1000;
        assert_eq!(desk.counts(), [2, 0, 0, 0]);
        assert_eq!(desk.settle(&claimed[0], Verdict::Done), Ok(()));
        let extend = Extend {
            tokens: vec![claimed[0].token, claimed[1].token],
            owner: A,
            lease: 50,
        };
        assert_eq!(
            desk.ask(Op::Extend(extend)),
            Answer::Extend(vec![Err(Lost), Ok(Held::default())])
        );
        assert_eq!(desk.counts(), [0, 0, 1, 0]);
    });
}

#[test]
fn what_was_given_back_is_as_it_was() {
    check(|desk| {
        desk.push([message("a"), message("b")]);
        let claimed = desk.claim();
        desk.settle(&claimed[0], Verdict::Return { after: 0 })
            .unwrap();
        desk.settle(&claimed[1], Verdict::Return { after: 7 })
            .unwrap();
        assert_eq!(desk.counts(), [1, 1, 0, 0]);
        let again = desk.claim();
        assert_eq!((bodies(&again), again[0].message.attempt), (vec!["a"], 1));
        assert_eq!(desk.settle(&claimed[0], Verdict::Done), Err(Lost));
    });
}

#[test]
fn a_dead_letter_keeps_its_history_and_comes_back_fresh() {
    check(|desk| {
        let id = desk.push([keyed("k", "a"), keyed("k", "b")])[0];
        let first = desk
            .claims(Claim {
                most: 1,
                ordered: true,
                ..claim("orders", A)
            })
            .messages;
        desk.settle(&first[0], again(0)).unwrap();
        desk.now += 5;
        let second = desk
            .claims(Claim {
                most: 1,
                ordered: true,
                ..claim("orders", A)
            })
            .messages;
        desk.settle(&second[0], rejected()).unwrap();
        assert_eq!(desk.counts(), [1, 0, 0, 1]);
        let letter = desk.peek(View::Dead).remove(0);
        assert_eq!((letter.message.id, letter.message.attempt), (id, 2));
        assert_eq!(
            letter.death,
            Some(Death {
                at: START + 5,
                reason: "rejected".into()
            })
        );
        let history: Vec<_> = letter
            .history
            .iter()
            .map(|failed| {
                (
                    failed.at,
                    failed.attempt,
                    &*failed.note.kind,
                    &*failed.note.message,
                )
            })
            .collect();
        assert_eq!(
            history,
            [
                (START, 1, "retry", "not yet"),
                (START + 5, 2, "reject", "no such order")
            ]
        );

        let redrive = Op::Redrive(Redrive {
            queue: "orders".into(),
            which: Which::Ids(vec![id, id, 77]),
        });
        assert_eq!(desk.ask(redrive), Answer::Redrive(1));
        assert_eq!(desk.settle(&second[0], Verdict::Done), Err(Lost));
        let claimed = desk.claim();
        assert_eq!(bodies(&claimed), ["b", "a"]);
        assert_eq!((claimed[1].message.id, claimed[1].message.attempt), (id, 1));
        assert_eq!(desk.peek(View::Leased)[0].history.len(), 2);
        desk.settle(&claimed[1], Verdict::Done).unwrap();
        assert_eq!(desk.counts(), [0, 0, 1, 0]);
    });
}

#[test]
fn a_letter_takes_the_place_of_its_message() {
    check(|desk| {
        desk.push([message("a")]);
        let claimed = desk.claim().remove(0);
        let letter = || {
            Verdict::Letter(Box::new(Push {
                limit: Some(0),
                ..push("orders-dead", [message("a, rejected")])
            }))
        };
        assert_eq!(desk.settle(&claimed, letter()), Ok(()));
        assert_eq!(desk.settle(&claimed, letter()), Err(Lost));
        assert_eq!(desk.counts(), [0, 0, 0, 0]);
        assert_eq!(
            bodies(&desk.claims(claim("orders-dead", A)).messages),
            ["a, rejected"]
        );
        assert_eq!(desk.claims(claim("orders-dead", A)).messages, []);
    });
}

#[test]
fn a_claim_is_bounded_by_its_bytes() {
    check(|desk| {
        desk.push([message("12345"), message("1234"), message("123")]);
        let small = || Claim {
            most_bytes: 4,
            ..claim("orders", A)
        };
        let claims = desk.claims(small());
        // the first may be larger; what is left can be claimed at once
        assert_eq!(
            (bodies(&claims.messages), claims.next),
            (vec!["12345"], Some(0))
        );
        assert_eq!(bodies(&desk.claims(small()).messages), ["1234"]);
        assert_eq!(bodies(&desk.claims(small()).messages), ["123"]);
    });
}

#[test]
fn what_is_unwanted_goes() {
    check(|desk| {
        let purge = |what, most| {
            Op::Purge(Purge {
                queue: "orders".into(),
                what,
                most,
            })
        };
        desk.push([
            message("a"),
            message("b"),
            NewMessage {
                delay: 50,
                ..message("c")
            },
        ]);
        desk.now += 10;
        assert_eq!(desk.ask(purge(Unwanted::Stale(START), 1)), Answer::Purge(1));
        assert_eq!(
            desk.ask(purge(Unwanted::Stale(START - 1), 9)),
            Answer::Purge(0)
        );
        assert_eq!(desk.counts(), [1, 1, 0, 1]);
        assert_eq!(
            &*desk.peek(View::Dead)[0].death.clone().unwrap().reason,
            "nobody has claimed it in time"
        );
        assert_eq!(
            desk.ask(purge(Unwanted::Dead(START + 9), 9)),
            Answer::Purge(0)
        );
        assert_eq!(
            desk.ask(purge(Unwanted::Dead(u64::MAX), 9)),
            Answer::Purge(1)
        );
        assert_eq!(desk.ask(purge(Unwanted::Unclaimed, 9)), Answer::Purge(2));
        assert_eq!(desk.counts(), [0, 0, 0, 0]);
    });
}

#[test]
fn the_figures_tell_for_how_long_the_first_has_waited() {
    check(|desk| {
        assert_eq!(
            desk.ask(Op::Count(Some("orders".into()))),
            Answer::Count(Vec::new())
        );
        desk.push([
            NewMessage {
                delay: 10,
                ..message("a")
            },
            NewMessage {
                delay: 20,
                ..message("b")
            },
        ]);
        let oldest = |desk: &mut Desk<'_>| match desk.ask(Op::Count(None)) {
            Answer::Count(counts) => (counts[0].oldest, counts[0].depth()),
            answer => panic!("{answer:?}"),
        };
        assert_eq!(oldest(desk), (None, 2));
        desk.now += 25;
        assert_eq!(oldest(desk), (Some(15), 2));
    });
}

#[test]
fn a_history_keeps_its_end_and_notes_are_cut() {
    check(|desk| {
        desk.push([message("a")]);
        for number in 1..=40 {
            let claimed = desk.claim().remove(0);
            assert_eq!(claimed.message.attempt, number);
            let failure = Note::new("retry", &"é".repeat(5000));
            desk.settle(&claimed, Verdict::Again { after: 0, failure })
                .unwrap();
        }
        let history = desk.peek(View::Ready).remove(0).history;
        assert_eq!(
            (history.len(), history[0].attempt, history[31].attempt),
            (32, 9, 40)
        );
        assert_eq!(history[0].note.message.len(), 2048);
    });
}
