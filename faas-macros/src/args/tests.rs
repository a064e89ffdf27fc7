//! The mistakes in arguments, one by one and together.

use crate::tests::check;

fn invoke(args: &str) -> String {
    format!("#[faas::invoke({args})] fn f() {{}}")
}

fn http(args: &str) -> String {
    format!("#[faas::http({args})] fn f() -> u8 {{}}")
}

#[test]
fn what_is_allowed() {
    for args in [
        "",
        "name = \"a\"",
        "name = \"a\",",
        "timeout = \"2s\", concurrency = 4, rate = \"50/s\", memory = \"1GiB\"",
        "crate = ::a::b",
        "crate = crate::a",
        "concurrency = 4u32",
    ] {
        check(&invoke(args), &[]);
    }
    for args in [
        "\"/\"",
        "GET, \"/\"",
        "GET | POST, \"/\", name = \"a\"",
        "\"/\", GET",
        "name = \"a\", GET, \"/\"",
        "GET | HEAD | POST | PUT | DELETE | CONNECT | OPTIONS | TRACE | PATCH, \"/\"",
        "mount = \"/\"",
    ] {
        check(&http(args), &[]);
    }
}

#[test]
fn keys() {
    check(
        &invoke("timeot = \"2s\""),
        &["[F0101]\nhelp: did you mean `timeout`? allowed: name, timeout, concurrency"],
    );
    check(&invoke("colour = 1"), &["[F0101]\nhelp: allowed: name"]);
    check(&invoke("colour"), &["`colour` is not an argument"]);
    check(&invoke("retry(max = 3)"), &["`retry` is not an argument"]);
    check(
        &invoke("mount = \"/\""),
        &["it is an argument of `http`; allowed: name"],
    );
    check(
        &invoke("lazy"),
        &["it is an argument of `resource`; allowed: name"],
    );
    check(
        &invoke("path = \"/\""),
        &["did you mean `#[faas::http(\"/path\")]`?"],
    );
    check(
        &http("method = GET, \"/\""),
        &["methods stand without a name"],
    );
    check(&invoke("name = \"a\", name = \"b\""), &["[F0103]"]);
    check(
        "#[faas::resource(lazy, lazy)] fn f() -> u8 {}",
        &["[F0103]"],
    );
    check(
        "#[faas::resource(timeout = \"2s\")] fn f() -> u8 {}",
        &["a resource has none"],
    );
    check(
        "#[faas::config(section = \"db\", \"db\")] struct C;",
        &["stands without a name"],
    );
}

#[test]
fn values() {
    check(&invoke("timeout"), &["write `timeout = \"2s\"`"]);
    check(
        &invoke("timeout = , name = \"a\""),
        &["write `timeout = \"2s\"`"],
    );
    check(&invoke("timeout ="), &["write `timeout = \"2s\"`"]);
    check(&invoke("timeout = 2"), &["takes text in quotes, found `2`"]);
    check(
        &invoke("timeout = b\"2s\""),
        &["takes text in quotes, found `b\"2s\"`"],
    );
    check(
        &invoke("timeout = two + three"),
        &["found `two`", "`+` is not expected"],
    );
    check(&invoke("timeout(\"2s\")"), &["found `(\"2s\")`"]);
    check(
        &invoke("concurrency = \"4\""),
        &["takes a whole number, found `\"4\"`"],
    );
    check(
        &invoke("concurrency = 4.0"),
        &["takes a whole number, found `4.0`"],
    );
    check(
        &invoke("concurrency = -1"),
        &["from 1 to 4294967295, found `-1`"],
    );
    check(
        &invoke("concurrency = true"),
        &["takes a whole number, found `true`"],
    );
    check(
        &invoke("concurrency = 0"),
        &["from 1 to 4294967295, found `0`"],
    );
    check(&invoke("concurrency = 4294967296"), &["found `4294967296`"]);
    check(&invoke("crate = \"a\""), &["takes a path without quotes"]);
    check(&invoke("crate = 1"), &["takes a path without quotes"]);
    check(
        &invoke("crate = for"),
        &["takes a path without quotes, found `for`"],
    );
    check(
        "#[faas::resource(lazy = false)] fn f() -> u8 {}",
        &["`lazy` takes no value"],
    );
    check(&invoke("timeout = \"0ms\""), &["[F0112]"]);
    check(&invoke("timeout = \"soon\""), &["[F0111]"]);
    check(&invoke("memory = \"lots\""), &["[F0113]"]);
    check(&invoke("rate = \"often\""), &["[F0114]"]);
    check(&invoke("name = \"\""), &["[F0115]"]);
    check("#[faas::invoke] fn größe() {}", &["[F0115]"]);
    check("#[faas::invoke(name = \"size\")] fn größe() {}", &[]);
    check("#[faas::config(\"db\")] struct Größe;", &[]);
}

