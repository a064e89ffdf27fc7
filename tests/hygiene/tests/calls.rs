//! The functions of the strict crate are registered, and answer.

use faas_hygiene_tests::{made_by_macros, nested, plain};
use functions::testing::App;
use functions::{FailureKind, Json, link};

link!(faas_hygiene_tests);

#[tokio::test]
async fn functions_of_every_kind_answer() {
    let app = App::new().start().await;
    assert_eq!(app.call(plain::double, 4).await.unwrap(), 8);
    assert_eq!(app.call(nested::deep::deeper::r#type, 5).await.unwrap(), 5);
    assert_eq!(
        app.call(made_by_macros::same_text, "a".to_owned())
            .await
            .unwrap(),
        "a"
    );
    let Json(plainly) = plain::double(Json(3));
    assert_eq!(plainly, 6);
    let settled = app.send(plain::ship, String::new()).await;
    assert_eq!(settled.outcome.unwrap_err().kind, FailureKind::Reject);
}
