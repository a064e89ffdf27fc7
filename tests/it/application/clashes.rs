//! Two registrations for one thing: a start error that names both places.

use super::{app, places, refused};

mod same_name {
    #[faas::invoke(name = "one")]
    async fn first() {}

    #[faas::http(GET, "/one", name = "one")]
    async fn second() {}
}

mod same_route {
    #[faas::http(GET, "/a")]
    async fn first() {}

    #[faas::http(GET, "/a")]
    async fn second() {}
}

mod shared_method {
    #[faas::http(GET | POST, "/a/{id}")]
    async fn first() {}

    #[faas::http(POST | PUT, "/a/{id}")]
    async fn second() {}
}

mod every_method {
    #[faas::http("/a")]
    async fn first() {}

    #[faas::http("/a")]
    async fn second() {}
}

mod parameter_names {
    #[faas::http(GET, "/o/{id}")]
    async fn first() {}

    #[faas::http(POST, "/o/{order}")]
    async fn second() {}
}

mod parameter_and_rest {
    #[faas::http(GET, "/o/{id}")]
    async fn first() {}

    #[faas::http(GET, "/o/{*rest}")]
    async fn second() {}
}

mod same_prefix {
    #[faas::http(mount = "/admin")]
    fn first() -> axum::Router {
        axum::Router::new()
    }

    #[faas::http(mount = "/admin")]
    fn second() -> axum::Router {
        axum::Router::new()
    }
}

mod same_root {
    #[faas::http(mount = "/")]
    fn first() -> axum::Router {
        axum::Router::new()
    }

    #[faas::http(mount = "/")]
    fn second() -> axum::Router {
        axum::Router::new()
    }
}

mod same_resource {
    pub(super) struct Db;

    #[faas::resource]
    fn first() -> Db {
        Db
    }

    #[faas::resource(lazy)]
    fn second() -> Result<Db, faas::Error> {
        Ok(Db)
    }

    #[faas::invoke]
    async fn uses(_: faas::State<Db>) {}
}

mod several {
    #[faas::invoke(name = "one")]
    async fn first() {}

    #[faas::invoke(name = "one")]
    async fn second() {}

    #[faas::http(GET, "/a")]
    async fn third() {}

    #[faas::http(GET, "/a")]
    async fn fourth() {}

    #[faas::invoke]
    async fn fifth(_: faas::State<u8>) {}
}

mod peace {
    #[faas::http(GET, "/a")]
    async fn read() -> &'static str {
        "read"
    }

    #[faas::http(POST, "/a")]
    async fn write() -> &'static str {
        "write"
    }

    #[faas::http("/a")]
    async fn rest() -> &'static str {
        "rest"
    }

    #[faas::http(GET, "/a/{id}")]
    async fn one() -> &'static str {
        "one"
    }

    #[faas::http(GET, "/a/new")]
    async fn new() -> &'static str {
        "new"
    }
}

#[tokio::test]
async fn each_clash_names_both_places() {
    let cases: [(&str, &str, &[&str]); 9] = [
        ("same_name", "F0201", &["two functions named `one`"]),
        ("same_route", "F0202", &["`GET /a`", "`first`", "`second`"]),
        (
            "shared_method",
            "F0202",
            &["`POST /a/{id}`", "`first`", "`second`"],
        ),
        ("every_method", "F0202", &["/a", "`first`", "`second`"]),
        (
            "parameter_names",
            "F0203",
            &["`/o/{id}`", "`/o/{order}`", "`first`", "`second`"],
        ),
        (
            "parameter_and_rest",
            "F0203",
            &["`/o/{id}`", "`/o/{*rest}`", "`first`", "`second`"],
        ),
        ("same_prefix", "F0202", &["`/admin`", "`first`", "`second`"]),
        ("same_root", "F0202", &["`/`", "`first`", "`second`"]),
        ("same_resource", "F0213", &["Db`", "`first`", "`second`"]),
    ];
    for (module, code, parts) in cases {
        let errors = refused(app(module_path!(), module).try_start().await);
        assert_eq!(errors.exit() as u8, 64, "{module}");
        let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
        let [message] = &messages[..] else {
            panic!("{module}: {errors}")
        };
        assert!(
            message.starts_with(&format!("error[{code}]: ")),
            "{message}"
        );
        assert!(message.contains("\n  help: "), "{message}");
        for part in parts {
            assert!(message.contains(part), "`{part}` is not in\n{message}");
        }
        let lines = places(message, file!());
        assert!(
            matches!(lines[..], [one, other] if one != other),
            "{message}"
        );
    }
}

#[tokio::test]
async fn all_clashes_come_out_at_once() {
    let errors = refused(app(module_path!(), "several").try_start().await);
    let mut codes: Vec<_> = errors.iter().map(|error| error.code()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["F0201", "F0202", "F0211"], "{errors}");
}

#[tokio::test]
async fn a_clash_outside_of_the_selection_is_none() {
    let app = app(module_path!(), "same_route")
        .select("first")
        .start()
        .await;
    assert_eq!(app.http(super::get("/a")).await.status(), 200);
}

#[tokio::test]
async fn methods_of_one_path_and_narrower_paths_live_together() {
    let app = app(module_path!(), "peace").start().await;
    let cases = [
        ("GET", "/a", "read"),
        ("POST", "/a", "write"),
        ("DELETE", "/a", "rest"),
        ("PROPFIND", "/a", "rest"),
        ("GET", "/a/7", "one"),
        ("GET", "/a/new", "new"),
    ];
    for (method, path, expected) in cases {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .body("")
            .unwrap();
        assert_eq!(app.http(request).await.text(), expected, "{method} {path}");
    }
}
