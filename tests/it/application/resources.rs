//! What selected functions need: found before anything is built, built once, in order.

use std::sync::Arc;

use super::{Journal, app, get, places, refused};

mod graph {
    use std::sync::Arc;

    use faas::{Error, State};

    use super::super::Journal;

    pub(super) struct Pool(pub(super) u32);

    #[faas::resource]
    async fn pool(journal: State<Journal>) -> Result<Pool, Error> {
        tokio::task::yield_now().await;
        journal.note("pool");
        Ok(Pool(7))
    }

    pub(super) struct Orders {
        pub(super) pool: Arc<Pool>,
    }

    #[faas::resource]
    fn orders(State(pool): State<Pool>, journal: State<Journal>) -> Orders {
        journal.note("orders");
        Orders { pool }
    }

    struct Unused;

    #[faas::resource]
    fn unused(journal: State<Journal>) -> Unused {
        journal.note("unused");
        Unused
    }

    #[faas::invoke]
    pub(super) async fn number(
        orders: State<Orders>,
        pool: State<Pool>,
    ) -> faas::Json<(u32, bool)> {
        faas::Json((orders.pool.0, Arc::ptr_eq(&orders.pool, &pool.0)))
    }

    #[faas::http(GET, "/number")]
    async fn over_http(orders: State<Orders>) -> String {
        orders.pool.0.to_string()
    }

    #[faas::invoke]
    async fn other(_: State<Unused>) {}

    #[faas::invoke]
    async fn nothing() {}
}

mod missing {
    use faas::State;

    pub(super) struct Here;
    pub(super) struct Gone;

    #[faas::resource]
    fn here(_: State<Gone>) -> Here {
        Here
    }

    #[faas::invoke]
    async fn direct(_: State<Gone>) {}

    #[faas::invoke]
    async fn through(_: State<Here>) {}

    #[faas::http(GET, "/twin")]
    async fn twin(_: State<std::sync::Arc<Here>>) {}
}

mod cycle {
    use faas::State;

    pub(super) struct A;
    pub(super) struct B;
    pub(super) struct C;

    #[faas::resource]
    fn a(_: State<B>) -> A {
        A
    }

    #[faas::resource(lazy)]
    fn b(_: State<C>) -> B {
        B
    }

    #[faas::resource]
    fn c(_: State<A>) -> C {
        C
    }

    #[faas::invoke]
    async fn turns(_: State<B>) {}

    #[faas::invoke]
    async fn stands() {}
}

mod failing {
    use std::sync::Arc;
    use std::{fmt, io};

    use faas::{Error, State};

    use super::super::Journal;

    pub(super) struct Base;
    struct One;
    struct Two;
    struct Panicking;

    #[derive(Debug)]
    struct Connect(io::Error);

    impl fmt::Display for Connect {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cannot connect to `db`")
        }
    }

    impl std::error::Error for Connect {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[faas::resource]
    fn base(journal: State<Arc<Journal>>) -> Result<Base, Error> {
        // a connect that times out would cost its time for each that needs it
        journal.note("base");
        let cause = io::Error::other("no route to host");
        Err(Connect(cause))?
    }

    #[faas::resource]
    fn one(_: State<Base>) -> One {
        One
    }

    #[faas::resource]
    fn two(_: State<Base>) -> Two {
        Two
    }

    #[faas::resource]
    fn panicking() -> Panicking {
        panic!("not today")
    }

    #[faas::invoke]
    async fn uses(_: State<One>, _: State<Two>, _: State<Panicking>) {}
}

#[tokio::test]
async fn resources_are_built_once_in_order_and_shared() {
    let app = app(module_path!(), "graph")
        .select("number,over_http")
        .given(Journal::default())
        .start()
        .await;
    for _ in 0..2 {
        assert_eq!(app.call(graph::number, ()).await.unwrap(), (7, true));
        assert_eq!(app.http(get("/number")).await.text(), "7");
    }
    let journal = app.resource::<Journal>().unwrap();
    assert_eq!(journal.read(), ["pool", "orders"], "nothing else is built");
    assert_eq!(app.resource::<graph::Pool>().unwrap().0, 7);
}

#[tokio::test]
async fn a_function_without_needs_builds_nothing() {
    let app = app(module_path!(), "graph")
        .select("nothing")
        .given(Journal::default())
        .start()
        .await;
    assert!(app.resource::<Journal>().unwrap().read().is_empty());
    assert!(app.resource::<graph::Pool>().is_none());
}

#[tokio::test]
async fn a_given_value_stands_in_and_what_it_would_need_is_not_built() {
    let app = app(module_path!(), "graph")
        .select("over_http")
        .given(Journal::default())
        .given(graph::Orders {
            pool: graph::Pool(42).into(),
        })
        .start()
        .await;
    assert_eq!(app.http(get("/number")).await.text(), "42");
    assert!(app.resource::<Journal>().unwrap().read().is_empty());
}

#[tokio::test]
async fn a_missing_resource_names_who_asked_for_it() {
    let errors = refused(app(module_path!(), "missing").try_start().await);
    assert_eq!(errors.exit() as u8, 64);
    let text = errors.to_string();
    // once for the type that nobody makes, once for the type that somebody almost makes
    assert_eq!(text.matches("error[F0211]").count(), 2, "{text}");
    assert!(
        text.contains("no `#[faas::resource]` returns `Gone`"),
        "{text}"
    );
    assert!(text.contains("asked for by function `direct`"), "{text}");
    assert!(text.contains("asked for by function `twin`"), "{text}");
    assert!(text.contains("there is one for `"), "{text}");

    let nested = app(module_path!(), "missing")
        .select("through")
        .try_start()
        .await;
    let text = refused(nested).to_string();
    assert!(
        text.contains("`Gone` (asked for by function `through` -> Here)"),
        "{text}"
    );
}

#[tokio::test]
async fn a_cycle_is_told_as_a_chain_and_only_to_those_in_it() {
    let errors = refused(app(module_path!(), "cycle").try_start().await);
    assert_eq!(errors.exit() as u8, 64);
    let text = errors.to_string();
    assert!(
        text.contains("resources need each other: function `turns` -> B -> C -> A -> B"),
        "{text}"
    );
    assert_eq!(text.matches("error[").count(), 1, "{text}");
    app(module_path!(), "cycle").select("stands").start().await;
}

#[tokio::test]
async fn every_failure_is_told_with_its_causes_and_once() {
    let app = app(module_path!(), "failing").given(Arc::new(Journal::default()));
    let errors = refused(app.try_start().await);
    assert_eq!(errors.exit() as u8, 70);
    let text = errors.to_string();
    assert_eq!(text.lines().count(), 2, "{text}");
    for part in [
        "(`base` at",
        ": cannot connect to `db`: no route to host",
        "(`panicking` at",
        ": it panicked: not today",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    assert_eq!(places(&text, file!()).len(), 2, "{text}");
}

#[tokio::test]
async fn a_resource_that_failed_is_not_tried_again_for_the_next_that_needs_it() {
    let journal = Arc::new(Journal::default());
    let app = app(module_path!(), "failing").given(Arc::clone(&journal));
    refused(app.try_start().await);
    assert_eq!(journal.count("base"), 1);
}
