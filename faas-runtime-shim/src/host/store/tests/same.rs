//! The real store and the one in memory give the same answers, whatever they are asked.

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::super::memory::{Disk, Memory};
use super::*;
use crate::invocation::Attributes;

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_answer_alike(steps in vec(steps(), 1..60)) {
        let folder = folder();
        let (mut real, mut plain) = (file(folder.path()), Memory::on(&Disk::default()));
        let (mut now, mut known) = (START, Known::default());
        for step in steps {
            let ops: Vec<Op> = match step {
                Step::Wait(span) => {
                    now += span;
                    continue;
                }
                Step::Ask(asked) => asked.into_iter().map(|ask| ask.op(now, &known)).collect(),
            };
            let (left, right) = (real.commit(now, &ops).unwrap(), plain.commit(now, &ops).unwrap());
            prop_assert_eq!(&left, &right, "{:#?}", ops);
            left.answers.iter().for_each(|answer| known.learn(answer));
        }
        let last: Vec<Op> = QUEUES
            .iter()
            .flat_map(|queue| VIEWS.map(|view| Op::Peek(Peek { queue: (*queue).into(), view, most: 1000 })))
            .chain([Op::Count(None), Op::KvScan(scan("", None, 1000))])
            .chain(TASKS.map(|id| Op::TaskGet(id.into())))
            .collect();
        prop_assert_eq!(real.commit(now, &last).unwrap(), plain.commit(now, &last).unwrap());
        drop(real);
        prop_assert_eq!(file(folder.path()).commit(now, &last).unwrap(), plain.commit(now, &last).unwrap());
    }
}

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Ask(Vec<Ask>),
}

/// What the run has been told.
#[derive(Debug, Default)]
struct Known {
    tokens: Vec<Token>,
    versions: Vec<u64>,
}

impl Known {
    fn learn(&mut self, answer: &Answer) {
        match answer {
            Answer::Claim(claims) => self
                .tokens
                .extend(claims.messages.iter().map(|claimed| claimed.token)),
            Answer::KvPut(Ok(version)) => self.versions.push(*version),
            Answer::Together(Ok(answers)) => answers.iter().for_each(|answer| self.learn(answer)),
            _ => {}
        }
    }
}

