//! Writes three hundred handlers, and their routes.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut source, mut routes) = (String::new(), String::new());
    for number in 0..300 {
        writeln!(
            source,
            r#"async fn put_order{number}(State(db): State<Arc<Db>>, Path(id): Path<u64>, Json(order): Json<Order>) -> Result<Json<Order>, StatusCode> {{
                db.put(id, order).map(Json)
            }}"#
        )?;
        writeln!(
            routes,
            r#".route("/orders{number}/{{id}}", post(put_order{number}))"#
        )?;
    }
    writeln!(
        source,
        "fn router() -> Router<Arc<Db>> {{ Router::new(){routes} }}"
    )?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("handlers.rs"), source)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
