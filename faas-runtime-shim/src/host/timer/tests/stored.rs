//! The lease of the embedded store.

use super::*;
use crate::host::store::memory::{Disk, Memory};
use crate::host::store::{KvPut, Peek, Store, View};
use crate::host::timer::StoredLease;
use crate::services::When;

struct World {
    clock: ManualClock,
    disk: Disk,
}

impl World {
    fn new() -> Self {
        Self {
            clock: ManualClock::new(),
            disk: Disk::default(),
        }
    }

    fn store(&self) -> Store {
        Store::in_place(
            Box::new(Memory::on(&self.disk)),
            Arc::new(self.clock.clone()),
        )
    }

    fn lease(&self) -> StoredLease {
        StoredLease::new(self.store(), 86_400_000)
    }

    async fn waiting(&self) -> Vec<Option<Box<str>>> {
        let peek = Peek {
            queue: "timer:t".into(),
            view: View::Ready,
            most: 10,
        };
        let peeked = self.store().peek(peek).await.expect("the store works");
        let contents = peeked.into_iter().map(|peeked| peeked.message.content);
        contents.map(|content| content.idempotency_key).collect()
    }
}

fn mark(text: &str, left_out: u32) -> Mark {
    Mark {
        last: text.parse().expect("a moment"),
        left_out,
        served: None,
    }
}

fn take(version: Option<u64>, mark: Mark, ticks: &[&str]) -> Take {
    let ticks = ticks.iter().map(|key| {
        let mut message = NewMessage::default();
        message.content.idempotency_key = Some((*key).into());
        message
    });
    Take {
        timer: "t".into(),
        version,
        mark,
        ticks: ticks.collect(),
    }
}

#[tokio::test]
async fn what_is_written_is_seen() {
    let world = World::new();
    let lease = world.lease();
    assert_eq!(lease.look("t").await, Ok(Sight::default()));
    let first = Mark {
        served: Some("2026-01-01T02:00:00Z".parse().expect("a moment")),
        ..mark("2026-01-01T03:00:00.5Z", 7)
    };
    assert_eq!(
        lease.take(take(None, first, &["a", "b"])).await,
        Ok(Taken::Ours)
    );
    let sight = world.lease().look("t").await.expect("the store works");
    assert_eq!((sight.mark, sight.pending), (Some(first), 2));
    assert_eq!(lease.look("other").await, Ok(Sight::default()));
}

#[tokio::test]
async fn the_mark_and_the_ticks_are_written_together_or_not_at_all() {
    let world = World::new();
    let lease = world.lease();
    let (first, second) = (
        mark("2026-01-01T03:00:00Z", 0),
        mark("2026-01-02T03:00:00Z", 0),
    );
    assert_eq!(lease.take(take(None, first, &["a"])).await, Ok(Taken::Ours));
    // somebody who has looked before that
    let late = take(None, second, &["b"]);
    assert_eq!(world.lease().take(late).await, Ok(Taken::Others));
    let sight = lease.look("t").await.expect("the store works");
    assert_eq!(sight.mark, Some(first));
    assert_eq!(world.waiting().await, [Some("a".into())]);
    let next = take(sight.version, second, &["b"]);
    assert_eq!(lease.take(next.clone()).await, Ok(Taken::Ours));
    assert_eq!(lease.take(next).await, Ok(Taken::Others));
    assert_eq!(world.waiting().await, [Some("a".into()), Some("b".into())]);
}

#[tokio::test]
async fn what_cannot_be_read_begins_anew() {
    let world = World::new();
    for value in ["", "soon", "{\"last\":\"soon\"}", "[]"] {
        let put = KvPut {
            space: "faas.timers".into(),
            key: "t".into(),
            value: value.into(),
            ttl: None,
            when: When::Always,
        };
        let written = world.store().kv_put(put).await.expect("the store works");
        let version = written.expect("no condition");
        let sight = world.lease().look("t").await.expect("the store works");
        assert_eq!(
            (sight.mark, sight.version),
            (None, Some(version)),
            "{value}"
        );
        let begun = take(sight.version, mark("2026-01-01T03:00:00Z", 0), &[]);
        assert_eq!(world.lease().take(begun).await, Ok(Taken::Ours));
    }
    assert!(world.waiting().await.is_empty());
}

#[tokio::test]
async fn a_scheduler_runs_on_it() {
    let world = World::new();
    let timers = || vec![timer("t", every(60), Missed::Once, Overlap::Queue)];
    let lease: Arc<dyn Lease> = Arc::new(world.lease());
    let clock: Arc<dyn Clock> = Arc::new(world.clock.clone());
    let mut running: Vec<_> = (0..2)
        .map(|_| {
            let (clock, lease) = (Arc::clone(&clock), Arc::clone(&lease));
            Box::pin(run(clock, timers(), lease, std::future::pending()))
        })
        .collect();
    for _ in 0..130 {
        for instance in &mut running {
            assert_eq!(poll_immediate(instance).await, None);
        }
        world.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(
        world.waiting().await,
        [
            Some("t@2026-01-01T00:01:00Z".into()),
            Some("t@2026-01-01T00:02:00Z".into())
        ]
    );
}
