//! What functions are told of what happens in a folder.

use super::*;

#[tokio::test]
async fn whatever_happens_to_a_file_is_told() {
    let mut scene = Scene::new();
    scene.start();
    scene.write("a.csv", "one");
    assert_eq!(scene.told_are(1).await, ["+a.csv 3"]);
    scene.write("a.csv", "longer");
    assert_eq!(scene.told_are(2).await[1..], ["+a.csv 6"]);
    fs::rename(scene.path("a.csv"), scene.path("b.csv")).unwrap();
    let mut moved = scene.told_are(4).await[2..].to_vec();
    moved.sort_unstable();
    assert_eq!(moved, ["+b.csv 6", "-a.csv"]);
    fs::rename(scene.path("b.csv"), scene.base.path().join("b.csv")).unwrap();
    assert_eq!(scene.told_are(5).await[4..], ["-b.csv"]);
    fs::rename(scene.base.path().join("b.csv"), scene.path("c.csv")).unwrap();
    assert_eq!(scene.told_are(6).await[5..], ["+c.csv 6"]);
    fs::remove_file(scene.path("c.csv")).unwrap();
    assert_eq!(scene.told_are(7).await[6..], ["-c.csv"]);
    scene.settled().await;
    assert_eq!(scene.told().await.len(), 7);
}

#[tokio::test]
async fn an_event_says_what_is_known_of_the_file() {
    let mut scene = Scene::new();
    scene.write("a.csv", "one");
    set_modified(&scene.path("a.csv"), 1_000_000_000);
    scene.start();
    scene.told_are(1).await;
    fs::remove_file(scene.path("a.csv")).unwrap();
    scene.told_are(2).await;
    let events = scene.events().await;
    assert_eq!(&*events[0].bucket, "in");
    let written = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    assert_eq!(events[0].time, Some(written));
    assert!(events[1].time > events[0].time);
    assert!(events[1].sequencer > events[0].sequencer);
}

#[tokio::test]
async fn folders_are_watched_to_their_depth() {
    let mut scene = Scene::new();
    scene.start();
    scene.write("2026/11/a.csv", "one");
    scene.write("2026/b.csv", "one");
    let mut told = scene.told_are(2).await;
    told.sort_unstable();
    assert_eq!(told, ["+2026/11/a.csv 3", "+2026/b.csv 3"]);
    fs::rename(scene.path("2026"), scene.path("old")).unwrap();
    let mut told = scene.told_are(6).await[2..].to_vec();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "+old/11/a.csv 3",
            "+old/b.csv 3",
            "-2026/11/a.csv",
            "-2026/b.csv"
        ]
    );
    fs::rename(scene.path("old"), scene.base.path().join("old")).unwrap();
    scene.told_are(8).await;
    fs::rename(scene.base.path().join("old"), scene.path("new")).unwrap();
    let mut told = scene.told_are(10).await[8..].to_vec();
    told.sort_unstable();
    assert_eq!(told, ["+new/11/a.csv 3", "+new/b.csv 3"]);
    fs::remove_dir_all(scene.path("new")).unwrap();
    scene.told_are(12).await;
    scene.settled().await;
    assert_eq!(scene.told().await.len(), 12);
}

#[tokio::test]
async fn a_file_that_is_written_slowly_is_told_once() {
    let mut scene = Scene::new();
    scene.start();
    let mut file = File::create(scene.path("large.bin")).unwrap();
    for _ in 0..8 {
        append(&mut file, "part");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    scene.write("other", "x");
    assert_eq!(scene.told_are(1).await, ["+other 1"]);
    drop(file);
    assert_eq!(scene.told_are(2).await[1..], ["+large.bin 32"]);
}

#[tokio::test]
async fn hidden_files_links_and_folders_tell_nothing() {
    let mut scene = Scene::new();
    scene.start();
    scene.write(".hidden", "x");
    scene.write(".git/config", "x");
    fs::create_dir(scene.path("empty")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(scene.base.path(), scene.path("link")).unwrap();
    scene.write("last", "x");
    assert_eq!(scene.told_are(1).await, ["+last 1"]);
    fs::rename(scene.path(".hidden"), scene.path("seen")).unwrap();
    assert_eq!(scene.told_are(2).await[1..], ["+seen 1"]);
    fs::rename(scene.path("seen"), scene.path(".hidden")).unwrap();
    assert_eq!(scene.told_are(3).await[2..], ["-seen"]);
}

#[tokio::test]
async fn what_happened_while_nobody_watched_is_told_at_the_start() {
    let mut scene = Scene::new();
    for key in ["kept", "changed", "removed", "sub/removed"] {
        scene.write(key, "one");
    }
    scene.start();
    scene.told_are(4).await;
    scene.stop().await;
    scene.write("changed", "other");
    scene.write("new", "one");
    fs::remove_file(scene.path("removed")).unwrap();
    fs::remove_dir_all(scene.path("sub")).unwrap();
    scene.start();
    let mut told = scene.told_are(8).await[4..].to_vec();
    told.sort_unstable();
    assert_eq!(told, ["+changed 5", "+new 3", "-removed", "-sub/removed"]);
    scene.settled().await;
    scene.stop().await;
    scene.start();
    scene.write("last", "one");
    assert_eq!(scene.told_are(9).await[8..], ["+last 3"]);
}

#[tokio::test]
async fn each_function_hears_of_its_own_files() {
    let mut scene = Scene::new();
    scene.hears = Arc::new(|key, kind| match kind {
        ObjectKind::Created => key.ends_with(".csv").then_some(0),
        ObjectKind::Removed => key.ends_with('v').then_some(1),
    });
    scene.write("a.csv", "one");
    scene.write("a.tsv", "one");
    scene.write("a.txt", "one");
    scene.start();
    assert_eq!(scene.told_are(1).await, ["+a.csv 3"]);
    let both = async |scene: &Scene| scene.kept(1).await.len() == 2;
    scene.until("marks of both", both).await;
    for key in ["a.csv", "a.tsv", "a.txt"] {
        fs::remove_file(scene.path(key)).unwrap();
    }
    let none =
        async |scene: &Scene| scene.kept(1).await.is_empty() && scene.kept(0).await.is_empty();
    scene.until("no marks", none).await;
    assert_eq!(scene.told().await, ["+a.csv 3"]);
    let removed: Vec<_> = scene.events_of("second").await.iter().map(short).collect();
    assert_eq!(removed.len(), 2, "{removed:?}");
    assert!(removed.contains(&"-a.csv".to_owned()) && removed.contains(&"-a.tsv".to_owned()));
}

#[tokio::test]
async fn a_store_that_fails_delays_what_is_told() {
    let mut fails = 0;
    let memory = Memory::scripted(&Disk::default(), move |ops| {
        use super::super::super::store::memory::Fate;
        let writes = ops.iter().any(|op| matches!(op, Op::Together(_)));
        fails += u32::from(writes);
        match (writes, fails) {
            (true, 1) => Fate::Refused,
            (true, 2) => Fate::Unconfirmed,
            _ => Fate::Confirmed,
        }
    });
    let mut scene = Scene::with(Arc::new(SystemClock::new()), Box::new(memory));
    scene.start();
    scene.write("a", "one");
    let pulse = Arc::clone(&scene.pulse);
    scene.until("trouble", async |_| !pulse.is_well()).await;
    scene.told_are(1).await;
    scene.until("no trouble", async |_| pulse.is_well()).await;
    scene.settled().await;
    assert_eq!(scene.told().await, ["+a 3"]);
}
