//! A section with a secret, as the book shows it.

use faas::Error;

/// Stands for a client of a database.
struct Db {
    user: String,
}

impl Db {
    async fn connect(url: &str) -> Result<Self, Error> {
        let user = url
            .split_once("://")
            .and_then(|(_, rest)| rest.split(':').next());
        let user = user.ok_or_else(|| Error::retry("this is no address of a database"));
        let user = std::future::ready(user).await?;
        Ok(Self {
            user: user.to_owned(),
        })
    }
}

// ANCHOR: secret
#[faas::config("db")]
struct DbConfig {
    url: faas::Secret<String>,
}

#[faas::resource]
async fn db(faas::Config(config): faas::Config<DbConfig>) -> Result<Db, Error> {
    Db::connect(config.url.expose()).await
}
// ANCHOR_END: secret

#[faas::invoke]
async fn who(db: faas::State<Db>) -> String {
    db.user.clone()
}

/// The secret is used, and is not shown.
mod tests {
    use faas::testing::App;

    use super::*;

    fn app(url: &str) -> App {
        App::of(module_path!().trim_end_matches("::tests")).set("db.url", url)
    }

    #[tokio::test]
    async fn the_client_gets_what_the_section_hides() {
        let app = app("postgres://ada:secret@localhost/shop").start().await;
        assert_eq!(app.call(who, ()).await.unwrap(), "ada");
    }

    #[test]
    fn nobody_else_sees_it() {
        let shown = format!("{:?}", faas::Secret::new("secret"));
        assert_eq!(shown, "Secret(***)");
    }
}
