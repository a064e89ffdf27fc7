//! Keys with values: read, written, changed and listed by handlers of every trigger, and what is told where there is no store.

use std::time::Duration;

use bytes::Bytes;
use faas::testing::{App, MemoryKv, TestApp};
use faas::{GlobalKv, KvError};
use faas_runtime_shim::clock::{Clock, ManualClock};
use faas_runtime_shim::services::{KeyValue, Put, When};
use http::StatusCode;

use super::{app, get};

mod functions {
    use std::sync::Arc;

    use faas::{Error, GlobalKv, Json, KvError, Message, State, Tick};

    /// A resource that reads what was there at its start.
    pub(super) struct Greeting(pub(super) String);

    #[faas::resource(lazy)]
    async fn greeting(kv: GlobalKv) -> Result<Greeting, Error> {
        let text = kv.get("greeting").await?;
        Ok(Greeting(text.unwrap_or_else(|| "hello".to_owned())))
    }

    #[faas::on_start]
    async fn started(kv: GlobalKv) -> Result<(), Error> {
        // where there is no store, the test is about just that
        match kv.put("started", &true).await {
            Ok(_) | Err(KvError::Unbound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    #[faas::http(GET, "/greeting")]
    async fn greet(State(greeting): State<Greeting>) -> String {
        greeting.0.clone()
    }

    #[faas::http(GET, "/count")]
    async fn count(kv: GlobalKv) -> Result<String, Error> {
        let count = kv.get::<u64>("count").await?;
        Ok(format!("{count:?}"))
    }

    #[faas::http(GET, "/long")]
    async fn long(kv: GlobalKv) -> Result<(), Error> {
        kv.put("k".repeat(1025), &1).await?;
        Ok(())
    }

    #[faas::queue("numbers")]
    pub(super) async fn on_number(
        Message(number): Message<u64>,
        kv: GlobalKv,
    ) -> Result<(), Error> {
        kv.update("count", |old: Option<u64>| old.unwrap_or(0) + number)
            .await?;
        Ok(())
    }

    #[faas::timer(every = "1h")]
    pub(super) async fn reset(_: Tick, kv: GlobalKv) -> Result<(), Error> {
        kv.delete("count").await?;
        Ok(())
    }

    #[faas::invoke]
    pub(super) async fn in_a_task(
        Json(key): Json<String>,
        kv: GlobalKv,
    ) -> Result<Json<u64>, Error> {
        let task = tokio::spawn(async move { kv.put(key, "spawned").await });
        Ok(Json(task.await??))
    }

    #[faas::invoke]
    pub(super) async fn borrows(kv: GlobalKv) -> Result<Json<Vec<u32>>, Error> {
        let mut seen = Vec::new();
        let name = Arc::new("n");
        kv.update(*name, |old: Option<u32>| {
            seen.push(old.unwrap_or(7));
            8
        })
        .await?;
        Ok(Json(seen))
    }
}

async fn start() -> TestApp {
    app(module_path!(), "functions").start().await
}

async fn keys() -> (TestApp, GlobalKv) {
    let app = start().await;
    let kv = app.kv();
    (app, kv)
}

#[tokio::test]
async fn handlers_of_all_triggers_share_them() {
    let app = start().await;
    assert_eq!(app.kv().get("started").await, Ok(Some(true)));
    app.send(functions::on_number, 3).await;
    app.send(functions::on_number, 4).await;
    assert_eq!(app.http(get("/count")).await.text(), "Some(7)");
    app.tick(functions::reset).await;
    assert_eq!(app.http(get("/count")).await.text(), "None");
    app.kv().put("greeting", "moin").await.unwrap();
    assert_eq!(app.http(get("/greeting")).await.text(), "moin");
    let version = app
        .call(functions::in_a_task, "a".to_owned())
        .await
        .unwrap();
    let entry = app.kv().entry::<String>("a").await.unwrap().unwrap();
    assert_eq!((entry.version, &*entry.value), (version, "spawned"));
    assert_eq!(app.call(functions::borrows, ()).await.unwrap(), [7]);
}

#[tokio::test]
async fn conditions_hold() {
    let (_app, kv) = keys().await;
    let first = kv.put("a", &1).if_absent().await.unwrap().unwrap();
    let conflict = kv.put("a", &2).if_absent().await.unwrap().unwrap_err();
    assert_eq!(conflict.found, Some(first));
    let second = kv.put("a", &3).if_version(first).await.unwrap().unwrap();
    let conflict = kv
        .put("a", &4)
        .if_version(first)
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(conflict.found, Some(second));
    assert_eq!(kv.get("a").await, Ok(Some(3)));
    assert!(kv.delete("a").if_version(first).await.unwrap().is_err());
    assert_eq!(kv.delete("a").if_version(second).await, Ok(Ok(true)));
    assert_eq!(kv.delete("a").await, Ok(false));
    // a version is never used again, so who has slept through a removal finds out
    let third = kv.put("a", &5).await.unwrap();
    assert!(third > second);
    let conflict = kv
        .put("b", &1)
        .if_version(third)
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(conflict.found, None);
}

#[tokio::test]
async fn a_key_is_gone_when_its_time_is_over() {
    let (app, kv) = keys().await;
    let minute = Duration::from_secs(60);
    kv.put("a", &1).ttl(minute).await.unwrap();
    let entry = kv.entry::<u8>("a").await.unwrap().unwrap();
    assert_eq!(entry.expires, Some(app.clock().wall() + minute));
    app.clock().advance(minute - Duration::from_nanos(1));
    assert_eq!(kv.get("a").await, Ok(Some(1)));
    app.clock().advance(Duration::from_nanos(1));
    assert_eq!(kv.get::<u8>("a").await, Ok(None));
    let conflict = kv.put("a", &2).if_version(entry.version).await.unwrap();
    assert_eq!(conflict.unwrap_err().found, None);
    assert!(
        kv.put("a", &2)
            .ttl(minute)
            .if_absent()
            .await
            .unwrap()
            .is_ok()
    );
    // written again without a time it stays
    kv.put("a", &3).await.unwrap();
    app.clock().advance(minute * 2);
    assert_eq!(kv.get("a").await, Ok(Some(3)));
}

#[tokio::test]
async fn an_update_keeps_the_time_of_its_key() {
    let (app, kv) = keys().await;
    let minute = Duration::from_secs(60);
    let add = |old: Option<u32>| old.unwrap_or(0) + 1;
    assert_eq!(kv.update("a", add).ttl(minute).await, Ok(1));
    app.clock().advance(minute / 2);
    assert_eq!(kv.update("a", add).await, Ok(2));
    app.clock().advance(minute / 2);
    assert_eq!(kv.get::<u32>("a").await, Ok(None));
    assert_eq!(kv.update("a", add).await, Ok(1));
    assert_eq!(kv.entry::<u32>("a").await.unwrap().unwrap().expires, None);
}

#[tokio::test]
async fn an_update_begins_anew_when_others_are_quicker() {
    let clock = ManualClock::new();
    let store = MemoryKv::new(std::sync::Arc::new(clock.clone()));
    let app = App::of(&format!("{}::functions", module_path!()));
    let app = app.clock(&clock).kv(store.clone()).start().await;
    let mut calls = 0;
    let rival = |value: u32| Put {
        space: "user".into(),
        key: "a".into(),
        value: value.to_string().into(),
        ttl: None,
        when: When::Always,
    };
    let update = app.kv().update("a", |old: Option<u32>| {
        calls += 1;
        if calls < 3 {
            now(store.put(rival(calls * 10))).unwrap().unwrap();
        }
        old.unwrap_or(0) + 1
    });
    assert_eq!(update.await, Ok(21));
    assert_eq!(calls, 3);
    let mut number = 0;
    let lost = app.kv().update("a", |old: Option<u32>| {
        number += 1;
        now(store.put(rival(number))).unwrap().unwrap();
        old.unwrap_or(0)
    });
    let error = lost.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key `a` was changed by others 100 times in a row while it was updated"
    );
}

fn now<T>(future: impl Future<Output = T>) -> T {
    futures_util::FutureExt::now_or_never(future).unwrap()
}

#[tokio::test]
async fn lists_have_pages() {
    let (_app, kv) = keys().await;
    for key in ["a", "b/1", "b/2", "b/3", "b/4", "c", "b0"] {
        kv.put(key, key).await.unwrap();
    }
    let page = kv.scan::<String>("b/").limit(3).await.unwrap();
    let names: Vec<_> = page.entries.iter().map(|entry| &*entry.key).collect();
    assert_eq!(names, ["b/1", "b/2", "b/3"]);
    let rest = kv.scan::<String>("b/").after(page.next).await.unwrap();
    assert_eq!(
        (&*rest.entries[0].value, rest.entries.len(), rest.next),
        ("b/4", 1, None)
    );
    let mut walk = kv.scan::<String>("b").limit(1).walk();
    let mut names = Vec::new();
    while let Some(entry) = walk.next().await.unwrap() {
        names.push(entry.key);
    }
    assert_eq!(names, ["b/1", "b/2", "b/3", "b/4", "b0"]);
    assert_eq!(walk.next().await, Ok(None));
    assert!(kv.scan::<String>("d").await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn bytes_stay_what_they_are() {
    let (_app, kv) = keys().await;
    let bytes = Bytes::from_static(&[0, 0xff, b'"']);
    let version = kv.put_bytes("a", bytes.clone()).await.unwrap();
    assert_eq!(kv.get_bytes("a").await, Ok(Some(bytes)));
    assert_eq!(kv.entry_bytes("a").await.unwrap().unwrap().version, version);
    let error = kv.get::<String>("a").await.unwrap_err();
    assert!(
        matches!(&error, KvError::Unreadable { key, .. } if &**key == "a"),
        "{error}"
    );
    assert!(kv.scan::<String>("").await.is_err());
}

#[tokio::test]
async fn what_no_store_would_take_is_refused() {
    let (app, kv) = keys().await;
    let told = |error: KvError| error.to_string();
    let error = kv.get::<u8>("").await.unwrap_err();
    assert_eq!(
        told(error),
        "the key-value store has refused it: a key of 0 bytes (``): expected 1 to 1024"
    );
    let long = "ä".repeat(513);
    let error = kv.delete(&*long).await.unwrap_err();
    assert!(told(error).contains("a key of 1026 bytes (`ääää"));
    kv.put("ä".repeat(512), &1).await.unwrap();
    let error = kv
        .put_bytes("a", vec![0; 1024 * 1024 + 1])
        .await
        .unwrap_err();
    assert!(told(error).contains("the value of `a` has 1048577 bytes: expected at most 1048576"));
    kv.put_bytes("a", vec![0; 1024 * 1024]).await.unwrap();
    let unwritable = std::collections::HashMap::from([((1, 2), 3)]);
    let error = kv.put("a", &unwritable).await.unwrap_err();
    assert!(told(error).contains("the value for the key `a` cannot be written"));
    assert_eq!(
        app.http(get("/long")).await.status(),
        StatusCode::INTERNAL_SERVER_ERROR
    );
}

#[tokio::test]
async fn without_a_store_the_key_of_the_configuration_is_told() {
    let app = app(module_path!(), "functions").unbound().start().await;
    let answer = app.http(get("/count")).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        answer
            .text()
            .contains("the key-value store is not bound on `testing`: set `kv.url`")
    );
    let settled = app.send(functions::on_number, 1).await;
    let failure = settled.outcome.unwrap_err();
    assert_eq!(
        (failure.kind, &*failure.name),
        (faas::FailureKind::Retry, "KvError")
    );
    assert!(!app.application().kv().is_bound());
}
