//! A process is killed at any moment, and what was asked as a whole is there as a whole: each task has its count, and each
//! task that is not over its message.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, RandomState};

use super::super::super::kv::KvPut;
use super::super::super::task::{Reply, Submit, Task, TaskList, TaskState};
use super::process::{be_child, command, kill_after};
use super::*;
use crate::services::When;

const ROUNDS: u64 = 30;

#[test]
fn what_belongs_together_survives_being_killed() {
    be_child(work);
    let folder = new_folder();
    let (chance, mut said) = (RandomState::new(), BTreeSet::new());
    for round in 0..ROUNDS {
        let child = command("whole::what_belongs_together_survives_being_killed", None)
            .current_dir(folder.path())
            .spawn()
            .unwrap();
        let lines = 1 + chance.hash_one(round) % 200;
        said.extend(kill_after(child, lines as usize));
    }
    let mut store = open(folder.path());
    let tasks = tasks(&mut store);
    assert_eq!(count(&mut store).0, tasks.len() as u64);
    let says = |word: &str, task: &Task| said.contains(&format!("{word} {}", task.id));
    for task in &tasks {
        assert!(says("goes", task), "invented: {task:?}");
        let (ends, ended) = (says("ends", task), says("ended", task));
        match task.state {
            TaskState::Succeeded => assert!(ends, "{task:?}"),
            state => assert!(!ended && !state.is_final(), "{task:?}"),
        }
    }
    let known: BTreeSet<&str> = tasks.iter().map(|task| &*task.id).collect();
    let confirmed = said.iter().filter_map(|line| line.strip_prefix("gone "));
    let missing: Vec<&str> = confirmed.filter(|id| !known.contains(id)).collect();
    assert_eq!(missing, [""; 0], "lost");
    let waiting: BTreeSet<i64> = claim(&mut store, 1_000_000)
        .messages
        .iter()
        .map(|claimed| claimed.message.id)
        .collect();
    let under_way = tasks.iter().filter(|task| !task.state.is_final());
    assert_eq!(waiting, under_way.map(|task| task.message).collect());
    // the rounds have done something
    assert!(tasks.len() > 100, "{}", tasks.len());
    assert!(tasks.len() - waiting.len() > 50, "{}", waiting.len());
}

/// Hands over tasks and finishes some of them until it is killed.
fn work() {
    let mut store = open(&std::env::current_dir().unwrap());
    for number in 0.. {
        let id = format!("{}-{number}", std::process::id());
        let (tasks, when) = count(&mut store);
        let put = KvPut {
            space: "test".into(),
            key: "tasks".into(),
            value: Bytes::copy_from_slice(&(tasks + 1).to_be_bytes()),
            ttl: None,
            when,
        };
        let submit = Submit {
            id: id.as_str().into(),
            queue: "orders".into(),
            limit: None,
            remember: 0,
            keep: 1000,
            message: NewMessage::default(),
        };
        println!("goes {id}");
        let together = Op::Together(vec![Op::KvPut(put), Op::Submit(submit)]);
        let answer = try_ask(&mut store, together).unwrap();
        assert!(matches!(answer, Answer::Together(Ok(_))), "{answer:?}");
        println!("gone {id}");
        if number % 3 > 0 {
            finish_one(&mut store);
        }
    }
}

fn finish_one(store: &mut Sqlite) {
    let claimed = claim(store, 1).messages.remove(0);
    let task = tasks(store)
        .into_iter()
        .find(|task| task.message == claimed.message.id)
        .unwrap();
    println!("ends {}", task.id);
    let verdict = Verdict::Finished(Reply::default());
    let settled = try_ask(store, Op::Settle(vec![(claimed.token, verdict)])).unwrap();
    assert_eq!(settled, Answer::Settle(vec![Ok(())]));
    println!("ended {}", task.id);
}

/// The count of the tasks, and the state in which its key is.
fn count(store: &mut Sqlite) -> (u64, When) {
    let get = Op::KvGet {
        space: "test".into(),
        key: "tasks".into(),
    };
    match try_ask(store, get).unwrap() {
        Answer::KvGet(None) => (0, When::Absent),
        Answer::KvGet(Some(entry)) => {
            let count = u64::from_be_bytes(entry.value.as_ref().try_into().unwrap());
            (count, When::Version(entry.version))
        }
        answer => panic!("{answer:?}"),
    }
}

fn tasks(store: &mut Sqlite) -> Vec<Task> {
    let list = TaskList {
        most: 1_000_000,
        ..TaskList::default()
    };
    match try_ask(store, Op::TaskList(list)).unwrap() {
        Answer::TaskList(tasks) => tasks,
        answer => panic!("{answer:?}"),
    }
}
