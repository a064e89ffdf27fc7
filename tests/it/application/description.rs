//! The description of an application: what tools read instead of the source.

use serde_json::{Value, json};

use super::app;

mod functions {
    use faas::{Config, Json, Path, Secret, State};
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    #[faas::config("shop")]
    struct Shop {
        #[expect(dead_code, reason = "only its name is described")]
        token: Secret<String>,
    }

    pub(super) struct Db;

    /// Opens the database.
    #[faas::resource(lazy)]
    fn db(_: Config<Shop>) -> Db {
        Db
    }

    #[derive(Deserialize, JsonSchema)]
    struct Draft {
        #[expect(dead_code, reason = "only its shape is described")]
        item: String,
    }

    #[derive(JsonSchema, Serialize)]
    struct Order {
        id: u64,
    }

    /// Takes an order.
    ///
    /// And more that a list does not show.
    #[faas::http(POST | PUT, "/orders/{id}", timeout = "1500ms", concurrency = 4, rate = "50/s", memory = "256MiB")]
    async fn order(Path(id): Path<u64>, _: State<Db>, _: Json<Draft>) -> Json<Order> {
        Json(Order { id })
    }

    #[faas::invoke(name = "price-it")]
    async fn price(Json(draft): Json<Draft>) -> Result<Json<Order>, faas::Error> {
        let _ = draft;
        Ok(Json(Order { id: 1 }))
    }

    #[faas::task(retry(max = 3, cap = "1h"), priority = -10, keep = "1d")]
    async fn encode(draft: Json<Draft>) -> String {
        let _ = draft;
        String::new()
    }

    #[faas::event("com.example.order", idempotent(key = ["/id", "/to"], ttl = "1h", after_crash = hold))]
    async fn once() {}

    #[faas::http(mount = "/admin")]
    fn admin() -> axum::Router {
        axum::Router::new()
    }

    #[faas::on_stop]
    fn flush(_: State<Db>) {}
}

async fn described() -> Value {
    let app = app(module_path!(), "functions")
        .given(functions::Db)
        .start()
        .await;
    app.application().describe()
}

fn entry(description: &Value, list: &str, name: &str) -> Value {
    let entries = description[list].as_array().unwrap();
    let found = entries.iter().find(|entry| entry["name"] == name);
    found
        .unwrap_or_else(|| panic!("no `{name}` in {entries:#?}"))
        .clone()
}

#[tokio::test]
async fn a_function_is_described_with_its_arguments_limits_and_needs() {
    let description = described().await;
    assert_eq!(description["version"], 1);
    let order = entry(&description, "functions", "order");
    let expected = [
        ("trigger", json!("http")),
        (
            "arguments",
            json!({ "methods": ["POST", "PUT"], "path": "/orders/{id}" }),
        ),
        (
            "limits",
            json!({
                "timeout_ms": 1500,
                "concurrency": 4,
                "rate": { "times": 50, "per_ms": 1000 },
                "memory_bytes": 256 * 1024 * 1024,
            }),
        ),
        ("summary", json!("Takes an order.")),
        ("resources", json!([std::any::type_name::<functions::Db>()])),
        ("config", json!([])),
        ("module", json!(concat!(module_path!(), "::functions"))),
    ];
    for (key, value) in expected {
        assert_eq!(order[key], value, "{key}");
    }
    let place = order["place"].as_str().unwrap();
    assert_eq!(super::places(place, file!()).len(), 1, "{place}");
}

#[tokio::test]
async fn every_trigger_is_described_by_its_own_arguments() {
    let description = described().await;
    let price = entry(&description, "functions", "price-it");
    assert_eq!(price["trigger"], "invoke");
    assert_eq!(price["arguments"], json!({}));
    assert_eq!(price["limits"], json!({}));
    let encode = entry(&description, "functions", "encode");
    assert_eq!(encode["trigger"], "task");
    assert_eq!(
        encode["arguments"],
        json!({
            "retry": { "max": 3, "delay_ms": 1000, "factor": 2, "cap_ms": 3_600_000 },
            "priority": -10,
            "keep_ms": 86_400_000,
        })
    );
    let admin = entry(&description, "functions", "admin");
    assert_eq!(admin["arguments"], json!({ "mount": "/admin" }));
}

#[tokio::test]
async fn what_is_done_once_is_described() {
    let description = described().await;
    assert_eq!(
        entry(&description, "functions", "once")["idempotent"],
        json!({ "key": ["/id", "/to"], "ttl_ms": 3_600_000, "after_crash": "hold" })
    );
    let encode = entry(&description, "functions", "encode");
    assert!(encode.get("idempotent").is_none(), "{encode}");
}

#[tokio::test]
async fn schemas_of_payloads_and_answers_are_there() {
    let description = described().await;
    let price = entry(&description, "functions", "price-it");
    let whole = json!([price, description["schemas"]]).to_string();
    for part in ["Draft", "Order", "\"item\"", "\"id\"", "uint64"] {
        assert!(whole.contains(part), "`{part}` is not in {whole}");
    }
    assert!(
        price["parameters"]
            .as_array()
            .is_some_and(|list| !list.is_empty()),
        "{price}"
    );
    assert!(price["answer"].is_object(), "{price}");
}

#[tokio::test]
async fn resources_hooks_and_sections_are_described() {
    let description = described().await;
    let db = entry(&description, "resources", "db");
    assert_eq!(db["lazy"], true);
    assert_eq!(db["type"], std::any::type_name::<functions::Db>());
    assert_eq!(db["config"], json!(["shop"]));
    assert_eq!(db["summary"], "Opens the database.");
    let flush = entry(&description, "hooks", "flush");
    assert_eq!(flush["moment"], "Stop");
    let shop = entry(&description, "config", "Shop");
    assert_eq!(
        (&shop["section"], &shop["fields"]),
        (&json!("shop"), &json!(["token"]))
    );
}

#[tokio::test]
async fn only_what_is_selected_is_described_as_running() {
    let app = app(module_path!(), "functions")
        .select("admin")
        .given(functions::Db);
    let description = app.start().await.application().describe();
    let names: Vec<_> = description["functions"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
}
