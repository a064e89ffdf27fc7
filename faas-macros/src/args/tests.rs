//! The mistakes in arguments, one by one and together.

use crate::tests::check;

fn invoke(args: &str) -> String {
    format!("#[faas::invoke({args})] fn f() {{}}")
}

fn http(args: &str) -> String {
    format!("#[faas::http({args})] fn f() -> u8 {{}}")
}

fn queue(args: &str) -> String {
    format!("#[faas::queue(\"orders\", {args})] fn f() {{}}")
}

fn timer(args: &str) -> String {
    format!("#[faas::timer({args}, every = \"1h\")] fn f() {{}}")
}

fn object(args: &str) -> String {
    format!("#[faas::object(\"uploads\", {args})] fn f() {{}}")
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
    check(&invoke("colour(max = 3)"), &["`colour` is not an argument"]);
    check(
        &invoke("retry(max = 3)"),
        &["it is an argument of `queue`, `task`; allowed: name"],
    );
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
    check(
        "#[faas::config(db)] struct C;",
        &["`section` takes text in quotes, found `db`"],
    );
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

#[test]
fn text_without_quotes() {
    let of_queue = |args: &str| format!("#[faas::queue({args})] fn f() {{}}");
    check(
        &of_queue("orders"),
        &["`queue` takes text in quotes, found `orders`"],
    );
    check(
        &of_queue("shop.orders, batch = 0"),
        &["found `shop`", "[F0116]"],
    );
    check(&of_queue("ORDERS"), &["found `ORDERS`"]);
    check(
        &queue("orderd"),
        &["`orderd` is not an argument of `#[faas::queue]` [F0101]\nhelp: did you mean `ordered`?"],
    );
    check(&queue("ORDERED"), &["did you mean `ordered`?"]);
    check(&of_queue("lazy"), &["it is an argument of `resource`"]);
    check(&of_queue("topic"), &["a queue stands without a name"]);
    check(&of_queue("5"), &["`queue` takes text in quotes, found `5`"]);
    check(
        &of_queue("\"a\", \"b\""),
        &["a queue already, found `\"b\"`"],
    );
}

#[test]
fn arguments_of_an_argument() {
    for args in [
        "retry(max = 1)",
        "retry(max = 5, delay = \"1s\", factor = 1, cap = \"5m\",)",
        "retry(cap = \"2m\", delay = \"2m\"), concurrency = 4",
    ] {
        check(&queue(args), &[]);
    }
    check(&queue("retry"), &["write `retry(max = 5, delay"]);
    check(&queue("retry()"), &["`retry` has no value"]);
    check(&queue("retry = "), &["`retry` has no value"]);
    check(
        &queue("retry = 5"),
        &["takes arguments in parentheses, found `5`"],
    );
    check(&queue("retry = (max = 5)"), &["found `(max = 5)`"]);
    check(
        &queue("retry(5)"),
        &["`retry(…)` takes no value without a name, found `5`"],
    );
    check(&queue("retry(5s), batch = 0"), &["found `5s`", "[F0116]"]);
    check(
        &queue("retry(maximum = 5)"),
        &[
            "`maximum` is not an argument of `retry(…)` [F0101]\nhelp: allowed: max, delay, factor, cap",
        ],
    );
    check(&queue("retry(dealy = \"1s\")"), &["did you mean `delay`?"]);
    check(
        &queue("retry(batch = 10)"),
        &["it is an argument of `queue`; allowed: max, delay"],
    );
    check(
        &queue("max = 5"),
        &["it stands inside of another argument: `retry(max = 5"],
    );
    check(&queue("retry(max = 5, max = 6)"), &["`max` is given twice"]);
    check(
        &queue("retry(max = 5), retry(max = 6)"),
        &["`retry` is given twice"],
    );
    check(&queue("retry(max)"), &["write `max = 5`"]);
    check(&queue("retry(max = \"5\")"), &["takes a whole number"]);
    check(
        &queue("retry(max = 0, factor = 0)"),
        &["leave `max` out for 5 attempts", "for a factor of 2"],
    );
    check(&queue("retry(factor = 1.5)"), &["takes a whole number"]);
    check(&queue("retry(delay = \"0s\")"), &["for 1s"]);
    check(&queue("retry(max = 5; delay = \"1s\")"), &["`;` is not"]);
    check(
        &queue("retry(max = 5 delay = \"1\")"),
        &["`delay` is not expected", "[F0111]"],
    );
}

#[test]
fn words() {
    for args in [
        "missed = skip",
        "missed = once, overlap = queue",
        "missed = all, overlap = allow",
        "overlap = skip",
    ] {
        check(&timer(args), &[]);
    }
    check(&timer("missed"), &["write `missed = once`"]);
    check(&timer("missed ="), &["write `missed = once`"]);
    check(
        &timer("missed = \"once\""),
        &["words stand without quotes [F0196]\nhelp: write `once`"],
    );
    check(
        &timer("missed = onec"),
        &[
            "`onec` is not a word for `missed` [F0195]\nhelp: did you mean `once`? allowed: skip, once, all",
        ],
    );
    check(&timer("missed = Once"), &["did you mean `once`?"]);
    check(&timer("missed = never"), &["[F0195]\nhelp: allowed: skip"]);
    check(&timer("missed = \"never\""), &["`\"never\"` is not a word"]);
    check(&timer("overlap = alow"), &["did you mean `allow`?"]);
    check(
        &timer("missed = Missed::Once"),
        &["`Missed :: Once` is not"],
    );
    check(&timer("missed = 1"), &["`missed` takes a word, found `1`"]);
    check(&timer("missed = [once]"), &["takes a word, found `[once]`"]);
    check(&timer("missed(once)"), &["takes a word, found `(once)`"]);
    check(
        &timer("missed = skip | once"),
        &["takes a word, found `skip | once`"],
    );
}

#[test]
fn lists_of_words() {
    for args in [
        "on = created",
        "on = [removed]",
        "on = [created, removed]",
        "on = [removed, created,]",
    ] {
        check(&object(args), &[]);
    }
    check(&object("on"), &["write `on = created`"]);
    check(&object("on = []"), &["`on` is an empty list"]);
    check(&object("on = [created, created]"), &["[F0194]"]);
    check(
        &object("on = [creatd, \"removed\", 5]"),
        &[
            "did you mean `created`?",
            "[F0196]",
            "takes a word, found `5`",
        ],
    );
    check(
        &object("on = created | removed"),
        &["`on` takes a word, or words as in `[created, removed]`, found `created | removed`"],
    );
    check(&object("on = (created)"), &["words as in `[created"]);
    check(&object("on(created)"), &["takes a word, found `(created)`"]);
    check(&object("on = insert"), &["`insert` is not a word for `on`"]);
    check(
        &object("on = [created removed]"),
        &["`removed` is not expected"],
    );
    check(&object("on = [created,,]"), &["`,` is not expected"]);
    check(&object("on = [,]"), &["`,` is not expected"]);
}

#[test]
fn hints_of_events() {
    check(&queue("dlq = \"x\""), &["write `dead_letter"]);
    check(&queue("prefix = \"x\""), &["it is an argument of `object`"]);
    check(&timer("zone = \"UTC\""), &["write `timezone"]);
    check(&timer("tiemzone = \"UTC\""), &["did you mean `timezone`?"]);
    check(&object("missed = once"), &["it is an argument of `timer`"]);
    check(
        "#[faas::event(type = \"x\")] fn f() {}",
        &["a type stands without a name"],
    );
    check(
        "#[faas::after_restore(retry(max = 5))] fn f() {}",
        &["it is an argument of `queue`, `task`; allowed: name, timeout, crate"],
    );
}