/// An operation that may need what only the run knows.
#[derive(Clone, Debug)]
enum Ask {
    Op(Op),
    Settle(Vec<(Index, Verdict)>),
    Extend(Vec<Index>),
    Redrive(&'static str, u64),
    Stale(&'static str, u64, u32),
    Put(KvPut, Index),
    Delete(KvDelete, Index),
    Progress(Index, &'static str),
    Together(Vec<Ask>),
}

impl Ask {
    fn op(self, now: Millis, known: &Known) -> Op {
        let token = |index: &Index| match &known.tokens[..] {
            [] => Token { id: 1, fence: 1 },
            tokens => *index.get(tokens),
        };
        let when = |when, index: Index| match (when, &known.versions[..]) {
            (When::Version(_), versions @ [_, ..]) => When::Version(*index.get(versions)),
            (when, _) => when,
        };
        match self {
            Self::Op(op) => op,
            Self::Settle(verdicts) => Op::Settle(
                verdicts
                    .into_iter()
                    .map(|(index, verdict)| (token(&index), verdict))
                    .collect(),
            ),
            Self::Extend(indices) => Op::Extend(Extend {
                tokens: indices.iter().map(token).collect(),
                owner: A,
                lease: 30,
            }),
            Self::Redrive(queue, age) => Op::Redrive(Redrive {
                queue: queue.into(),
                which: Which::Until(now - age, 3),
            }),
            Self::Stale(queue, age, most) => Op::Purge(Purge {
                queue: queue.into(),
                what: Unwanted::Stale(now - age),
                most,
            }),
            Self::Put(put, index) => Op::KvPut(KvPut {
                when: when(put.when, index),
                ..put
            }),
            Self::Delete(delete, index) => Op::KvDelete(KvDelete {
                when: when(delete.when, index),
                ..delete
            }),
            Self::Progress(index, text) => Op::TaskProgress(TaskProgress {
                token: token(&index),
                text: text.into(),
            }),
            Self::Together(asks) => {
                Op::Together(asks.into_iter().map(|ask| ask.op(now, known)).collect())
            }
        }
    }
}

const QUEUES: &[&str] = &["orders", "mails"];
const VIEWS: [View; 4] = [View::Ready, View::Delayed, View::Leased, View::Dead];

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (0_u64..60).prop_map(Step::Wait),
        4 => vec(asks(), 1..4).prop_map(Step::Ask),
    ]
}

fn asks() -> impl Strategy<Value = Ask> {
    prop_oneof![
        8 => queue_asks(),
        3 => key_asks(),
        6 => task_asks(),
        1 => vec(prop_oneof![queue_asks(), key_asks(), task_asks()], 0..4).prop_map(Ask::Together),
    ]
}

const TASKS: [&str; 5] = ["t1", "t2", "t3", "t4", "t5"];

const STATES: [TaskState; 6] = [
    TaskState::Queued,
    TaskState::Running,
    TaskState::Waiting,
    TaskState::Succeeded,
    TaskState::Dead,
    TaskState::Cancelled,
];

fn task_asks() -> impl Strategy<Value = Ask> {
    let ids = || select(&TASKS[..]);
    let submits = (
        ids(),
        queues(),
        option::weighted(0.2, 0_u64..12),
        0_u64..100,
        select(vec![0_u64, 20, 200, u64::MAX]),
        messages(),
    );
    let lists = (
        option::of(queues()),
        vec(select(&STATES[..]), 0..3),
        option::weighted(0.3, ids()),
        0_u32..4,
    );
    prop_oneof![
        5 => submits.prop_map(|(id, queue, limit, remember, keep, message)| {
            let queue = queue.into();
            Ask::Op(Op::Submit(Submit { queue, limit, remember, keep, ..submit(id, message) }))
        }),
        2 => ids().prop_map(|id| Ask::Op(Op::TaskGet(id.into()))),
        2 => lists.prop_map(|(queue, states, after, most)| {
            let (queue, after) = (queue.map(Into::into), after.map(Into::into));
            Ask::Op(Op::TaskList(TaskList { queue, states, after, most }))
        }),
        1 => (any::<Index>(), select(vec!["10 %", "20 %"]))
            .prop_map(|(index, text)| Ask::Progress(index, text)),
        2 => ids().prop_map(|id| Ask::Op(Op::TaskCancel(id.into()))),
    ]
}

fn key_asks() -> impl Strategy<Value = Ask> {
    let keys = || select(vec!["", "a", "aa", "ab", "a\u{10ffff}", "b", "é"]);
    let whens = select(vec![When::Always, When::Absent, When::Version(1)]);
    let puts = (
        keys(),
        vec(any::<u8>(), 0..4),
        option::of(0_u64..60),
        whens.clone(),
    );
    prop_oneof![
        4 => (puts, any::<Index>()).prop_map(|((key, value, ttl, when), index)| {
            Ask::Put(KvPut { value: value.into(), ttl, ..put(key, "", when) }, index)
        }),
        1 => (keys(), whens, any::<Index>()).prop_map(|(key, when, index)| {
            let KvPut { space, key, .. } = put(key, "", when);
            Ask::Delete(KvDelete { space, key, when }, index)
        }),
        1 => keys().prop_map(|key| Ask::Op(Op::KvGet { space: "settings".into(), key: key.into() })),
        1 => (keys(), option::of(keys()), 0_u32..5)
            .prop_map(|(prefix, after, most)| Ask::Op(Op::KvScan(scan(prefix, after, most)))),
        1 => (0_u32..4).prop_map(|most| Ask::Op(Op::Forget(most))),
    ]
}

fn queue_asks() -> impl Strategy<Value = Ask> {
    prop_oneof![
        6 => pushes().prop_map(|push| Ask::Op(Op::Push(push))),
        6 => claims().prop_map(|claim| Ask::Op(Op::Claim(claim))),
        8 => vec((any::<Index>(), verdicts()), 1..5).prop_map(Ask::Settle),
        1 => vec(any::<Index>(), 1..3).prop_map(Ask::Extend),
        1 => select(vec![A, B]).prop_map(|owner| Ask::Op(Op::Abandon(owner))),
        1 => (queues(), any::<bool>())
            .prop_map(|(queue, ordered)| Ask::Op(Op::NextDue { queue: queue.into(), ordered })),
        1 => (queues(), select(&VIEWS[..]), 0_u32..5)
            .prop_map(|(queue, view, most)| Ask::Op(Op::Peek(Peek { queue: queue.into(), view, most }))),
        1 => option::of(queues()).prop_map(|queue| Ask::Op(Op::Count(queue.map(Into::into)))),
        1 => (queues(), vec(1_i64..20, 1..3)).prop_map(|(queue, ids)| Ask::Op(Op::Redrive(Redrive {
            queue: queue.into(),
            which: Which::Ids(ids),
        }))),
        1 => (queues(), 0_u64..50).prop_map(|(queue, age)| Ask::Redrive(queue, age)),
        1 => (queues(), 0_u64..50, 0_u32..3).prop_map(|(queue, age, most)| Ask::Stale(queue, age, most)),
        1 => (queues(), select(vec![Unwanted::Dead(START + 200), Unwanted::Unclaimed]), 0_u32..3)
            .prop_map(|(queue, what, most)| Ask::Op(Op::Purge(Purge { queue: queue.into(), what, most }))),
    ]
}

fn queues() -> impl Strategy<Value = &'static str> {
    select(QUEUES)
}

