//! A process is killed at any moment, again and again, and in the end the sets of messages are compared.
//!
//! The child says what it is about to do before it does it, and that it is confirmed after; the pipe keeps what was said. So
//! when it dies, each message was asked for, or asked for and confirmed, and the file has to agree.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};

use super::process::{be_child, command, kill_after};
use super::*;

const ROUNDS: u64 = 60;

#[test]
fn what_was_confirmed_survives_being_killed() {
    be_child(work);
    let folder = new_folder();
    let (chance, mut account) = (RandomState::new(), Account::default());
    for round in 0..ROUNDS {
        let child = command("crash::what_was_confirmed_survives_being_killed", None)
            .current_dir(folder.path())
            .spawn()
            .unwrap();
        let lines = 1 + chance.hash_one(round) % 300;
        for line in kill_after(child, lines as usize) {
            account.read(&line);
        }
    }
    account.close(&mut open(folder.path()));
}

/// Pushes, claims and settles until it is killed. What becomes of a message is in its name.
fn work() {
    let mut store = open(&std::env::current_dir().unwrap());
    let mut number = 0;
    loop {
        let fates = ["done", "done", "again", "reject", "done"];
        let names: Vec<String> = fates[..1 + number % 5]
            .iter()
            .enumerate()
            .map(|(index, fate)| format!("{}-{number}-{index}-{fate}", std::process::id()))
            .collect();
        number += 1;
        let claimed: Vec<_> = claim(&mut store, 4).messages;
        let mut verdicts = Vec::new();
        for claimed in claimed {
            let name = body(&claimed.message.content);
            println!("claimed {name} {}", claimed.message.attempt);
            let verdict = if name.ends_with("reject") {
                println!("dies {name}");
                rejected()
            } else if name.ends_with("again") && claimed.message.attempt < 3 {
                Verdict::Again {
                    after: 0,
                    failure: Note::new("retry", "not yet"),
                }
            } else {
                println!("ends {name}");
                Verdict::Done
            };
            verdicts.push((claimed.token, name, verdict));
        }
        for name in &names {
            println!("goes {name}");
        }
        let settle = verdicts
            .iter()
            .map(|(token, _, verdict)| (*token, verdict.clone()));
        let ops = [Op::Settle(settle.collect()), push(names.clone())];
        let committed = store.commit(NOW, &ops).unwrap();
        assert_eq!(
            committed.answers[0],
            Answer::Settle(vec![Ok(()); verdicts.len()])
        );
        for name in names {
            println!("gone {name}");
        }
        for (_, name, verdict) in verdicts {
            match verdict {
                Verdict::Done => println!("ended {name}"),
                Verdict::Dead { .. } => println!("died {name}"),
                _ => {}
            }
        }
    }
}

/// What the children have said.
#[derive(Debug, Default)]
struct Account {
    sent: Said,
    done: Said,
    dead: Said,
    /// The last attempt of each message that somebody heard of.
    attempts: BTreeMap<String, u32>,
}

#[derive(Debug, Default)]
struct Said {
    asked: BTreeSet<String>,
    confirmed: BTreeSet<String>,
}

impl Account {
    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let (list, name) = match *words {
            ["goes", name] => (&mut self.sent.asked, name),
            ["gone", name] => (&mut self.sent.confirmed, name),
            ["ends", name] => (&mut self.done.asked, name),
            ["ended", name] => (&mut self.done.confirmed, name),
            ["dies", name] => (&mut self.dead.asked, name),
            ["died", name] => (&mut self.dead.confirmed, name),
            ["claimed", name, attempt] => {
                self.claimed(name, attempt.parse().unwrap());
                return;
            }
            _ => return,
        };
        list.insert(name.to_owned());
    }

    /// Each claim is a later attempt than all before it, also than those that ended with their process.
    fn claimed(&mut self, name: &str, attempt: u32) {
        assert!(!self.done.confirmed.contains(name), "done before: {name}");
        let last = self.attempts.insert(name.to_owned(), attempt).unwrap_or(0);
        assert!(attempt > last, "attempt {attempt} after {last} of {name}");
    }

    /// Compares with what is left.
    fn close(&mut self, store: &mut Sqlite) {
        let (mut left, mut dead) = (BTreeSet::new(), BTreeSet::new());
        for peeked in peek(store, View::Dead) {
            let name = body(&peeked.message.content);
            assert_eq!(
                peeked.history.len() as u32,
                peeked.message.attempt,
                "{name}"
            );
            assert!(dead.insert(name));
        }
        for claimed in claim(store, 1_000_000).messages {
            let name = body(&claimed.message.content);
            self.claimed(&name, claimed.message.attempt);
            assert!(left.insert(name));
        }
        let found: BTreeSet<String> = left.union(&dead).cloned().collect();
        let accounted: BTreeSet<String> = found.union(&self.done.asked).cloned().collect();
        let difference = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
            a.difference(b).cloned().collect::<Vec<_>>()
        };
        let none: Vec<String> = Vec::new();
        assert_eq!(difference(&self.sent.confirmed, &accounted), none, "lost");
        assert_eq!(difference(&found, &self.sent.asked), none, "invented");
        assert_eq!(
            difference(&self.dead.confirmed, &dead),
            none,
            "lost dead letters"
        );
        assert_eq!(
            difference(&dead, &self.dead.asked),
            none,
            "invented dead letters"
        );
        // the rounds have done something
        assert!(
            self.sent.confirmed.len() > 300,
            "{}",
            self.sent.confirmed.len()
        );
        assert!(
            self.done.confirmed.len() > 100,
            "{}",
            self.done.confirmed.len()
        );
        assert!(
            self.dead.confirmed.len() > 10,
            "{}",
            self.dead.confirmed.len()
        );
    }
}
