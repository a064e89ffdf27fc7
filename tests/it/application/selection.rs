//! Which functions of a binary run.

use faas::FailureKind;

use super::{app, get, refused};

mod three {
    #[faas::invoke]
    pub(super) async fn alpha() -> &'static str {
        "alpha"
    }

    #[faas::invoke(name = "beta-2")]
    pub(super) async fn beta() -> &'static str {
        "beta"
    }

    #[faas::http(GET, "/gamma")]
    async fn gamma() -> &'static str {
        "gamma"
    }
}

async fn selected(names: &str) -> Vec<&'static str> {
    let app = app(module_path!(), "three").select(names).start().await;
    let functions = app.application().functions().iter();
    functions.map(|state| state.name()).collect()
}

#[tokio::test]
async fn names_select_and_none_selects_all() {
    let cases: [(&str, &[&str]); 6] = [
        ("", &["alpha", "beta-2", "gamma"]),
        (" , ", &["alpha", "beta-2", "gamma"]),
        ("beta-2", &["beta-2"]),
        ("gamma,alpha", &["alpha", "gamma"]),
        (" gamma , alpha , ", &["alpha", "gamma"]),
        ("alpha,alpha", &["alpha"]),
    ];
    for (names, expected) in cases {
        assert_eq!(selected(names).await, expected, "{names}");
    }
}

#[tokio::test]
async fn what_is_not_selected_cannot_be_reached() {
    let app = app(module_path!(), "three").select("alpha").start().await;
    assert_eq!(app.call(three::alpha, ()).await.unwrap(), "alpha");
    let failure = app.call(three::beta, ()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Reject);
    assert!(
        failure.message.contains("three::beta"),
        "{}",
        failure.message
    );
    assert_eq!(app.http(get("/gamma")).await.status(), 404);
}

#[tokio::test]
async fn every_unknown_name_is_told_with_those_that_exist() {
    // a function is known by its name, not by that of its fn
    let started = app(module_path!(), "three")
        .select("alpha,beta,nope")
        .try_start()
        .await;
    let errors = refused(started);
    assert_eq!(errors.exit() as u8, 64);
    let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), 2, "{errors}");
    for (message, name) in messages.iter().zip(["beta", "nope"]) {
        assert!(
            message.starts_with("error[F0207]: FAAS_FUNCTION names"),
            "{message}"
        );
        assert!(message.contains(&format!("`{name}`")), "{message}");
        assert!(message.contains("alpha, beta-2, gamma"), "{message}");
    }
}

#[tokio::test]
async fn a_binary_without_functions_says_so() {
    let errors = refused(app(module_path!(), "nothing").try_start().await);
    assert_eq!(errors.exit() as u8, 64);
    assert!(errors.to_string().starts_with("error[F0208]"), "{errors}");
}

#[tokio::test]
async fn only_a_single_invoke_function_takes_every_payload() {
    let takes = |names: &'static str| async move {
        let app = app(module_path!(), "three").select(names).start().await;
        let application = app.application();
        (
            application.takes_everything().is_some(),
            application.only_invoke().is_some(),
        )
    };
    assert_eq!(takes("alpha").await, (true, true));
    assert_eq!(takes("alpha,gamma").await, (false, true));
    assert_eq!(takes("gamma").await, (false, false));
    assert_eq!(takes("alpha,beta-2").await, (false, false));
}