fn pushes() -> impl Strategy<Value = Push> {
    (
        queues(),
        option::weighted(0.2, 0_u64..12),
        0_u64..100,
        vec(messages(), 0..4),
    )
        .prop_map(|(queue, limit, remember, messages)| Push {
            queue: queue.into(),
            limit,
            remember,
            messages,
        })
}

fn messages() -> impl Strategy<Value = NewMessage> {
    (
        option::of(vec(any::<u8>(), 0..20)),
        option::of(select(vec!["application/json", "text/plain"])),
        vec(("[a-z]{1,3}", vec(any::<u8>(), 0..4)), 0..3),
        option::weighted(0.3, select(vec!["k1", "k2", "k3"])),
        option::of(select(vec!["lane", "", "other"])),
        select(vec![0_i16, 0, 1, -1, i16::MAX, i16::MIN]),
        select(vec![0_u64, 0, 0, 10, 70]),
    )
        .prop_map(
            |(body, media_type, pairs, idempotency_key, key, priority, delay)| {
                let mut attributes = Attributes::default();
                for (name, value) in pairs {
                    attributes.push(name, value);
                }
                NewMessage {
                    content: Content {
                        body: body.map(Bytes::from),
                        media_type: media_type.map(Into::into),
                        attributes,
                        idempotency_key: idempotency_key.map(Into::into),
                        trace: None,
                    },
                    key: key.map(|key| Bytes::from_static(key.as_bytes())),
                    priority,
                    delay,
                }
            },
        )
}

fn claims() -> impl Strategy<Value = Claim> {
    (
        queues(),
        0_u32..6,
        select(vec![0, 25, usize::MAX, usize::MAX]),
        select(vec![A, B]),
        select(vec![0_u64, 20, 100]),
        any::<bool>(),
    )
        .prop_map(|(queue, most, most_bytes, owner, lease, ordered)| Claim {
            queue: queue.into(),
            most,
            most_bytes,
            owner,
            lease,
            ordered,
        })
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    let note =
        || select(vec!["retry", "panic"]).prop_map(|kind| Note::new(kind, "it did not work"));
    prop_oneof![
        4 => Just(Verdict::Done),
        2 => (select(vec![0_u64, 15]), note()).prop_map(|(after, failure)| Verdict::Again { after, failure }),
        1 => select(vec![0_u64, 15]).prop_map(|after| Verdict::Return { after }),
        2 => note().prop_map(|failure| Verdict::Dead { reason: "rejected".into(), failure }),
        2 => option::of(Just("text/plain")).prop_map(|media_type| Verdict::Finished(Reply {
            body: Bytes::from_static(b"done"),
            media_type: media_type.map(Into::into),
        })),
        1 => Just(Verdict::Cancelled),
        1 => pushes().prop_map(|letter| Verdict::Letter(Box::new(letter))),
    ]
}
