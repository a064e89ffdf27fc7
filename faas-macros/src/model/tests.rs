//! What the facts of each trigger may be, alone and beside one another.

use crate::tests::check;

fn queue(args: &str) -> String {
    format!("#[faas::queue({args})] fn f() {{}}")
}

fn timer(args: &str) -> String {
    format!("#[faas::timer({args})] fn f() {{}}")
}

#[test]
fn what_is_missing() {
    for (attribute, what) in [
        ("queue", "the queue is missing [F0178]"),
        ("object", "the bucket is missing [F0178]"),
        ("binlog", "the table is missing [F0178]"),
        ("event", "the type is missing [F0178]"),
        ("timer", "the schedule is missing [F0179]"),
    ] {
        check(&format!("#[faas::{attribute}] fn f() {{}}"), &[what]);
        check(&format!("#[faas::{attribute}()] fn f() {{}}"), &[what]);
        check(
            &format!("#[faas::{attribute}(name = \"a\")] fn f() {{}}"),
            &[what],
        );
    }
}

#[test]
fn what_was_not_understood_is_not_missed() {
    check(&queue("5"), &["[F0105]"]);
    check(&queue("queue = \"orders\""), &["[F0102]"]);
    check(&timer("cron = \"@daily\""), &["[F0102]"]);
    check(&timer("every = 5"), &["[F0105]"]);
    check(&timer("every"), &["[F0104]"]);
    check(&timer("every = \"5\""), &["[F0111]"]);
    check(&timer("every = \"0s\""), &["for a cron text in its place"]);
}

#[test]
fn names_of_queues() {
    check(&queue("\"orders.fifo\", ordered"), &[]);
    check(&queue("\"my orders\""), &["`my orders` cannot be the name"]);
    check(&queue("\"\""), &["[F0186]"]);
    check(
        &queue("\"kafka://127.0.0.1/orders\""),
        &["`[queues.orders] url = \"…\"`"],
    );
    check(
        &queue("\"orders\", dead_letter = \"orders dead\""),
        &["`orders dead` cannot"],
    );
}

#[test]
fn dead_letters() {
    check(&queue("\"orders\", dead_letter = \"orders-dead\""), &[]);
    check(
        &queue("\"orders\", dead_letter = \"orders\""),
        &["such as \"orders-dead\""],
    );
    check(
        &queue("\"orders.fifo\", dead_letter = \"orders\""),
        &["[F0191]"],
    );
    check(
        &queue("\"o o\", dead_letter = \"o o\""),
        &["[F0186]", "[F0186]"],
    );
}

#[test]
fn delays() {
    let retry = |args: &str| queue(&format!("\"orders\", retry({args})"));
    check(&retry("delay = \"5m\""), &[]);
    check(&retry("cap = \"1s\""), &[]);
    check(
        &retry("delay = \"1h\", cap = \"1m\""),
        &["a `delay` of `1h` is longer than a `cap` of `1m` [F0192]"],
    );
    check(
        &retry("delay = \"1h\""),
        &["a `delay` of `1h` is longer than a `cap` of `5m` (the default)"],
    );
    check(
        &retry("cap = \"500ms\""),
        &["a `delay` of `1s` (the default) is longer than a `cap` of `500ms`"],
    );
    check(&retry("delay = \"1h\", cap = \"1\""), &["[F0111]"]);
    check(&retry("delay = \"1h\", cap = 1"), &["[F0105]"]);
}

