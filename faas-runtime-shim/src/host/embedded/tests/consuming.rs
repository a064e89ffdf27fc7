//! What becomes of messages: handled, tried again, given up, handed back.

use super::*;
use crate::host::store::memory::Fate;

#[tokio::test]
async fn what_is_handled_is_gone() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    let instance = Instance::start(Setup::default(), &disk, &world).await;
    instance.send("one").await;
    instance.send("two").await;
    instance.settle().await;
    assert_eq!(world.bodies(), ["one", "two"]);
    let counts = instance.counts("orders").await;
    assert_eq!((counts.depth(), counts.dead), (0, 0));
}

#[tokio::test]
async fn what_is_at_work_stays_with_its_handler_when_the_clock_leaps() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("slow", &[Word::Slow(Duration::from_secs(5))]);
    let setup = Setup {
        concurrency: 4,
        ..Setup::default()
    };
    let instance = Instance::start(setup, &disk, &world).await;
    instance.send("slow").await;
    instance.settle().await;
    instance.clock.leap(Duration::from_secs(3600));
    instance.send("next").await;
    instance.pass(Duration::from_secs(10)).await;
    assert_eq!(world.bodies(), ["slow", "next"]);
    assert!(world.seen().iter().all(|seen| seen.outcome == Some(true)));
    let counts = instance.counts("orders").await;
    assert_eq!((counts.depth(), counts.dead), (0, 0));
}

#[tokio::test]
async fn names_of_other_channels_cannot_be_published_to() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    let instance = Instance::start(Setup::default(), &disk, &world).await;
    for name in ["task:encode", "timer:nightly", "object:thumbnail"] {
        let message = Message::new(name, Payload::json("{}"));
        let refused = instance.publish(message).await.unwrap_err().to_string();
        assert!(refused.contains("the host's own"), "{refused}");
    }
    assert_eq!(instance.counts("task:encode").await.depth(), 0);
}

#[tokio::test]
async fn what_fails_comes_again_later_and_later() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("one", &[Word::Retry, Word::Panic, Word::Done]);
    let instance = Instance::start(Setup::default(), &disk, &world).await;
    instance.send("one").await;
    instance.settle().await;
    assert_eq!(world.seen().len(), 1);
    instance.pass(Duration::from_secs(5)).await;
    let seen = world.seen();
    let attempts: Vec<_> = seen.iter().map(|seen| seen.attempt).collect();
    assert_eq!(attempts, [1, 2, 3]);
    // one second and two, each up to a quarter longer, seen at steps of a quarter
    let second = (seen[1].at - seen[0].at).as_millis();
    let third = (seen[2].at - seen[1].at).as_millis();
    assert!((1000..=1500).contains(&second), "{second}");
    assert!((2000..=2750).contains(&third), "{third}");
    assert_eq!(instance.counts("orders").await.depth(), 0);
}

#[tokio::test]
async fn what_fails_too_often_is_a_dead_letter_with_its_history() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("one", &[Word::Retry]);
    world.tell("two", &[Word::Reject]);
    let instance = Instance::start(Setup::default(), &disk, &world).await;
    instance.send("one").await;
    instance.send("two").await;
    instance.pass(Duration::from_secs(25)).await;
    let dead = instance.dead("orders").await;
    let told: Vec<_> = dead
        .iter()
        .map(|letter| {
            let body = letter.message.content.body.clone().unwrap();
            let reason = letter.death.as_ref().unwrap().reason.to_string();
            (body, reason, letter.history.len())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("two".into(), "rejected".to_owned(), 1),
            ("one".into(), "failed 5 times".to_owned(), 5),
        ]
    );
    assert_eq!(dead[1].history[4].note.message, "`one` was told to".into());
}

#[tokio::test]
async fn dead_letters_go_to_their_queue() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("one", &[Word::Reject]);
    let mut setup = Setup::default();
    setup.spec.dead_letter = Some("orders-dead");
    let instance = Instance::start(setup, &disk, &world).await;
    instance.send("one").await;
    instance.settle().await;
    assert_eq!(instance.counts("orders").await.dead, 0);
    let peek = Peek {
        queue: "orders-dead".into(),
        view: View::Ready,
        most: 10,
    };
    let letters = instance.store.peek(peek).await.unwrap();
    let content = &letters[0].message.content;
    assert_eq!(content.body.as_deref(), Some(&b"one"[..]));
    assert_eq!(content.attributes.get("faasqueue"), Some("orders"));
    assert_eq!(
        content.attributes.get("faasreason"),
        Some("`one` was told to")
    );
}

#[tokio::test]
async fn dead_letters_stay_where_their_queue_cannot_be_published_to() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("one", &[Word::Reject]);
    let mut setup = Setup {
        toml: "[queues.orders-dead]\nurl = \"kafka://host/dead\"",
        ..Setup::default()
    };
    setup.spec.dead_letter = Some("orders-dead");
    let instance = Instance::start(setup, &disk, &world).await;
    instance.send("one").await;
    instance.pass(Duration::from_secs(20)).await;
    assert_eq!(world.bodies(), ["one"], "it was tried again");
    assert_eq!(instance.counts("orders").await.dead, 1);
}

