//! Which layer wins, and how their names meet.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Configuration, environment, mistakes, toml, variables};

type Strings = BTreeMap<String, String>;

#[track_caller]
fn conflict(pairs: &[(&str, &str)], expected: &str) {
    assert_eq!(environment(pairs).unwrap_err().to_string(), expected);
}

#[test]
fn the_later_layer_wins_key_by_key() {
    let mut configuration = toml("[db]\nurl = 'file'\nuser = 'file'\n[db.tls]\nca = 'file'");
    configuration.overlay(variables(&[
        ("FAAS__DB__URL", "env"),
        ("FAAS__DB__TLS__KEY", "env"),
    ]));
    configuration.set("db.user", "program").unwrap();
    assert_eq!(
        format!("{configuration:?}"),
        "{\"db\": {\"tls\": {\"ca\": faas.toml line 5, \"key\": environment variable FAAS__DB__TLS__KEY}, \
         \"url\": environment variable FAAS__DB__URL, \"user\": set by the program}}"
    );
    let tls: Strings = configuration.section("db.tls").unwrap();
    assert_eq!(tls["ca"], "file");
    assert_eq!(tls["key"], "env");
}

#[test]
fn a_value_of_another_shape_replaces() {
    let mut configuration = toml("a = 1\n[b]\nc = 1");
    configuration.overlay(variables(&[
        ("FAAS__A__X", "env"),
        ("FAAS__B", r#"{"d": "env"}"#),
    ]));
    assert_eq!(configuration.section::<Strings>("a").unwrap()["x"], "env");
    let b: Strings = configuration.section("b").unwrap();
    assert_eq!(
        b.into_iter().collect::<Vec<_>>(),
        [("d".to_owned(), "env".to_owned())]
    );
}

#[test]
fn names_with_one_underscore_are_no_settings() {
    let configuration = variables(&[
        ("FAAS_FUNCTION", "x"),
        ("FAAS_", "x"),
        ("faas__db__url", "x"),
        ("XFAAS__DB__URL", "x"),
        ("PATH", "x"),
    ]);
    assert_eq!(format!("{configuration:?}"), "{}");
}

#[test]
fn two_names_of_one_key_are_refused() {
    conflict(
        &[("FAAS__A", "1"), ("FAAS__A__B", "2")],
        "`a` is set twice, by environment variable FAAS__A and by environment variable FAAS__A__B; remove one of them",
    );
    conflict(
        &[("FAAS__A__B", "2"), ("FAAS__A__B__C", "1")],
        "`a.b` is set twice, by environment variable FAAS__A__B and by environment variable FAAS__A__B__C; remove one of them",
    );
    conflict(
        &[("FAAS__A__b", "1"), ("FAAS__A__B", "2")],
        "`a.b` is set twice, by environment variable FAAS__A__B and by environment variable FAAS__A__b; remove one of them",
    );
}

#[test]
fn empty_keys_are_refused() {
    for name in ["FAAS__", "FAAS____A", "FAAS__A__", "FAAS__A____B"] {
        conflict(
            &[(name, "1")],
            &format!(
                "environment variable {name} has an empty key between its separators; write one such as FAAS__DB__URL"
            ),
        );
    }
    let mut configuration = Configuration::empty();
    assert!(configuration.set("", "x").is_err());
    assert!(configuration.set("a..b", "x").is_err());
    let empty = toml("[db]\n'' = 1");
    assert_eq!(empty.section::<BTreeMap<String, u8>>("db").unwrap()[""], 1);
}

#[test]
fn the_environment_spells_what_it_cannot_write() {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Queue {
        max_depth: u32,
    }
    let names = [("FAAS__QUEUES__ORDERS_DEAD__MAX_DEPTH", "7")];
    let mut both = toml("[queues.orders-dead]\nmax-depth = 1");
    both.overlay(variables(&names));
    for configuration in [both, variables(&names)] {
        let queue: Queue = configuration.section("queues.orders-dead").unwrap();
        assert_eq!(queue.max_depth, 7);
    }
    // the file is taken at its word
    let file = toml("[queues.orders-dead]\nmax_depth = 1");
    assert_eq!(
        mistakes::<Queue>(&file, "queues.orders-dead"),
        [
            "`queues.orders-dead.max-depth` is not set; set it in faas.toml, as FAAS__QUEUES__ORDERS_DEAD__MAX_DEPTH \
             or as the secret file QUEUES__ORDERS_DEAD__MAX_DEPTH",
            "`queues.orders-dead.max_depth` (faas.toml line 2): there is no such key, did you mean `max-depth`? known keys: `max-depth`",
        ]
    );
    assert!(mistakes::<Queue>(&file, "queues.Orders-Dead")[0].contains("is not set"));
}

#[test]
fn a_dot_may_belong_to_a_name() {
    for text in [
        "[binlogs.\"shop.orders\"]\nurl = 'x'",
        "[binlogs.shop.orders]\nurl = 'x'",
        "['binlogs.shop'.orders]\nurl = 'x'",
    ] {
        let binlog: Strings = toml(text).section("binlogs.shop.orders").unwrap();
        assert_eq!(binlog["url"], "x", "{text}");
    }
    let mut both = toml("[binlogs.\"shop.orders\"]\nurl = 'x'");
    both.overlay(variables(&[("FAAS__BINLOGS__SHOP_ORDERS__URL", "y")]));
    assert_eq!(
        both.section::<Strings>("binlogs.shop.orders").unwrap()["url"],
        "y"
    );
    both.overlay(variables(&[("FAAS__BINLOGS__SHOP__ORDERS__URL", "z")]));
    assert_eq!(
        mistakes::<Strings>(&both, "binlogs.shop.orders"),
        [
            "`binlogs.shop.orders` is set twice, by faas.toml line 1 and by environment variable \
             FAAS__BINLOGS__SHOP__ORDERS__URL; remove one of them"
        ]
    );
}

#[test]
fn sections_are_listed() {
    let mut configuration = toml("x = 1\n[queues.orders]\n[queues.mail]\n[queues]\ndepth = 1");
    configuration.overlay(variables(&[
        ("FAAS__QUEUES__LATE__URL", "x"),
        ("FAAS__Q", r#"{"a": {}}"#),
    ]));
    assert_eq!(
        configuration.sections_under("queues").unwrap(),
        ["late", "mail", "orders"]
    );
    assert_eq!(configuration.sections_under("").unwrap(), ["q", "queues"]);
    assert_eq!(configuration.sections_under("q").unwrap(), ["a"]);
    assert!(configuration.sections_under("timers").unwrap().is_empty());
    let error = configuration.sections_under("x").unwrap_err().to_string();
    assert_eq!(
        error,
        "`x` (faas.toml line 1): found an integer, expected a table"
    );
    let error = mistakes::<Strings>(&configuration, "x.y");
    assert_eq!(
        error,
        ["`x` (faas.toml line 1): found an integer, expected a table"]
    );
}
