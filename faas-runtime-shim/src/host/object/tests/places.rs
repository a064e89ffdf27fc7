//! Folders that are large, gone, or not to be read.

use super::super::super::store::{Durability, Sqlite};
use super::super::eyes::{Eyes, Sight};
use super::super::stat::Look;
use super::*;

#[tokio::test]
async fn a_folder_that_is_gone_is_no_removal() {
    let mut scene = Scene::new();
    scene.write("a", "one");
    scene.write("sub/b", "one");
    scene.start();
    scene.told_are(2).await;
    let away = scene.base.path().join("away");
    fs::rename(scene.path(""), &away).unwrap();
    let pulse = Arc::clone(&scene.pulse);
    scene
        .until("it is missed", async |_| !pulse.is_well())
        .await;
    fs::write(away.join("c"), "one").unwrap();
    fs::remove_file(away.join("a")).unwrap();
    fs::rename(&away, scene.path("")).unwrap();
    scene.until("it is back", async |_| pulse.is_well()).await;
    let mut told = scene.told_are(4).await[2..].to_vec();
    told.sort_unstable();
    assert_eq!(told, ["+c 3", "-a"]);
    scene.settled().await;
    assert_eq!(scene.told().await.len(), 4);
}

#[tokio::test]
async fn a_folder_that_is_not_there_yet_is_waited_for() {
    let mut scene = Scene::new();
    fs::remove_dir(scene.path("")).unwrap();
    scene.start();
    let pulse = Arc::clone(&scene.pulse);
    scene
        .until("it is missed", async |_| !pulse.is_well())
        .await;
    scene.write("a", "one");
    assert_eq!(scene.told_are(1).await, ["+a 3"]);
    assert!(scene.pulse.is_well());
}

#[tokio::test]
async fn another_folder_for_a_bucket_does_not_mean_that_its_files_are_removed() {
    let mut scene = Scene::new();
    scene.write("a", "one");
    scene.write("b", "one");
    scene.start();
    scene.told_are(2).await;
    scene.stop().await;
    // the same files elsewhere, of which one is missing and one is new
    let old = scene.base.path().join("old");
    fs::create_dir(&old).unwrap();
    fs::rename(scene.path(""), old.join("in")).unwrap();
    let base = std::mem::replace(&mut scene.base, tempfile::tempdir().unwrap());
    fs::rename(old.join("in"), scene.path("")).unwrap();
    fs::remove_file(scene.path("a")).unwrap();
    scene.write("c", "one");
    scene.start();
    assert_eq!(scene.told_are(3).await[2..], ["+c 3"]);
    scene.settled().await;
    fs::remove_file(scene.path("c")).unwrap();
    assert_eq!(scene.told_are(4).await[3..], ["-c"]);
    drop(base);
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_cannot_be_read_is_no_removal() {
    use std::os::unix::fs::PermissionsExt;

    let mut scene = Scene::timeless();
    scene.write("closed/a", "one");
    scene.write("open/b", "one");
    scene.start();
    scene.told_are(2).await;
    let closed = scene.path("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    fs::remove_file(scene.path("open/b")).unwrap();
    assert_eq!(scene.told_are(3).await[2..], ["-open/b"]);
    scene.write("open/c", "one");
    scene.told_are(4).await;
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    scene.settled().await;
    assert_eq!(scene.told().await.len(), 4);
}

#[test]
fn what_nobody_can_tell_is_not_absent() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::open(folder.path()).unwrap();
    // longer than the names of any file system
    let keys = ["x".repeat(300).into(), "gone".into(), "gone/too".into()];
    let looked = root.look(&keys);
    assert_eq!(looked.looks, [Look::Unknown, Look::Absent, Look::Absent]);
    assert!(looked.is_there);
    drop(folder);
    let looked = root.look(&keys);
    assert_eq!(looked.looks, [Look::Unknown; 3]);
    assert!(!looked.is_there);
}

/// The files are made before the watch can take in what is told, which is more than it can hold.
#[tokio::test]
async fn ten_thousand_files_are_told_once_each() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(SystemClock::new());
    let sqlite = Sqlite::open(folder.path(), Durability::Process, 1).unwrap();
    let mut scene = Scene::with(clock, Box::new(sqlite));
    scene.start();
    scene.write("first", "x");
    scene.told_are(1).await;
    for number in 0..10_000 {
        scene.write(&format!("{}/{number}", number % 7), "x");
    }
    let told = scene.told_are(10_001).await;
    assert_eq!(told.len(), 10_001);
    let different: std::collections::HashSet<_> = told.iter().collect();
    assert_eq!(different.len(), 10_001);
    // many get another name, and the watch hears of it all at once
    for number in 0..2000 {
        let key = format!("{}/{number}", number % 7);
        fs::rename(scene.path(&key), scene.path(&format!("{key}.done"))).unwrap();
    }
    let told = scene.told_are(14_001).await;
    let different: std::collections::HashSet<_> = told.iter().collect();
    assert_eq!((told.len(), different.len()), (14_001, 14_001));
    scene.settled().await;
}

/// Several instances have one store, and each watches.
#[tokio::test]
async fn of_several_watches_one_tells() {
    let mut scene = Scene::new();
    for number in 0..100 {
        scene.write(&format!("old{number}"), "x");
    }
    scene.start();
    let first = scene.running.take();
    scene.start();
    for number in 0..100 {
        scene.write(&format!("new{number}"), "x");
    }
    scene.told_are(200).await;
    for number in 0..100 {
        fs::remove_file(scene.path(&format!("old{number}"))).unwrap();
    }
    scene.told_are(300).await;
    scene.settled().await;
    scene.stop().await;
    scene.running = first;
    scene.stop().await;
    let told = scene.told().await;
    let different: std::collections::HashSet<_> = told.iter().collect();
    assert_eq!((told.len(), different.len()), (300, 300));
}

#[tokio::test]
async fn where_something_was_mounted_nothing_is_missing() {
    let mut scene = Scene::new();
    scene.write("a", "x");
    scene.start();
    scene.told_are(1).await;
    scene.stop().await;
    // as if the folder had been the top of another file system
    let mut root = Root::open(&scene.path("")).unwrap();
    root.is_mount = true;
    let marks = scene.marks();
    let known = marks.place().await.unwrap();
    marks.set_place(known, &root).await.unwrap();
    fs::remove_file(scene.path("a")).unwrap();
    scene.start();
    let pulse = Arc::clone(&scene.pulse);
    scene
        .until("it is missed", async |_| !pulse.is_well())
        .await;
    assert_eq!(scene.told().await.len(), 1);
    // somebody uses the folder that lies below
    scene.write("b", "x");
    let mut told = scene.told_are(3).await[1..].to_vec();
    told.sort_unstable();
    assert_eq!(told, ["+b 1", "-a"]);
    assert!(scene.pulse.is_well());
}

#[tokio::test]
async fn what_is_too_much_to_be_told_is_missed_aloud() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::open(folder.path()).unwrap();
    let mut eyes = Eyes::open(&root).unwrap();
    for number in 0..10_000 {
        fs::write(folder.path().join(number.to_string()), "x").unwrap();
    }
    let mut seen = 0;
    while eyes.next().await != Sight::Missed {
        seen += 1;
        assert!(seen < 100_000);
    }
}