#[test]
fn unnamed_values() {
    check(
        &invoke("\"/sum\""),
        &["did you mean `#[faas::http(\"/sum\")]`?"],
    );
    check(&invoke("\"sum\""), &["[F0107]\nhelp: allowed: name"]);
    check(&invoke("5"), &["found `5`"]);
    check(&invoke("GET"), &["found `GET`"]);
    check(&invoke("GET | POST, name = \"a\""), &["found `GET`"]);
    check(&http("\"/a\", \"/b\""), &["a path already, found `\"/b\"`"]);
    check(
        &http("5, \"/\""),
        &["`path` takes text in quotes, found `5`"],
    );
    check(
        "#[faas::config(\"a\", \"b\")] struct C;",
        &["a section already"],
    );
    check("#[faas::config(a)] struct C;", &["`a` is not an argument"]);
    check("#[faas::config] struct C;", &["[F0175]"]);
    check("#[faas::config(\"A\")] struct C;", &["[F0176]"]);
    check("#[faas::config(\"http\")] struct C;", &["[F0177]"]);
}

#[test]
fn commas() {
    check(&http("GET \"/\""), &["`\"/\"` is not expected here"]);
    check(
        &invoke("name = \"a\" timeout = \"2\""),
        &["`timeout` is not", "[F0111]"],
    );
    check(&invoke(",name = \"a\""), &["`,` is not expected here"]);
    check(&invoke("name = \"a\",,"), &["`,` is not expected here"]);
    check(
        &invoke("name = \"a\"; timeout = \"2s\""),
        &["`;` is not expected here"],
    );
    check(
        &invoke("= \"a\", timeout = \"2\""),
        &["`=` is not expected here", "[F0111]"],
    );
}

#[test]
fn methods() {
    check(&http("GTE, \"/\""), &["[F0121]\nhelp: did you mean `GET`?"]);
    check(&http("BREW, \"/\""), &["[F0121]\nhelp: allowed: GET"]);
    check(
        &http("GET | brew, \"/\""),
        &["`brew` is not an HTTP method"],
    );
    check(&http("get | Post, \"/\""), &["write `GET`", "write `POST`"]);
    check(&http("\"GET\", \"/\""), &["`\"GET\"` is not how"]);
    check(&http("GET | GET, \"/\""), &["[F0123]"]);
    check(
        &http("GET, POST, PUT, \"/\""),
        &["write `GET | POST | PUT`"],
    );
    check(&http("GET |, \"/\""), &["`|` is not expected here"]);
}

#[test]
fn what_was_not_understood_is_not_missed() {
    check(&http("GET, 5"), &["[F0105]"]);
    check(&http("GET, path = \"/\""), &["[F0102]"]);
    check(&http("mount = 5"), &["[F0105]"]);
    check(&http("mount"), &["[F0104]"]);
    check(&http("timeout = \"2\""), &["[F0111]", "[F0125]"]);
    check(&http("BREW"), &["[F0121]", "[F0125]"]);
    check("#[faas::config(section = \"db\")] struct C;", &["[F0102]"]);
}

#[test]
fn routes() {
    check(&http(""), &["[F0125]"]);
    check("#[faas::http] fn f() {}", &["[F0125]"]);
    check(&http("GET"), &["[F0125]"]);
    check(&http("\"orders\""), &["[F0131]"]);
    check(&http("\"/a\", mount = \"/\""), &["[F0126]"]);
    check(
        &http("GET | PUT, mount = \"/\""),
        &["`GET | PUT` stands beside"],
    );
    check(&http("mount = \"/a/\""), &["[F0142]"]);
}