#[test]
fn tasks() {
    let task = |args: &str| format!("#[faas::task({args})] fn f() {{}}");
    for args in [
        "",
        "priority = 10",
        "priority = -32768",
        "priority = 32767, keep = \"30d\"",
        "retry(max = 1), keep = \"1ms\"",
    ] {
        check(&task(args), &[]);
    }
    check(&task("priority = 32768"), &["[F0117]"]);
    check(&task("priority = -32769"), &["found `-32769` [F0117]"]);
    check(
        &task("priority = high"),
        &["takes a whole number, found `high`"],
    );
    check(&task("priority = - high"), &["[F0105]"]);
    check(&task("keep = \"0s\""), &["leave the argument out for `7d`"]);
    check(&task("keep = 7"), &["[F0105]"]);
    check(&task("retry(delay = \"1h\")"), &["[F0192]"]);
    check(
        &task("delay = \"1h\""),
        &["inside of another argument: `retry("],
    );
    check(&task("queue = \"orders\""), &["there is `#[faas::queue]`"]);
    check(&task("\"encode\""), &["[F0107]"]);
}

#[test]
fn idempotence() {
    let invoke = |args: &str| format!("#[faas::invoke(idempotent{args})] fn f() {{}}");
    for args in [
        "",
        "()",
        "(key = \"/order/id\", ttl = \"1d\", after_crash = retry)",
        "(key = [\"/customer\", \"/a~0b/0\",], after_crash = hold)",
        "(key = [\"/id\"])",
    ] {
        check(&invoke(args), &[]);
        check(&queue(&format!("\"orders\", idempotent{args}")), &[]);
    }
    for attribute in ["timer(every = \"1h\", ", "object(\"uploads\", "] {
        let own = |args: &str| format!("#[faas::{attribute}idempotent{args})] fn f() {{}}");
        check(&own(""), &[]);
        check(&own("(ttl = \"1h\", after_crash = hold)"), &[]);
        check(&own("(key = \"/id\")"), &["no payload to point into"]);
    }
    check(
        &invoke("(key = \"order.id\")"),
        &["did you mean `\"/order/id\"`?"],
    );
    check(&invoke("(key = \"\")"), &["[F0143]\nhelp: a pointer is"]);
    check(&invoke("(key = [\"/a~\", \"b\"])"), &["[F0143]", "[F0143]"]);
    check(&invoke("(key = [])"), &["leave `key` out for the key"]);
    check(&invoke("(key = [\"/a\", \"/a\"])"), &["[F0194]"]);
    check(
        &invoke("(key = [\"/a\", 5])"),
        &["takes text in quotes, found `5`"],
    );
    check(&invoke("(key = [\"/a\" \"/b\"])"), &["[F0108]"]);
    check(&invoke("(key = order)"), &["[F0105]"]);
    check(&invoke("(key)"), &["[F0104]"]);
    check(&invoke("(ttl = \"0s\")"), &["for `1d`"]);
    check(&invoke("(after_crash = wait)"), &["[F0195]"]);
    check(&invoke("(after_crash = \"hold\")"), &["[F0196]"]);
    check(&invoke("(keys = [\"/a\"])"), &["write `key = ["]);
    check(&invoke("(\"/a\")"), &["[F0107]"]);
    check(
        &invoke(" = true"),
        &["takes arguments in parentheses, found `true`"],
    );
    check(&invoke(", idempotent()"), &["[F0103]"]);
    check(
        &queue("\"orders\", ttl = \"1d\""),
        &["inside of another argument: `idempotent("],
    );
    check(
        "#[faas::http(GET, \"/\", idempotent)] fn f() -> u8 { 1 }",
        &["it is an argument of `invoke`, `queue`, "],
    );
}

