//! Keys with values, and what happens as a whole or not at all.

use super::promises::{Desk, check};
use super::*;

impl Desk<'_> {
    #[track_caller]
    fn put(&mut self, put: KvPut) -> Result<u64, Conflict> {
        match self.ask(Op::KvPut(put)) {
            Answer::KvPut(version) => version,
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    fn delete(&mut self, key: &str, when: When) -> Result<bool, Conflict> {
        let KvPut { space, key, .. } = put(key, "", when);
        match self.ask(Op::KvDelete(KvDelete { space, key, when })) {
            Answer::KvDelete(was_there) => was_there,
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    fn get(&mut self, key: &str) -> Option<KvEntry> {
        let KvPut { space, key, .. } = put(key, "", When::Always);
        match self.ask(Op::KvGet { space, key }) {
            Answer::KvGet(entry) => entry,
            answer => panic!("{answer:?}"),
        }
    }

    /// The keys of a page, and whether there are more.
    #[track_caller]
    fn scan(&mut self, scan: KvScan) -> (Vec<String>, bool) {
        match self.ask(Op::KvScan(scan)) {
            Answer::KvScan(page) => {
                let keys = page.entries.into_iter().map(|entry| entry.key.into());
                (keys.collect(), page.more)
            }
            answer => panic!("{answer:?}"),
        }
    }

    #[track_caller]
    fn together(&mut self, ops: Vec<Op>) -> Result<Vec<Answer>, Unmet> {
        match self.ask(Op::Together(ops)) {
            Answer::Together(done) => done,
            answer => panic!("{answer:?}"),
        }
    }
}

#[test]
fn a_value_is_what_was_put_last() {
    check(|desk| {
        assert_eq!(desk.get("a"), None);
        desk.put(put("a", "one", When::Always)).unwrap();
        let version = desk.put(put("a", "two", When::Always)).unwrap();
        let entry = KvEntry {
            key: "a".into(),
            value: Bytes::from_static(b"two"),
            version,
            expires: None,
        };
        assert_eq!(desk.get("a"), Some(entry));
        let elsewhere = KvPut {
            space: "other".into(),
            ..put("a", "three", When::Absent)
        };
        desk.put(elsewhere).unwrap();
        assert_eq!(&*desk.get("a").unwrap().value, b"two");
        assert_eq!(desk.delete("a", When::Always), Ok(true));
        assert_eq!(desk.delete("a", When::Always), Ok(false));
        assert_eq!(desk.get("a"), None);
    });
}

#[test]
fn a_key_is_changed_only_in_the_state_that_was_asked_for() {
    check(|desk| {
        let conflict = |found| Err(Conflict { found });
        assert_eq!(desk.put(put("a", "", When::Version(1))), conflict(None));
        let first = desk.put(put("a", "", When::Absent)).unwrap();
        assert_eq!(desk.put(put("a", "", When::Absent)), conflict(Some(first)));
        let second = desk.put(put("a", "", When::Version(first))).unwrap();
        assert_eq!(
            desk.put(put("a", "", When::Version(first))),
            conflict(Some(second))
        );
        assert_eq!(
            desk.delete("a", When::Version(first)).unwrap_err().found,
            Some(second)
        );
        assert_eq!(desk.delete("a", When::Version(second)), Ok(true));
        assert_eq!(desk.delete("a", When::Absent), Ok(false));
        // the same value again is another version, also of another key
        let third = desk.put(put("a", "", When::Absent)).unwrap();
        let fourth = desk.put(put("b", "", When::Absent)).unwrap();
        assert_eq!(
            desk.put(put("a", "", When::Version(second))),
            conflict(Some(third))
        );
        assert!(first < second && second < third && third < fourth);
    });
}

#[test]
fn a_key_whose_time_is_over_does_not_exist() {
    check(|desk| {
        let short = |key, when| KvPut {
            ttl: Some(10),
            ..put(key, "", when)
        };
        for key in ["a", "b", "c"] {
            desk.put(short(key, When::Absent)).unwrap();
        }
        desk.put(put("d", "", When::Always)).unwrap();
        assert_eq!(desk.get("a").unwrap().expires, Some(START + 10));
        desk.now += 9;
        assert_eq!(desk.forget(10), 0);
        assert_eq!(desk.scan(scan("", None, 9)).0, ["a", "b", "c", "d"]);
        // who writes it again says anew how long
        desk.put(put("c", "", When::Always)).unwrap();
        desk.now += 1;
        assert_eq!(desk.get("a"), None);
        assert_eq!(desk.delete("a", When::Always), Ok(false));
        assert_eq!(desk.scan(scan("", None, 9)).0, ["c", "d"]);
        desk.put(short("a", When::Absent)).unwrap();
        assert_eq!(desk.forget(10), 1);
        desk.now += 10;
        assert_eq!(desk.forget(0), 0);
        assert_eq!(desk.forget(1), 1);
        assert_eq!(desk.scan(scan("", None, 9)).0, ["c", "d"]);
    });
}

#[test]
fn keys_are_listed_in_their_order() {
    check(|desk| {
        for key in ["b/2", "a", "b/10", "b/\u{10ffff}", "b0", "b/", "é"] {
            desk.put(put(key, "", When::Always)).unwrap();
        }
        let elsewhere = KvPut {
            space: "settingss".into(),
            ..put("b/3", "", When::Always)
        };
        desk.put(elsewhere).unwrap();
        let list = |desk: &mut Desk<'_>, prefix, after, most| {
            let (keys, more) = desk.scan(scan(prefix, after, most));
            (keys.join(" "), more)
        };
        let all = "a b/ b/10 b/2 b/\u{10ffff} b0 é";
        assert_eq!(list(desk, "", None, 9), (all.to_owned(), false));
        assert_eq!(list(desk, "b/", None, 3), ("b/ b/10 b/2".to_owned(), true));
        let rest = "b/\u{10ffff}".to_owned();
        assert_eq!(list(desk, "b/", Some("b/2"), 1), (rest, false));
        // the key to go on after need not exist, nor lie among what is listed
        assert_eq!(list(desk, "b", Some("b/1"), 1), ("b/10".to_owned(), true));
        assert_eq!(list(desk, "b/2", Some("a"), 9), ("b/2".to_owned(), false));
        assert_eq!(list(desk, "b/", Some("c"), 9), (String::new(), false));
        assert_eq!(list(desk, "x", None, 9), (String::new(), false));
    });
}

#[test]
fn all_of_it_or_none() {
    check(|desk| {
        let mark = |value, when| Op::KvPut(put("nightly", value, when));
        let tick = |limit| {
            Op::Push(Push {
                limit,
                ..push("orders", [message("tick")])
            })
        };
        let done = desk
            .together(vec![mark("one", When::Absent), tick(None)])
            .unwrap();
        let Answer::KvPut(Ok(version)) = done[0] else {
            panic!("{done:?}");
        };
        assert_eq!(desk.counts(), [1, 0, 0, 0]);
        // somebody else was here
        let found = Some(version);
        assert_eq!(
            desk.together(vec![tick(None), mark("two", When::Absent)]),
            Err(Unmet::Conflict(Conflict { found }))
        );
        // there is no room
        let refused = Refused {
            queue: "orders".into(),
            depth: 1,
            limit: 1,
        };
        let whole = vec![mark("two", When::Version(version)), tick(Some(1))];
        let elsewhere = Op::Push(push("mails", [message("a")]));
        assert_eq!(
            desk.together(whole.clone()),
            Err(Unmet::Refused(refused.clone()))
        );
        let nested = vec![elsewhere.clone(), Op::Together(whole.clone())];
        assert_eq!(desk.together(nested), Err(Unmet::Refused(refused)));
        // a claim is lost
        let claimed = desk.claim().remove(0);
        desk.settle(&claimed, Verdict::Return { after: 0 }).unwrap();
        let settle = Op::Settle(vec![(claimed.token, Verdict::Done)]);
        assert_eq!(
            desk.together(vec![mark("two", When::Always), settle]),
            Err(Unmet::Lost(Lost))
        );
        let entry = desk.get("nightly").unwrap();
        assert_eq!((&*entry.value, entry.version), (&b"one"[..], version));
        assert_eq!(desk.counts(), [1, 0, 0, 0]);
        // what was left of it left no trace; neither did it use up a number
        assert_eq!(
            desk.ask(Op::Count(Some("mails".into()))),
            Answer::Count(Vec::new())
        );
        let committed = desk.commit(&[Op::Together(whole), elsewhere]);
        assert_eq!(committed.stirred, ["mails".into()].into());
        let receipt = Receipt {
            id: version.cast_signed() + 2,
            repeated: false,
        };
        assert_eq!(committed.answers[1], Answer::Push(Ok(vec![receipt])));
    });
}
