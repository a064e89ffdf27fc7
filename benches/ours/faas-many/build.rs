//! Writes three hundred annotated handlers.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut source = String::new();
    for number in 0..300 {
        writeln!(
            source,
            r#"#[faas::http(POST, "/orders{number}/{{id}}")]
            async fn put_order{number}(State(db): State<Db>, Path(id): Path<u64>, Json(order): Json<Order>) -> Result<Json<Order>, Error> {{
                db.put(id, order).map(Json)
            }}"#
        )?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("handlers.rs"), source)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
