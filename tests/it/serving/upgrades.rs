//! WebSockets, by the bytes of RFC 6455.

use crate::process::specimen;
use crate::wire::Connection;

#[test]
fn a_web_socket_echoes() {
    let process = specimen().start();
    let mut connection = upgraded(process.connect());
    let long = "x".repeat(100);
    for (opcode, payload) in [
        (TEXT, "pen"),
        (BINARY, "\0\u{1}\r\n\r\n"),
        (TEXT, &*long),
        (TEXT, ""),
    ] {
        send(&mut connection, opcode, payload.as_bytes());
        assert_eq!(
            receive(&mut connection),
            (opcode, payload.as_bytes().to_vec())
        );
    }
    send(&mut connection, PING, b"still there?");
    assert_eq!(receive(&mut connection), (PONG, b"still there?".to_vec()));
    send(&mut connection, CLOSE, &NORMAL);
    assert_eq!(receive(&mut connection), (CLOSE, NORMAL.to_vec()));
    connection.is_closed();
}

/// Behind an upgrade the bytes are no longer HTTP, whatever they look like.
#[test]
fn the_limits_of_http_end_at_the_upgrade() {
    let process = specimen()
        .set("FAAS__HTTP__IDLE_TIMEOUT", "50ms")
        .set("FAAS__HTTP__HEADER_TIMEOUT", "50ms")
        .set("FAAS__HTTP__HEAD_TIMEOUT", "400ms")
        .start();
    let mut connection = upgraded(process.connect());
    send(&mut connection, TEXT, b"GET / HTTP/1.1\n");
    assert_eq!(receive(&mut connection).1, b"GET / HTTP/1.1\n");
    // eight idle timeouts pass meanwhile
    assert_eq!(process.get("/hold/never").status, 504);
    send(&mut connection, TEXT, b"still there");
    assert_eq!(receive(&mut connection).1, b"still there");
}

#[test]
fn a_plain_request_to_a_web_socket_is_the_client_s_mistake() {
    let process = specimen().start();
    let answer = process.get("/socket");
    assert!((400..500).contains(&answer.status), "{answer:?}");
}

fn upgraded(mut connection: Connection) -> Connection {
    let head = connection
        .request(
            "GET /socket
             connection: upgrade
             upgrade: websocket
             sec-websocket-version: 13
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        .head();
    assert_eq!(head.status, 101);
    // RFC 6455, section 1.3, has this pair for an example
    let accept = Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_eq!(head.header("sec-websocket-accept"), accept);
    connection
}

/// Sends one whole frame (RFC 6455, section 5.2), masked as clients have to.
fn send(connection: &mut Connection, opcode: u8, payload: &[u8]) {
    let length = u8::try_from(payload.len()).unwrap();
    assert!(length < 126, "longer ones have another form");
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let mut frame = vec![FINAL | opcode, MASKED | length];
    frame.extend(mask);
    frame.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    connection.send(frame);
}

fn receive(connection: &mut Connection) -> (u8, Vec<u8>) {
    let head = connection.take(2);
    assert_eq!((head[0] & FINAL, head[1] & MASKED), (FINAL, 0));
    (head[0] & !FINAL, connection.take(head[1].into()))
}

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const NORMAL: [u8; 2] = 1000_u16.to_be_bytes();
