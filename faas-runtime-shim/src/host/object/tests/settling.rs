//! When a file is complete, on a clock that is moved by hand.

use super::super::settle::{Hint, Settling};
use super::super::stat::Look;
use super::*;
use crate::clock::Moment;

fn at(millis: u64) -> Moment {
    Moment::from_origin(Duration::from_millis(millis))
}

fn file(size: u64) -> Look {
    Look::File(Stamp {
        size,
        modified: 1,
        changed: 1,
        inode: 1,
    })
}

/// Looks whenever a look is due until the file is certain, and returns when that is.
#[track_caller]
fn certain(settling: &mut Settling, look: Look) -> u64 {
    for _ in 0..100 {
        let now = settling.next().expect("the file waits");
        for key in settling.due(now, 10) {
            if let Some(found) = settling.looked(&key, look, now) {
                assert_eq!(found, look);
                assert_eq!(settling.next(), None);
                return u64::try_from(now.since_origin().as_millis()).unwrap();
            }
        }
    }
    panic!("it is never certain");
}

#[track_caller]
fn check(patience: Patience, hints: &[(u64, Hint)], look: Look, expected: u64) {
    let mut settling = Settling::new(patience);
    for (millis, hint) in hints {
        assert!(settling.hint("a", *hint, at(*millis)));
    }
    assert_eq!(certain(&mut settling, look), expected, "{hints:?}");
}

#[test]
fn how_long_a_file_is_waited_for() {
    use Hint::{Closed, Described, Gone, New, Written};
    let default = Patience::DEFAULT;
    check(default, &[(0, New), (1, Written), (2, Closed)], file(3), 52);
    check(default, &[(0, Closed)], file(3), 50);
    // written times come behind, as with `cp -p`
    check(default, &[(0, Closed), (40, Described)], file(3), 90);
    // somebody opens it again
    check(
        default,
        &[(0, Closed), (10, Written), (3000, Closed)],
        file(3),
        3050,
    );
    check(
        default,
        &[(0, New), (5, Written), (4000, Written)],
        file(3),
        14_000,
    );
    // a second name for a file, and an empty one that somebody has just made
    check(default, &[(0, New)], file(3), 1000);
    check(default, &[(0, New)], file(0), 10_000);
    check(default, &[(0, New), (7, Closed)], file(0), 57);
    check(default, &[(0, Described)], file(3), 1000);
    check(default, &[(0, Gone)], Look::Absent, 50);
    // written anew in one go, as editors do it
    check(
        default,
        &[(0, Gone), (10, New), (11, Written), (12, Closed)],
        file(3),
        62,
    );
    // what is asked for holds for all
    let asked = Patience::of(Duration::from_secs(5));
    check(asked, &[(0, New), (1, Written), (2, Closed)], file(3), 5002);
    check(asked, &[(0, New), (1, Written)], file(3), 5001);
    check(asked, &[(0, Gone)], Look::Absent, 50);
    check(
        Patience::of(Duration::ZERO),
        &[(0, New), (1, Written)],
        file(3),
        1,
    );
}

#[test]
fn what_a_scan_finds_is_looked_at_twice_unless_it_is_old() {
    let mut settling = Settling::new(Patience::DEFAULT);
    settling.suspect("a", file(3), false, at(0));
    assert_eq!(certain(&mut settling, file(3)), 1000);
    settling.suspect("a", file(3), true, at(0));
    assert_eq!(certain(&mut settling, file(3)), 0);
    settling.suspect("a", Look::Absent, false, at(0));
    assert_eq!(certain(&mut settling, Look::Absent), 50);
    // it has grown meanwhile
    settling.suspect("a", file(3), false, at(0));
    assert_eq!(certain(&mut settling, file(4)), 2000);
    settling.suspect("a", file(3), true, at(0));
    assert_eq!(certain(&mut settling, file(4)), 1000);
    // a scan does not hurry what is known better
    settling.hint("a", Hint::Written, at(0));
    settling.suspect("a", file(3), true, at(0));
    assert_eq!(certain(&mut settling, file(3)), 10_000);
}

#[test]
fn what_cannot_be_told_is_not_waited_for() {
    let mut settling = Settling::new(Patience::DEFAULT);
    settling.hint("a", Hint::Gone, at(0));
    assert_eq!(settling.due(at(50), 10).len(), 1);
    assert_eq!(settling.looked("a", Look::Unknown, at(50)), None);
    assert_eq!(settling.next(), None);
}

#[test]
fn there_is_room_for_so_many_and_no_more() {
    let mut settling = Settling::new(Patience::DEFAULT);
    let mut taken = 0;
    while settling.hint(&taken.to_string(), Hint::Closed, at(0)) {
        taken += 1;
    }
    assert_eq!(taken, 20 * 1024);
    assert!(!settling.has_room());
    assert!(settling.hint("7", Hint::Closed, at(1)), "it waits already");
    assert_eq!(settling.due(at(49), 10).len(), 0);
    assert_eq!(settling.due(at(50), 10).len(), 10);
}
