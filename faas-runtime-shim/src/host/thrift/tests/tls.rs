//! The port behind a handshake.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::rustls::pki_types::ServerName;

use super::{Pipe, Server, call, client};
use crate::application::Application;
use crate::host::http::Phase;
use crate::host::thrift::serve;
use crate::host::tls::Tls;
use crate::host::tls::pki::Pki;
use crate::thrift::tests::kit::{Read, of_echo};

/// Serves one connection, and returns the client's end of it.
async fn connected(application: &Application, pki: &Pki) -> (TcpStream, Server) {
    let keys = [("certificate", "server.pem"), ("key", "server.key")];
    let tls = Tls::read("http.tls", &[], &pki.configuration(&keys)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    let (phase, watched) = watch::channel(Phase::Serving);
    let task = tokio::spawn(serve(accepted, tls, client(application, watched)));
    (stream, Server { phase, task })
}

#[tokio::test]
async fn as_without_it() {
    let application = of_echo().await;
    let pki = Pki::new();
    pki.issue("server");
    let (stream, server) = connected(&application, &pki).await;
    let name = ServerName::try_from("localhost").unwrap();
    let stream = pki.client(&[], None).connect(name, stream).await.unwrap();
    let mut pipe = Pipe::around(stream, server);
    for text in ["one", "two"] {
        pipe.stream.write_all(&call("say", text)).await.unwrap();
        pipe.stream.flush().await.unwrap();
        let read = pipe.read("say").await;
        assert_eq!(read, Read::Done(format!("Echo: {text}")));
    }
    pipe.server.phase.send_replace(Phase::Draining);
    assert_eq!(pipe.answer().await, None);
    pipe.server.task.await.unwrap();
}

#[tokio::test]
async fn plain_text_and_a_handshake_that_never_begins_are_closed() {
    let application = of_echo().await;
    let pki = Pki::new();
    pki.issue("server");
    let (mut stream, _server) = connected(&application, &pki).await;
    stream.write_all(&call("say", "")).await.unwrap();
    let mut said = Vec::new();
    // unread bytes reset the connection
    let _ = stream.read_to_end(&mut said).await;
    assert!(said.is_empty());
    let (mut stream, server) = connected(&application, &pki).await;
    server.phase.send_replace(Phase::Draining);
    let _ = stream.read_to_end(&mut said).await;
    assert!(said.is_empty());
}
