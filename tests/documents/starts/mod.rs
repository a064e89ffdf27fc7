//! Mistakes that stop a start: each module is the example of its code's page, and is told as the page says.

mod f0201;
mod f0202;
mod f0203;
mod f0205;
mod f0211;
mod f0212;
mod f0213;
mod f0214;
mod f0301;
mod f0302;

use faas::testing::App;

use crate::tests::read;

/// Those of the codes that a test in process can meet. `F0208` is a module without functions, and so none.
const CODES: [&str; 11] = [
    "F0201", "F0202", "F0203", "F0205", "F0208", "F0211", "F0212", "F0213", "F0214", "F0301",
    "F0302",
];

#[tokio::test]
async fn each_is_told_as_its_page_says() {
    for code in CODES {
        let module = format!("{}::{}", module_path!(), code.to_lowercase());
        let app = App::of(&module).set("db.url", "postgres://localhost/shop");
        let Err(told) = app.try_start().await else {
            panic!("{code}: the example starts");
        };
        let page = read(format!("book/src/errors/{code}.md"));
        let shown = page
            .split("```text\n")
            .find(|block| block.starts_with("error["))
            .and_then(|block| block.split("\n```").next());
        assert_eq!(shown.map(plain), Some(plain(&told.to_string())), "{code}");
    }
}

/// A message without what differs from program to program: places in the source, and the modules of types.
fn plain(message: &str) -> String {
    let words = message.split(' ').map(|word| {
        if let Some((_, place)) = word.split_once(".rs:") {
            return format!(
                "…{}",
                place.trim_start_matches(|it: char| it.is_ascii_digit())
            );
        }
        match word.strip_prefix('`').and_then(|it| it.rsplit_once("::")) {
            Some((_, name)) => format!("`{name}"),
            None => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
