//! Connections that stop being HTTP/1: HTTP/2 from the first byte, upgrades and tunnels from an answer on.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{LONG, Talk, Violation, serve, through_closing_pipe, through_pipe};

/// Not HTTP/1 in any way.
const NOISE: &[u8] = b"GET / HTTP/1.1\nTransfer-Encoding: x\n\n\0\r\x80 ";

#[tokio::test]
async fn http2_with_prior_knowledge() {
    // RFC 9113, sections 3.4 and 4.1: preface, empty SETTINGS, HEADERS of stream 1 that end it.
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    // RFC 7541, appendix A: `:method GET`, `:scheme http`, `:path /`; `:authority a` as a literal.
    let block = [0x82, 0x86, 0x84, 0x41, 1, b'a'];
    bytes.extend([0, 0, 6, 1, 5, 0, 0, 0, 1]);
    bytes.extend(block);
    for width in [1, 5, 23, 24, 25, 4096] {
        let (near, far) = tokio::io::duplex(width);
        let (mut reader, mut writer) = tokio::io::split(near);
        let (answered, stop) = tokio::sync::oneshot::channel::<()>();
        let send = async {
            writer.write_all(&bytes).await.unwrap();
            stop.await.unwrap();
            writer.shutdown().await.unwrap();
        };
        let receive = async {
            // Until the answer's DATA frame: behind a header of nine bytes, of type 0.
            let payload = loop {
                let mut header = [0; 9];
                reader.read_exact(&mut header).await.unwrap();
                let mut payload = vec![0; usize::from(header[2])];
                reader.read_exact(&mut payload).await.unwrap();
                if header[3] == 0 {
                    break payload;
                }
            };
            answered.send(()).unwrap();
            reader.read_to_end(&mut Vec::new()).await.unwrap();
            payload
        };
        let ((), payload, talk) = tokio::join!(send, receive, serve(far, LONG));
        assert_eq!(payload, b"ok");
        assert_eq!(talk.calls, ["GET http://a/"]);
        assert_eq!(talk.violation, None);
    }
}

#[tokio::test]
async fn almost_http2() {
    for bytes in [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r",
        "PRI * HTTP/2.0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.1\r\n\r\n",
        "PRIX",
        "PRI",
    ] {
        for width in [1, 24, 4096] {
            let talk = through_closing_pipe(bytes.as_bytes(), width).await;
            assert_eq!(talk.calls, [""; 0], "{bytes:?}");
            assert!(!talk.statuses().contains(&200), "{bytes:?}");
        }
    }
    for bytes in [
        "P / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "PRI * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ] {
        let talk = through_pipe(bytes.as_bytes(), 1).await;
        assert_eq!(talk.statuses(), [200], "{bytes:?}");
    }
}

async fn echoed(request: &str) {
    for width in [1, 7, 4096] {
        let (mut near, far) = tokio::io::duplex(width);
        let ask = async {
            near.write_all(request.as_bytes()).await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(near.read_u8().await.unwrap());
            }
            let (mut reader, mut writer) = tokio::io::split(near);
            let send = async {
                writer.write_all(NOISE).await.unwrap();
                writer.shutdown().await.unwrap();
            };
            let mut answer = Vec::new();
            let (read, ()) = tokio::join!(reader.read_to_end(&mut answer), send);
            read.unwrap();
            answer
        };
        let (answer, talk) = tokio::join!(ask, serve(far, LONG));
        assert_eq!(answer, NOISE, "{request:?}");
        assert_eq!(talk.violation, None);
    }
}

#[tokio::test]
async fn upgrades() {
    echoed("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: noise\r\n\r\n")
        .await;
}

#[tokio::test]
async fn tunnels() {
    echoed("CONNECT tunnel:1 HTTP/1.1\r\nHost: tunnel:1\r\n\r\n").await;
}

#[tokio::test]
async fn upgrades_that_are_not_granted() {
    let bad = "GET /smuggled HTTP/1.1\r\n\r\n";
    for (request, status) in [
        (
            "GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: noise\r\n\r\n",
            200,
        ),
        ("CONNECT forbidden:1 HTTP/1.1\r\nHost: a\r\n\r\n", 403),
    ] {
        let (mut near, far) = tokio::io::duplex(4096);
        let ask = async {
            near.write_all(request.as_bytes()).await.unwrap();
            // Only when the answer has come: by then the service has told its status.
            let mut answers = vec![near.read_u8().await.unwrap()];
            near.write_all(bad.as_bytes()).await.unwrap();
            near.read_to_end(&mut answers).await.unwrap();
            answers
        };
        let (answers, talk) = tokio::join!(ask, serve(far, LONG));
        let talk = Talk { answers, ..talk };
        assert_eq!(talk.statuses(), [status, 400], "{request:?}");
        assert_eq!(talk.violation, Some(Violation::NoHost), "{request:?}");
        assert_eq!(talk.calls.len(), 1, "{request:?}");
    }
}
