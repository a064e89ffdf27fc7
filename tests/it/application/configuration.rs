//! Sections of the configuration: decoded at the start for whoever is selected, with every mistake by its key and source.

use super::{app, get, refused};

mod shop {
    use faas::{Config, Secret};

    #[faas::config("shop")]
    pub(super) struct Shop {
        pub(super) name: String,
        pub(super) limit: u32,
        #[serde(default)]
        pub(super) token: Option<Secret<String>>,
    }

    #[faas::http(GET, "/name")]
    async fn name(Config(shop): Config<Shop>) -> String {
        let secret = shop.token.as_ref().map_or(0, |token| token.expose().len());
        format!("{} {} {secret}", shop.name, shop.limit)
    }

    #[faas::invoke]
    pub(super) async fn limit(shop: Config<Shop>) -> faas::Json<u32> {
        faas::Json(shop.limit)
    }

    #[faas::invoke]
    pub(super) async fn nothing() {}
}

const WHOLE: &str = "[shop]\nname = \"Corner\"\nlimit = 3\ntoken = \"hunter2\"\n";

#[tokio::test]
async fn a_section_reaches_every_function() {
    let app = app(module_path!(), "shop").toml(WHOLE).start().await;
    assert_eq!(app.http(get("/name")).await.text(), "Corner 3 7");
    assert_eq!(app.call(shop::limit, ()).await.unwrap(), 3);
}

#[tokio::test]
async fn what_is_set_wins_over_the_file() {
    let app = app(module_path!(), "shop")
        .toml(WHOLE)
        .set("shop.limit", "9")
        .start()
        .await;
    assert_eq!(app.http(get("/name")).await.text(), "Corner 9 7");
}

#[tokio::test]
async fn each_mistake_names_its_key_and_where_it_was_set() {
    let cases: [(&str, &[&str]); 6] = [
        ("", &["`shop.name` is not set", "`shop.limit` is not set"]),
        (
            "[shop]\nname = \"Corner\"\n",
            &["`shop.limit` is not set", "FAAS__SHOP__LIMIT"],
        ),
        (
            "[shop]\nname = \"Corner\"\nlimit = \"many\"\n",
            &[
                "`shop.limit`",
                "faas.toml line 3",
                "many",
                "expected an integer",
            ],
        ),
        (
            "[shop]\nname = \"Corner\"\nlimit = -1\n",
            &["`shop.limit`", "faas.toml line 3", "-1", "0 to 4294967295"],
        ),
        (
            "[shop]\nname = \"Corner\"\nlimit = 3\nlimitt = 4\n",
            &[
                "`shop.limitt`",
                "faas.toml line 4",
                "no such key",
                "`limit`",
            ],
        ),
        ("shop = 7\n", &["`shop`", "faas.toml line 1"]),
    ];
    for (toml, parts) in cases {
        let errors = refused(app(module_path!(), "shop").toml(toml).try_start().await);
        assert_eq!(errors.exit() as u8, 78, "{toml}");
        let text = errors.to_string();
        // two functions ask for the section, and it is wrong once
        assert_eq!(text.matches("error[F0501]").count(), 1, "{text}");
        for part in parts {
            assert!(text.contains(part), "`{part}` is not in\n{text}");
        }
    }
}

#[tokio::test]
async fn a_secret_is_in_no_message() {
    let toml = "[shop]\nname = [\"hunter2\"]\nlimit = 1\ntoken = [\"hunter2\", \"hunter3\"]\n";
    let text = refused(app(module_path!(), "shop").toml(toml).try_start().await).to_string();
    assert!(text.contains("`shop.token`"), "{text}");
    assert!(!text.contains("hunter3"), "{text}");
}

#[tokio::test]
async fn a_section_that_nobody_selected_is_not_looked_at() {
    let app = app(module_path!(), "shop")
        .select("nothing")
        .toml("[shop]\nlimit = \"many\"\n");
    app.start().await.call(shop::nothing, ()).await.unwrap();
}