#[tokio::test]
async fn a_dead_letter_is_written_beside_a_message_of_the_same_idempotency_key() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("one", &[Word::Reject]);
    let mut setup = Setup::default();
    setup.spec.dead_letter = Some("audit");
    let instance = Instance::start(setup, &disk, &world).await;
    for queue in ["audit", "orders"] {
        instance
            .publish(Message {
                queue: queue.into(),
                idempotency_key: Some("7".into()),
                ..message("one")
            })
            .await
            .unwrap();
    }
    instance.settle().await;
    assert_eq!(instance.counts("orders").await.depth(), 0);
    assert_eq!(instance.counts("audit").await.ready, 2);
}

#[tokio::test]
async fn at_most_so_many_at_once() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    let setup = Setup {
        concurrency: 3,
        ..Setup::default()
    };
    for body in 0..5 {
        world.tell(&body.to_string(), &[Word::Slow(Duration::from_secs(1))]);
    }
    let instance = Instance::start(setup, &disk, &world).await;
    for body in 0..5 {
        instance.send(&body.to_string()).await;
    }
    instance.settle().await;
    assert_eq!(world.bodies().len(), 3);
    let counts = instance.counts("orders").await;
    // what cannot begin is not claimed
    assert_eq!((counts.leased, counts.ready), (3, 2));
    instance.pass(Duration::from_secs(2)).await;
    assert_eq!(world.bodies().len(), 5);
}

#[tokio::test]
async fn a_backlog_is_worked_off_at_the_rate_and_costs_no_attempt() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    let setup = Setup {
        concurrency: 3,
        // less than it is until the next place
        timeout: Some(Duration::from_secs(5)),
        rate: Some(Rate {
            times: NonZeroU32::new(1).unwrap(),
            per: Duration::from_secs(60),
        }),
        ..Setup::default()
    };
    let instance = Instance::start(setup, &disk, &world).await;
    for body in 0..5 {
        instance.send(&body.to_string()).await;
    }
    instance.settle().await;
    assert_eq!(world.bodies(), ["0"]);
    // what cannot begin is not claimed
    let counts = instance.counts("orders").await;
    assert_eq!((counts.leased, counts.ready), (0, 4));
    for minutes in 1..5 {
        instance.pass(Duration::from_secs(60)).await;
        assert_eq!(world.bodies().len(), minutes + 1);
    }
    let attempts: Vec<_> = world.seen().iter().map(|seen| seen.attempt).collect();
    assert_eq!(attempts, [1; 5]);
    let counts = instance.counts("orders").await;
    assert_eq!((counts.depth(), counts.dead), (0, 0));
}

#[tokio::test]
async fn nothing_overtakes_in_its_lane() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("a1", &[Word::Retry, Word::Done]);
    let mut setup = Setup {
        concurrency: 4,
        ..Setup::default()
    };
    setup.spec.ordered = true;
    let instance = Instance::start(setup, &disk, &world).await;
    for body in ["a1", "a2", "b1", "a3"] {
        let mut message = message(body);
        message.key = Some(body[..1].into());
        instance.publish(message).await.unwrap();
    }
    instance.settle().await;
    assert_eq!(world.bodies(), ["a1", "b1"]);
    instance.pass(Duration::from_secs(2)).await;
    assert_eq!(world.bodies(), ["a1", "b1", "a1", "a2", "a3"]);
    // what was behind the failure has cost no attempt
    assert!(
        world
            .seen()
            .iter()
            .all(|seen| seen.body == "a1" || seen.attempt == 1)
    );
}

#[tokio::test]
async fn the_urgent_comes_first() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("first", &[Word::Slow(Duration::from_secs(1))]);
    let instance = Instance::start(Setup::default(), &disk, &world).await;
    instance.send("first").await;
    instance.settle().await;
    instance.send("low").await;
    let urgent = Message {
        priority: 5,
        ..message("urgent")
    };
    instance.publish(urgent).await.unwrap();
    instance.pass(Duration::from_secs(2)).await;
    assert_eq!(world.bodies(), ["first", "urgent", "low"]);
}

#[tokio::test]
async fn a_long_handler_keeps_its_message() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("long", &[Word::Slow(Duration::from_secs(120))]);
    let instance = Instance::start(Setup::default(), &disk, &world).await;
    instance.send("long").await;
    instance.pass(Duration::from_secs(130)).await;
    assert_eq!(world.bodies(), ["long"]);
    assert_eq!(instance.counts("orders").await.depth(), 0);
}

