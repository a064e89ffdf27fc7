//! Ports: taken ones, wrong ones, and where they come from.

use std::net::TcpListener;

use super::fails;
use crate::process::{probe, specimen};

fn taken() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

#[test]
fn a_taken_port() {
    let (_listener, address) = taken();
    let setup = || probe().set("FAAS__HTTP__LISTEN", &address);
    let told = format!("F0401 | {address} | FAAS__HTTP__LISTEN= | [http] listen");
    fails(setup, 74, &told);
}

#[test]
fn a_taken_management_port() {
    let (_listener, address) = taken();
    let setup = || probe().set("FAAS__MANAGEMENT__LISTEN", &address);
    let told = format!("F0401 | {address} | FAAS__MANAGEMENT__LISTEN= | [management] listen");
    fails(setup, 74, &told);
}

#[test]
fn a_taken_port_of_the_environment() {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    for name in ["PORT", "FUNC_PORT"] {
        let setup = || probe().unset("FAAS__HTTP__LISTEN").set(name, &port);
        fails(setup, 74, &format!("F0401 | 0.0.0.0:{port} | `{name}="));
    }
}

#[test]
fn an_instance_s_own_two_ports_clash() {
    let (listener, address) = taken();
    drop(listener);
    let setup = || {
        probe()
            .set("FAAS__HTTP__LISTEN", &address)
            .set("FAAS__MANAGEMENT__LISTEN", &address)
    };
    fails(setup, 74, &format!("F0401 | {address}"));
}

#[test]
fn an_address_of_another_machine() {
    // TEST-NET-1 (RFC 5737): no interface has it
    let setup = || probe().set("FAAS__HTTP__LISTEN", "192.0.2.1:0");
    let told = "F0401 | 192.0.2.1 | no interface | FAAS__HTTP__LISTEN=";
    fails(setup, 74, told);
}

#[test]
fn addresses_that_are_none() {
    for value in [
        "nowhere",
        "127.0.0.1:http",
        "127.0.0.1:65536",
        "localhost",
        "http://127.0.0.1:80",
    ] {
        let setup = || probe().set("FAAS__HTTP__LISTEN", value);
        let told = format!("[http] listen | `{value}` | 127.0.0.1:8080");
        fails(setup, 78, &told);
    }
    let setup = || probe().unset("FAAS__HTTP__LISTEN").set("PORT", "http");
    fails(setup, 78, "F0403 | `PORT` | `http` | 65535");
}

#[test]
fn every_wrong_address_is_told() {
    let setup = || {
        probe()
            .set("FAAS__HTTP__LISTEN", "here")
            .set("FAAS__MANAGEMENT__LISTEN", "there")
    };
    fails(setup, 78, "`here` | `there`");
}

/// A port of the environment is for others than this machine.
#[test]
fn the_environment_s_port_listens_on_all_addresses() {
    for name in ["PORT", "FUNC_PORT"] {
        let process = specimen()
            .unset("FAAS__HTTP__LISTEN")
            .set(name, "0")
            .start();
        let told = |line: &serde_json::Value| crate::log::message(line).contains("(all addresses)");
        process.log.line(told);
        assert_eq!(process.get("/good").text(), "good");
    }
}