#[test]
fn schedules() {
    for args in [
        "\"0 3 * * *\"",
        "\"0 3 * * *\", timezone = \"Asia/Shanghai\", jitter = \"30s\", prestart = \"10s\"",
        "every = \"5m\", jitter = \"4m59s\"",
        "\"@daily\", timezone = \"UTC\"",
        "\"0 0 L 2 *\"",
    ] {
        check(&timer(args), &[]);
    }
    check(&timer("\"0 3 * *\""), &["[F0183]"]);
    check(&timer("\"61 3 * * *\""), &["`61`"]);
    check(&timer("\"0 0 30 2 *\""), &["never fires [F0184]"]);
    check(
        &timer("\"rate(5 minutes)\""),
        &["[F0185]\nhelp: expected the argument `every = \"5m\"`"],
    );
    check(
        &timer("\"5m\""),
        &["[F0185]\nhelp: expected the argument `every = \"5m\"`"],
    );
    check(
        &timer("\"@daily\", every = \"5m\""),
        &["`every = \"5m\"` stands beside the cron text `@daily`"],
    );
    check(&timer("\"@daily\", every = \"5\""), &["[F0111]"]);
    check(&timer("\"@daily\", \"@hourly\""), &["a schedule already"]);
}

#[test]
fn zones() {
    check(
        &timer("\"@daily\", timezone = \"Asia/Shangai\""),
        &["[F0182]\nhelp: did you mean `Asia/Shanghai`?"],
    );
    check(
        &timer("\"@daily\", timezone = \"+08:00\""),
        &["[F0182]\nhelp: a zone is written"],
    );
    check(
        &timer("every = \"5m\", timezone = \"UTC\""),
        &["`timezone = \"UTC\"` stands beside `every`"],
    );
    check(&timer("every = \"5m\", timezone = \"Mars\""), &["[F0181]"]);
    check(
        &timer("every = \"5\", timezone = \"Mars\""),
        &["[F0111]", "[F0182]"],
    );
}

#[test]
fn what_reaches_into_the_next_firing() {
    check(
        &timer("every = \"5m\", jitter = \"5m\""),
        &["`jitter` of `5m` is not shorter than `every` of `5m`"],
    );
    check(
        &timer("every = \"60s\", prestart = \"2m\""),
        &["`prestart` of `2m` is not shorter than `every` of `60s`"],
    );
}

#[test]
fn objects() {
    let object = |args: &str| format!("#[faas::object({args})] fn f() {{}}");
    check(
        &object("\"up-loads.2\", prefix = \"in/ä b\", suffix = \".mp4\""),
        &[],
    );
    check(&object("\"uploads/in\""), &["is a `prefix`"]);
    check(&object("\"s3://uploads\""), &["[F0187]"]);
    check(
        &object("\"uploads\", prefix = \"\", suffix = \"\""),
        &["`prefix` is empty", "`suffix` is empty"],
    );
    check(
        &object("\"uploads\", suffix = \"*.mp4\""),
        &["no meaning in `suffix`, found `*.mp4`"],
    );
}

#[test]
fn tables() {
    let binlog = |args: &str| format!("#[faas::binlog({args})] fn f() {{}}");
    check(&binlog("\"shop.orders\", on = delete"), &[]);
    check(&binlog("\"shop.*\""), &["[F0188]"]);
    check(&binlog("\"shop.\""), &["[F0188]"]);
    check(&binlog("\"mysql://127.0.0.1/shop\""), &["[F0188]"]);
}

#[test]
fn types_of_events() {
    let event = |args: &str| format!("#[faas::event({args})] fn f() {{}}");
    for args in [
        "\"com.example.user.created\"",
        "\"com.example.user.*\"",
        "\"com.example.user*\"",
        "\"*\"",
        "\"EC2 Instance State-change Notification\"",
        "\"größe:1/2\", source = \"https://example.com/users?x=1#y\"",
    ] {
        check(&event(args), &[]);
    }
    for args in ["\"\"", "\" a\"", "\"a \"", "\"a\\nb\"", "\"a\\u{7f}\""] {
        check(&event(args), &["the type of an event [F0189]"]);
    }
    for args in ["\"com.*.created\"", "\"*.created\"", "\"com.**\""] {
        check(&event(args), &["[F0190]"]);
    }
    check(
        &event("\"a\", source = \"\""),
        &["the source of an event [F0189]"],
    );
    check(
        &event("\"a\", source = \"/users/*\""),
        &["`*` has no meaning in `source`"],
    );
}