#[tokio::test]
async fn what_a_dead_process_had_claimed_comes_again_and_is_buried_in_the_end() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("poison", &[Word::Slow(Duration::from_secs(3600))]);
    for life in 1..=5 {
        let instance = Instance::start(Setup::default(), &disk, &world).await;
        if life == 1 {
            instance.send("poison").await;
        }
        instance.settle().await;
        assert_eq!(world.seen().len(), life);
        // the consumer is dropped with what it does, as by a kill
        drop(instance.embedded.with_work(std::mem::take));
        abandon(&disk, OwnerId(1), &instance.clock);
    }
    let instance = Instance::start(Setup::default(), &disk, &world).await;
    instance.settle().await;
    assert_eq!(world.seen().len(), 5, "a sixth attempt was begun");
    let dead = instance.dead("orders").await;
    assert_eq!(&*dead[0].death.as_ref().unwrap().reason, "failed 5 times");
}

#[tokio::test]
async fn a_crash_costs_what_waits_behind_it_no_attempt() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("poison", &[Word::Slow(Duration::from_secs(3600))]);
    let mut setup = Setup {
        concurrency: 4,
        ..Setup::default()
    };
    setup.spec.ordered = true;
    for life in 1..=5 {
        let instance = Instance::start(setup, &disk, &world).await;
        if life == 1 {
            for body in ["poison", "second", "third"] {
                let mut message = message(body);
                message.key = Some("a".into());
                instance.publish(message).await.unwrap();
            }
        }
        instance.settle().await;
        drop(instance.embedded.with_work(std::mem::take));
        abandon(&disk, OwnerId(1), &instance.clock);
    }
    let instance = Instance::start(setup, &disk, &world).await;
    instance.pass(Duration::from_secs(1)).await;
    assert_eq!(world.bodies()[5..], ["second", "third"]);
    assert!(world.seen()[5..].iter().all(|seen| seen.attempt == 1));
    let counts = instance.counts("orders").await;
    assert_eq!((counts.depth(), counts.dead), (0, 1));
}

#[tokio::test]
async fn without_an_order_messages_of_one_key_go_on_side_by_side() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    let setup = Setup {
        concurrency: 3,
        ..Setup::default()
    };
    let instance = Instance::start(setup, &disk, &world).await;
    for body in ["a1", "a2", "a3"] {
        world.tell(body, &[Word::Slow(Duration::from_secs(1))]);
        let mut message = message(body);
        message.key = Some("a".into());
        instance.publish(message).await.unwrap();
    }
    instance.settle().await;
    assert_eq!(world.bodies().len(), 3);
}

#[tokio::test]
async fn a_drain_begins_nothing_and_ends_what_has_begun() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("one", &[Word::Slow(Duration::from_secs(2))]);
    let instance = Instance::start(Setup::default(), &disk, &world).await;
    instance.send("one").await;
    instance.send("two").await;
    instance.settle().await;
    instance.embedded.drain();
    instance.settle().await;
    let mut drained = instance.embedded.drained();
    assert!((&mut drained).now_or_never().is_none());
    instance.pass(Duration::from_secs(2)).await;
    assert!(drained.now_or_never().is_some());
    assert_eq!(world.bodies(), ["one"]);
    let counts = instance.counts("orders").await;
    assert_eq!((counts.ready, counts.leased), (1, 0));
}

#[tokio::test]
async fn a_store_that_fails_makes_unready_until_it_works() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    let clock = ManualClock::new();
    let memory = Memory::with_fates(&disk, [Fate::Refused, Fate::Refused]);
    let on = Instance::on(
        function(Setup::default()),
        "",
        memory,
        OwnerId(1),
        &clock,
        &world,
    );
    let instance = on.await;
    instance.settle().await;
    assert!(!instance.embedded.is_ready());
    instance.pass(Duration::from_secs(1)).await;
    assert!(instance.embedded.is_ready());
    instance.send("one").await;
    instance.settle().await;
    assert_eq!(world.bodies(), ["one"]);
}

#[tokio::test]
async fn a_full_queue_refuses_with_its_figures() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    world.tell("one", &[Word::Slow(Duration::from_secs(60))]);
    let setup = Setup {
        toml: "[queues.orders]\ndepth = 1",
        ..Setup::default()
    };
    let instance = Instance::start(setup, &disk, &world).await;
    instance.send("one").await;
    let error = instance.publish(message("two")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "queue `orders` has refused it: queue `orders` is full: it holds 1 messages, and `queues.orders.depth` allows 1"
    );
}

#[tokio::test]
async fn a_batch_is_handed_over_together() {
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    let mut setup = Setup::default();
    setup.spec.whole_batch = true;
    setup.spec.batch = NonZeroU32::new(3);
    let instance = Instance::start(setup, &disk, &world).await;
    for body in ["1", "2", "3", "4"] {
        instance.send(body).await;
    }
    instance.settle().await;
    assert_eq!(world.bodies().len(), 4);
    assert_eq!(instance.counts("orders").await.depth(), 0);
}
