//! Tasks: where they stand, how they end, and how long that is known.

use super::promises::{Desk, again, check, rejected};
use super::*;

impl Desk<'_> {
    #[track_caller]
    fn submit(&mut self, submit: Submit) -> Result<Submitted, Refused> {
        match self.ask(Op::Submit(submit)) {
            Answer::Submit(submitted) => submitted,
            answer => panic!("{answer:?}"),
        }
    }

    /// Submits a task of this id.
    #[track_caller]
    fn new_task(&mut self, id: &str) {
        let submitted = self.submit(submit(id, message("job"))).unwrap();
        assert_eq!(
            submitted,
            Submitted {
                id: id.into(),
                repeated: false
            }
        );
    }

    #[track_caller]
    fn task(&mut self, id: &str) -> Option<Task> {
        match self.ask(Op::TaskGet(id.into())) {
            Answer::TaskGet(task) => task.map(|task| *task),
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    fn state(&mut self, id: &str) -> TaskState {
        self.task(id).unwrap().state
    }

    /// The ids of a list.
    #[track_caller]
    fn list(&mut self, list: TaskList) -> String {
        match self.ask(Op::TaskList(list)) {
            Answer::TaskList(tasks) => {
                assert!(tasks.iter().all(|task| task.result.is_none()));
                let ids: Vec<&str> = tasks.iter().map(|task| &*task.id).collect();
                ids.join(" ")
            }
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    fn progress(&mut self, token: Token, text: &str) -> Result<Held, Lost> {
        let text = text.into();
        match self.ask(Op::TaskProgress(TaskProgress { token, text })) {
            Answer::TaskProgress(held) => held,
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    fn cancel(&mut self, id: &str) -> Cancelling {
        match self.ask(Op::TaskCancel(id.into())) {
            Answer::TaskCancel(cancelling) => cancelling,
            answer => panic!("{answer:?}"),
        }
    }

    fn purge_dead(&mut self) -> Answer {
        self.ask(Op::Purge(Purge {
            queue: "orders".into(),
            what: Unwanted::Dead(u64::MAX),
            most: 10,
        }))
    }

    fn redrive(&mut self, task: &Task) -> Answer {
        self.ask(Op::Redrive(Redrive {
            queue: "orders".into(),
            which: Which::Ids(vec![task.message]),
        }))
    }
}

fn finished() -> Verdict {
    Verdict::Finished(Reply {
        body: Bytes::from_static(b"42"),
        media_type: Some("application/json".into()),
    })
}

#[test]
fn a_task_stands_where_its_message_stands() {
    check(|desk| {
        let late = NewMessage {
            delay: 5,
            ..message("job")
        };
        desk.submit(submit("t", late)).unwrap();
        let queued = desk.task("t").unwrap();
        let expected = Task {
            id: "t".into(),
            queue: "orders".into(),
            message: queued.message,
            state: TaskState::Queued,
            attempt: 0,
            progress: None,
            submitted: START,
            started: None,
            finished: None,
            due: Some(START + 5),
            cancel_requested: false,
            result: None,
            failure: None,
            reason: None,
            expires: None,
        };
        assert_eq!(queued, expected);

        desk.now += 10;
        let claimed = desk.claim().remove(0);
        assert_eq!(desk.progress(claimed.token, "half"), Ok(Held::default()));
        let running = Task {
            state: TaskState::Running,
            attempt: 1,
            progress: Some("half".into()),
            started: Some(START + 10),
            due: None,
            ..expected
        };
        assert_eq!(desk.task("t").unwrap(), running);

        desk.now += 10;
        desk.settle(&claimed, again(30)).unwrap();
        let failure = FailedAttempt {
            at: START + 20,
            attempt: 1,
            note: Note::new("retry", "not yet"),
        };
        let waiting = Task {
            state: TaskState::Waiting,
            due: Some(START + 50),
            failure: Some(failure),
            ..running
        };
        assert_eq!(desk.task("t").unwrap(), waiting);

        desk.now += 30;
        let claimed = desk.claim().remove(0);
        desk.now += 10;
        desk.settle(&claimed, finished()).unwrap();
        let succeeded = Task {
            state: TaskState::Succeeded,
            attempt: 2,
            started: Some(START + 50),
            finished: Some(START + 60),
            due: None,
            failure: None,
            result: Some(Reply {
                body: Bytes::from_static(b"42"),
                media_type: Some("application/json".into()),
            }),
            expires: Some(START + 560),
            ..waiting
        };
        assert_eq!(desk.task("t").unwrap(), succeeded);
        assert_eq!(desk.counts(), [0, 0, 0, 0]);
    });
}

#[test]
fn a_task_waits_again_when_its_lease_has_run_out() {
    check(|desk| {
        desk.new_task("t");
        let lost = desk.claim().remove(0);
        desk.now += 100;
        assert_eq!(desk.state("t"), TaskState::Waiting);
        let claimed = desk.claim().remove(0);
        assert_eq!(desk.progress(lost.token, "half"), Err(Lost));
        assert_eq!(desk.settle(&lost, finished()), Err(Lost));
        let task = desk.task("t").unwrap();
        assert_eq!((task.state, task.attempt), (TaskState::Running, 2));
        assert_eq!(task.failure.unwrap().note, Note::lost());
        // given back before it has begun
        desk.settle(&claimed, Verdict::Return { after: 0 }).unwrap();
        assert_eq!(desk.state("t"), TaskState::Waiting);
    });
}

#[test]
fn who_says_nothing_more_has_succeeded() {
    check(|desk| {
        desk.new_task("t");
        let claimed = desk.claim().remove(0);
        desk.settle(&claimed, Verdict::Done).unwrap();
        let task = desk.task("t").unwrap();
        assert_eq!((task.state, task.result), (TaskState::Succeeded, None));
        // what is no task can be told the same
        desk.push([message("a"), message("b")]);
        let claimed = desk.claim();
        desk.settle(&claimed[0], finished()).unwrap();
        desk.settle(&claimed[1], Verdict::Cancelled).unwrap();
        assert_eq!(desk.counts(), [0, 0, 0, 0]);
        assert_eq!(
            desk.list(TaskList {
                most: 9,
                ..TaskList::default()
            }),
            "t"
        );
    });
}

#[test]
fn the_same_task_is_handed_over_once() {
    check(|desk| {
        let once = |id| {
            let mut message = message("job");
            message.content.idempotency_key = Some("order-1".into());
            submit(id, message)
        };
        let repeated = |id: &str| {
            Ok(Submitted {
                id: id.into(),
                repeated: true,
            })
        };
        // what a message has used that is no task does not count
        desk.push([once("t").message]);
        assert!(!desk.submit(once("a")).unwrap().repeated);
        assert_eq!(desk.counts(), [2, 0, 0, 0]);
        assert_eq!(desk.submit(once("b")), repeated("a"));
        assert_eq!(desk.submit(submit("a", message("job"))), repeated("a"));
        let claimed = desk.claim();
        desk.settle(&claimed[1], finished()).unwrap();
        desk.now += 600;
        // its time is over, but it is kept as long as its key
        assert_eq!(desk.forget(10), 0);
        assert_eq!(desk.submit(once("b")), repeated("a"));
        desk.now += 400;
        assert_eq!(desk.forget(10), 1);
        assert!(!desk.submit(once("b")).unwrap().repeated);
        assert_eq!(desk.task("a"), None);
        let limited = Submit {
            limit: Some(1),
            ..submit("c", message("job"))
        };
        assert_eq!(desk.submit(limited).unwrap_err().depth, 2);
        assert_eq!(desk.task("c"), None);
    });
}

#[test]
fn a_dead_task_can_be_taken_back() {
    check(|desk| {
        desk.new_task("t");
        let claimed = desk.claim().remove(0);
        desk.progress(claimed.token, "half").unwrap();
        desk.settle(&claimed, rejected()).unwrap();
        let dead = desk.task("t").unwrap();
        assert_eq!((dead.state, dead.finished), (TaskState::Dead, Some(START)));
        assert_eq!(dead.reason.as_deref(), Some("rejected"));
        let failure = dead.failure.clone().unwrap();
        assert_eq!(failure.note, Note::new("reject", "no such order"));
        assert_eq!(desk.cancel("t"), Cancelling::Finished(TaskState::Dead));
        // as long as it can be taken back it is known
        desk.now += 10_000;
        assert_eq!(desk.forget(10), 0);
        assert_eq!(desk.redrive(&dead), Answer::Redrive(1));
        let queued = Task {
            state: TaskState::Queued,
            attempt: 0,
            started: None,
            finished: None,
            due: Some(desk.now),
            progress: None,
            reason: None,
            ..dead.clone()
        };
        assert_eq!(desk.task("t").unwrap(), queued);
        let claimed = desk.claim().remove(0);
        desk.settle(&claimed, rejected()).unwrap();
        assert_eq!(desk.purge_dead(), Answer::Purge(1));
        // then for a while still
        let later = desk.task("t").unwrap();
        assert_eq!((later.state, later.reason), (TaskState::Dead, dead.reason));
        assert_eq!(later.failure.unwrap().note, failure.note);
        desk.now += 499;
        assert_eq!(desk.forget(10), 0);
        desk.now += 1;
        assert_eq!(desk.forget(10), 1);
        assert_eq!(desk.task("t"), None);
        assert_eq!(desk.cancel("t"), Cancelling::NotFound);
    });
}

#[test]
fn a_task_that_does_not_run_is_cancelled_at_once() {
    check(|desk| {
        desk.new_task("queued");
        assert_eq!(desk.cancel("queued"), Cancelling::Cancelled);
        assert_eq!(desk.claim(), []);
        let task = desk.task("queued").unwrap();
        assert_eq!(
            (task.state, task.finished),
            (TaskState::Cancelled, Some(START))
        );
        assert_eq!(
            desk.cancel("queued"),
            Cancelling::Finished(TaskState::Cancelled)
        );
        desk.new_task("waiting");
        let claimed = desk.claim().remove(0);
        desk.settle(&claimed, again(10)).unwrap();
        assert_eq!(desk.cancel("waiting"), Cancelling::Cancelled);
        let task = desk.task("waiting").unwrap();
        assert_eq!((task.state, task.attempt), (TaskState::Cancelled, 1));
        // so it is when the queue is emptied
        desk.new_task("purged");
        let purge = Op::Purge(Purge {
            queue: "orders".into(),
            what: Unwanted::Unclaimed,
            most: 10,
        });
        assert_eq!(desk.ask(purge), Answer::Purge(1));
        assert_eq!(desk.state("purged"), TaskState::Cancelled);
        // who had it before hears that it is gone
        desk.new_task("lost");
        let claimed = desk.claim().remove(0);
        desk.now += 100;
        assert_eq!(desk.cancel("lost"), Cancelling::Cancelled);
        assert_eq!(desk.settle(&claimed, finished()), Err(Lost));
    });
}

#[test]
fn a_task_that_runs_is_asked_to_end() {
    check(|desk| {
        let extend = |desk: &mut Desk<'_>, token| {
            desk.ask(Op::Extend(Extend {
                tokens: vec![token],
                owner: A,
                lease: 100,
            }))
        };
        let ends: [(fn() -> Verdict, TaskState); 5] = [
            (|| Verdict::Cancelled, TaskState::Cancelled),
            (|| again(0), TaskState::Cancelled),
            (|| Verdict::Return { after: 0 }, TaskState::Cancelled),
            // it was quicker
            (finished, TaskState::Succeeded),
            (rejected, TaskState::Dead),
        ];
        for (number, (verdict, state)) in ends.into_iter().enumerate() {
            let id = number.to_string();
            desk.new_task(&id);
            let token = desk.claim().remove(0).token;
            let held = |cancel| Answer::Extend(vec![Ok(Held { cancel })]);
            assert_eq!(extend(desk, token), held(false));
            assert_eq!(desk.cancel(&id), Cancelling::Requested);
            assert_eq!(desk.cancel(&id), Cancelling::Requested);
            let task = desk.task(&id).unwrap();
            assert_eq!(
                (task.state, task.cancel_requested),
                (TaskState::Running, true)
            );
            assert_eq!(extend(desk, token), held(true));
            assert_eq!(desk.progress(token, ""), Ok(Held { cancel: true }));
            let settle = Op::Settle(vec![(token, verdict())]);
            assert_eq!(desk.ask(settle), Answer::Settle(vec![Ok(())]));
            let task = desk.task(&id).unwrap();
            assert_eq!((task.state, task.cancel_requested), (state, false));
        }
        assert_eq!(desk.counts(), [0, 0, 0, 1]);
        // taken back, it begins anew
        let dead = desk.task("4").unwrap();
        desk.redrive(&dead);
        let token = desk.claim().remove(0).token;
        assert_eq!(
            extend(desk, token),
            Answer::Extend(vec![Ok(Held::default())])
        );
    });
}

#[test]
fn a_task_that_was_asked_to_end_has_no_other_attempt() {
    check(|desk| {
        desk.new_task("expires");
        desk.new_task("abandoned");
        desk.submit(submit("next", keyed("lane", "job"))).unwrap();
        desk.submit(submit("behind", keyed("lane", "job"))).unwrap();
        assert_eq!(desk.claim().len(), 4);
        for id in ["expires", "abandoned", "next"] {
            assert_eq!(desk.cancel(id), Cancelling::Requested);
        }
        desk.now += 100;
        assert_eq!(desk.state("expires"), TaskState::Waiting);
        assert_eq!(desk.claim().len(), 1);
        for id in ["expires", "abandoned", "next"] {
            assert_eq!(desk.state(id), TaskState::Cancelled);
        }
        assert_eq!(desk.state("behind"), TaskState::Running);
        desk.cancel("behind");
        assert_eq!(desk.ask(Op::Abandon(A)), Answer::Abandon(1));
        assert_eq!(desk.state("behind"), TaskState::Cancelled);
        assert_eq!(desk.counts(), [0, 0, 0, 0]);
    });
}

#[test]
fn a_letter_about_a_task_takes_its_place() {
    check(|desk| {
        desk.new_task("t");
        let claimed = desk.claim().remove(0);
        let letter = Box::new(push("letters", [message("it failed")]));
        desk.settle(&claimed, Verdict::Letter(letter)).unwrap();
        let task = desk.task("t").unwrap();
        assert_eq!(
            (task.state, task.expires),
            (TaskState::Dead, Some(START + 500))
        );
        assert_eq!(
            task.reason.as_deref(),
            Some("a letter about it went to `letters`")
        );
    });
}

#[test]
fn tasks_are_listed_the_latest_first() {
    check(|desk| {
        for id in ["a", "b", "c", "d", "e", "f"] {
            desk.new_task(id);
        }
        let elsewhere = Submit {
            queue: "mails".into(),
            ..submit("g", message("job"))
        };
        desk.submit(elsewhere).unwrap();
        desk.push([message("no task")]);
        let claims = desk.claims(Claim {
            most: 4,
            ..claim("orders", A)
        });
        let [a, b, c, _] = &claims.messages[..] else {
            panic!("{claims:?}");
        };
        desk.settle(a, finished()).unwrap();
        desk.settle(b, again(10)).unwrap();
        desk.settle(c, rejected()).unwrap();
        desk.cancel("e");
        let list = |desk: &mut Desk<'_>, queue: Option<&str>, states: &[TaskState]| {
            desk.list(TaskList {
                queue: queue.map(Into::into),
                states: states.into(),
                after: None,
                most: 9,
            })
        };
        use TaskState::{Cancelled, Dead, Queued, Running, Succeeded, Waiting};
        assert_eq!(list(desk, None, &[]), "g f e d c b a");
        assert_eq!(list(desk, Some("orders"), &[]), "f e d c b a");
        assert_eq!(list(desk, Some("nowhere"), &[]), "");
        assert_eq!(list(desk, None, &[Queued]), "g f");
        assert_eq!(list(desk, None, &[Running]), "d");
        assert_eq!(list(desk, None, &[Waiting]), "b");
        assert_eq!(list(desk, None, &[Succeeded]), "a");
        assert_eq!(list(desk, None, &[Dead, Cancelled]), "e c");
        assert_eq!(list(desk, Some("mails"), &[Queued, Waiting]), "g");
        let after = |desk: &mut Desk<'_>, id: &str| {
            desk.list(TaskList {
                after: Some(id.into()),
                most: 2,
                ..TaskList::default()
            })
        };
        assert_eq!(after(desk, "e"), "d c");
        assert_eq!(after(desk, "a"), "");
        assert_eq!(after(desk, "unknown"), "");
    });
}
