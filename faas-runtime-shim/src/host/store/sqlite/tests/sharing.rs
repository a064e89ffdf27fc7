//! Several processes on one file.

use std::collections::BTreeSet;
use std::thread;

use super::process::{be_child, command, lines};
use super::*;

#[test]
fn processes_share_the_messages() {
    be_child(work);
    let folder = new_folder();
    let children: Vec<_> = (0..3)
        .map(|_| {
            command("sharing::processes_share_the_messages", None)
                .current_dir(folder.path())
                .spawn()
                .unwrap()
        })
        .collect();
    let (mut sent, mut claimed) = (BTreeSet::new(), BTreeSet::new());
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        for line in lines(&output.stdout) {
            match line.split_once(' ') {
                Some(("sent", name)) => assert!(sent.insert(name.to_owned())),
                Some(("claimed", name)) => {
                    assert!(claimed.insert(name.to_owned()), "twice: {name}")
                }
                _ => {}
            }
        }
    }
    let mut store = open(folder.path());
    claimed.extend(ready(&mut store));
    assert_eq!(sent.len(), 3 * 50 * 3);
    assert_eq!(sent, claimed);
    assert_eq!(peek(&mut store, View::Leased), []);
}

fn work() {
    let mut store = open(&std::env::current_dir().unwrap());
    for round in 0..50 {
        let names: Vec<String> = (0..3)
            .map(|index| format!("{}-{round}-{index}", std::process::id()))
            .collect();
        store.commit(NOW, &[push(names.clone())]).unwrap();
        names.iter().for_each(|name| println!("sent {name}"));
        let claims = claim(&mut store, 4);
        for claimed in &claims.messages {
            println!("claimed {}", body(&claimed.message.content));
        }
        let verdicts = claims
            .messages
            .iter()
            .map(|claimed| (claimed.token, Verdict::Done));
        let settled = try_ask(&mut store, Op::Settle(verdicts.collect())).unwrap();
        assert_eq!(settled, Answer::Settle(vec![Ok(()); claims.messages.len()]));
    }
}

#[test]
fn a_new_file_may_be_opened_by_many_at_once() {
    let folder = new_folder();
    thread::scope(|scope| {
        for number in 0..6 {
            let path = folder.path();
            scope.spawn(move || {
                open(path)
                    .commit(NOW, &[push([number.to_string()])])
                    .unwrap()
            });
        }
    });
    let mut found = ready(&mut open(folder.path()));
    found.sort();
    assert_eq!(found, ["0", "1", "2", "3", "4", "5"]);
}

#[test]
fn each_hears_of_what_the_other_has_done() {
    let folder = new_folder();
    let (mut one, mut other) = (open(folder.path()), open(folder.path()));
    one.changed_by_others();
    assert!(!one.changed_by_others());
    one.commit(NOW, &[push(["a"])]).unwrap();
    assert!(!one.changed_by_others());
    other.commit(NOW, &[push(["b"])]).unwrap();
    assert!(one.changed_by_others());
    assert!(!one.changed_by_others());
}

#[test]
fn what_a_process_had_claimed_comes_back_when_it_is_gone() {
    let folder = new_folder();
    let mut first = open(folder.path());
    first.commit(NOW, &[push(["a", "b"])]).unwrap();
    assert_eq!(claim(&mut first, 1).messages[0].message.attempt, 1);
    // as long as it lives, nobody touches it
    let mut second = open(folder.path());
    assert_eq!(ready(&mut second), ["b"]);
    drop(first);
    let mut third = open(folder.path());
    let claimed = claim(&mut third, 1).messages.remove(0);
    assert_eq!(
        (body(&claimed.message.content), claimed.message.attempt),
        ("a".to_owned(), 2)
    );
    let leased = peek(&mut third, View::Leased).remove(0);
    assert_eq!(leased.history[0].note, Note::abandoned());
}
