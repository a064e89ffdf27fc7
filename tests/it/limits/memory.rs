//! Memory stays bounded, whatever a client sends or does not read.

use std::io::Write;
use std::thread;

use crate::process::{Process, specimen};
use crate::wire::Connection;

const GIB: usize = 1 << 30;
const CHUNK: usize = 64 * 1024;
/// A process that kept what it is sent would have passed this many times over.
const MOST_KIB: u64 = 64 * 1024;

#[test]
fn an_upload_that_nobody_reads() {
    let process = specimen().start();
    let mut connection = process.connect();
    connection.request("POST /ignore/upload\ntransfer-encoding: chunked");
    let upload = upload(&connection, GIB);
    process.await_waiting("upload", 1);
    process.open("upload");
    assert_eq!(connection.answer().text(), "ignored");
    // the server reads on for a while, so that the answer arrives, and then closes
    upload.join().unwrap();
    check(&process);
}

#[test]
fn an_upload_that_is_read_piece_by_piece() {
    let process = specimen().set("FAAS__HTTP__MAX_BODY", "1GiB").start();
    let mut connection = process.connect();
    connection.request("POST /count\ntransfer-encoding: chunked");
    let length = GIB / 4;
    let upload = upload(&connection, length);
    assert_eq!(connection.answer().text(), length.to_string());
    upload.join().unwrap();
    check(&process);
}

#[test]
fn an_upload_past_the_limit() {
    let process = specimen().start();
    let mut connection = process.connect();
    connection.request("POST /echo\ntransfer-encoding: chunked");
    let upload = upload(&connection, GIB);
    connection.answer().problem(413);
    upload.join().unwrap();
    // the limit is 32 MiB, and to collect them takes some more
    let peak = process.memory("VmHWM");
    assert!(peak < 3 * MOST_KIB, "{peak} KiB");
}

#[test]
fn a_relay_whose_client_does_not_read() {
    let process = specimen().set("FAAS__HTTP__MAX_BODY", "1GiB").start();
    let mut connection = process.connect();
    connection.request("POST /relay\ntransfer-encoding: chunked");
    let length = GIB / 8;
    let upload = upload(&connection, length);
    connection.head();
    // both directions are full now, and stay so until the client reads
    assert_eq!(process.get("/good").text(), "good");
    let mut read = 0;
    while let Some(chunk) = connection.chunk() {
        read += chunk.len();
    }
    assert_eq!(read, length);
    upload.join().unwrap();
    check(&process);
}

/// Sends so many bytes in chunks, or as many as the server takes.
fn upload(connection: &Connection, length: usize) -> thread::JoinHandle<()> {
    let mut sender = connection.sender();
    thread::spawn(move || {
        let mut chunk = format!("{CHUNK:x}\r\n").into_bytes();
        chunk.resize(chunk.len() + CHUNK, b'x');
        chunk.extend(b"\r\n");
        for _ in 0..length / CHUNK {
            if sender.write_all(&chunk).is_err() {
                return;
            }
        }
        let _ = sender.write_all(b"0\r\n\r\n");
    })
}

#[track_caller]
fn check(process: &Process) {
    let peak = process.memory("VmHWM");
    assert!(peak < MOST_KIB, "{peak} KiB");
    assert_eq!(process.get("/good").text(), "good");
}
