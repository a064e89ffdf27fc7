//! Whatever happens to a folder, with restarts between: the marks are as the folder in the end, and what was told fits.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Write(String, u64),
    Remove(String),
    Rename(String, String),
    RemoveFolder(&'static str),
    RenameFolder(&'static str, &'static str),
    Restart,
    Settle,
}

fn key() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["", "a/", "b/", "a/c/"]), "[xyz]")
        .prop_map(|(folder, name)| folder.to_owned() + &name)
}

fn step() -> impl Strategy<Value = Step> {
    let folder = || prop::sample::select(vec!["a", "b", "a/c"]);
    prop_oneof![
        6 => (key(), 0..4_u64).prop_map(|(key, size)| Step::Write(key, size)),
        2 => key().prop_map(Step::Remove),
        2 => (key(), key()).prop_map(|(from, to)| Step::Rename(from, to)),
        1 => folder().prop_map(Step::RemoveFolder),
        1 => (folder(), folder()).prop_map(|(from, to)| Step::RenameFolder(from, to)),
        1 => Just(Step::Restart),
        2 => Just(Step::Settle),
    ]
}

async fn play(steps: Vec<Step>) {
    let mut scene = Scene::timeless();
    scene.start();
    // each version of a file has a time that no other has
    let mut second = 1_000_000_000;
    for step in steps {
        match step {
            Step::Write(key, size) => {
                scene.write(&key, &"x".repeat(usize::try_from(size).unwrap()));
                second += 1;
                set_modified(&scene.path(&key), second);
            }
            // what is not there is left alone
            Step::Remove(key) => drop(fs::remove_file(scene.path(&key))),
            Step::Rename(from, to) => drop(fs::rename(scene.path(&from), scene.path(&to))),
            Step::RemoveFolder(key) => drop(fs::remove_dir_all(scene.path(key))),
            Step::RenameFolder(from, to) => drop(fs::rename(scene.path(from), scene.path(to))),
            Step::Restart => {
                scene.stop().await;
                scene.start();
            }
            Step::Settle => scene.settled().await,
        }
    }
    scene.settled().await;
    scene.stop().await;
    let mut known = HashMap::new();
    for event in scene.events().await {
        let is_news = match event.kind {
            ObjectKind::Created => {
                let version = (event.size, event.time);
                known.insert(event.key.clone(), version) != Some(version)
            }
            ObjectKind::Removed => known.remove(&event.key).is_some(),
        };
        assert!(is_news, "{event:?} was told before");
    }
    let mut known: Vec<_> = known
        .into_iter()
        .map(|(key, (size, _))| (key, size.unwrap()))
        .collect();
    known.sort_unstable();
    let found: Vec<_> = scene
        .found()
        .into_iter()
        .map(|(key, size, _)| (key, size))
        .collect();
    assert_eq!(known, found);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_missed_and_nothing_told_twice(steps in prop::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}
