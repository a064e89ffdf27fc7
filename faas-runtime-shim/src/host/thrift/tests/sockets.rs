//! Over real sockets: our own client, connections that break, and the whole port.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::call;
use crate::application::Application;
use crate::config::Configuration;
use crate::env::Env;
use crate::host::http::Phase;
use crate::host::thrift::{Port, open};
use crate::thrift::tests::kit::{Args, Declared, Done, Text, counted, of_echo, shared};
use crate::thrift::{CallError, Caller, Http, Protocol, Tcp};

/// A port that is served.
struct Served {
    address: SocketAddr,
    phase: watch::Sender<Phase>,
    task: JoinHandle<()>,
}

async fn opened(toml: &str) -> Port {
    let toml = format!("[thrift]\nlisten = \"127.0.0.1:0\"\n{toml}");
    let configuration = Configuration::from_toml(&toml, "faas.toml").unwrap();
    open(&configuration, &no_env()).await.unwrap()
}

fn no_env() -> Env {
    Env::from_pairs([("", ""); 0])
}

async fn served(application: &Application, toml: &str) -> Served {
    let port = opened(toml).await;
    let address = port.address;
    let (phase, watched) = watch::channel(Phase::Serving);
    let task = tokio::spawn(port.serve(application.clone(), watched));
    Served {
        address,
        phase,
        task,
    }
}

fn args(text: &str) -> Args {
    Text(text.to_owned())
}

async fn within<F: Future>(work: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(60), work)
        .await
        .expect("it does not hang")
}

#[tokio::test]
async fn our_own_client_in_every_framing_and_protocol() {
    let application = of_echo().await;
    let served = served(&application, "").await;
    let peer = served.address.to_string();
    let shared = shared(&application);
    for framed in [Tcp::framed, Tcp::buffered, Tcp::tt_header] {
        for protocol in [Protocol::Binary, Protocol::Compact] {
            for service in [None, Some("Echo")] {
                let mut transport = framed(peer.clone().into_boxed_str()).protocol(protocol);
                if let Some(service) = service {
                    transport = transport.service(service);
                }
                let caller = Caller::new(transport);
                let long = "x".repeat(100_000);
                for text in ["one", "two", &long] {
                    let said: Done = within(caller.call("say", &args(text))).await.unwrap();
                    assert_eq!(said.0, format!("Echo: {text}"));
                }
                let raised: Declared = within(caller.call("raise", &args("gone"))).await.unwrap();
                assert_eq!(raised.0, "gone");
                let failed = within(caller.call::<_, Done>("fail", &args(""))).await;
                assert!(
                    matches!(&failed, Err(CallError::Application { message, .. }) if message == "internal error"),
                    "{failed:?}"
                );
                within(caller.oneway("touch", &args(""))).await.unwrap();
                let said: Done = within(caller.call("say", &args("last"))).await.unwrap();
                assert_eq!(said.0, "Echo: last");
            }
        }
    }
    assert_eq!(shared.touched.load(Ordering::SeqCst), 12);
    served.phase.send_replace(Phase::Draining);
    within(served.task).await.unwrap();
}

#[tokio::test]
async fn a_header_tells_how_long_the_client_waits() {
    let application = of_echo().await;
    let served = served(&application, "").await;
    let transport = Tcp::tt_header(served.address.to_string()).timeout(Duration::from_secs(40));
    let caller = Caller::new(transport);
    let told: Done = within(caller.call("told", &args(""))).await.unwrap();
    assert!(told.0.contains(" Some(40s) "), "{told:?}");
    assert!(told.0.ends_with(" Some(127.0.0.1)"), "{told:?}");
}

#[tokio::test]
async fn no_answer_in_time_and_no_server_are_told_apart() {
    let application = of_echo().await;
    let served = served(&application, "").await;
    let patience = Duration::from_millis(1);
    let caller = Caller::new(Tcp::framed(served.address.to_string()).timeout(patience));
    let late = within(caller.call::<_, Done>("wait", &args(""))).await;
    assert!(
        matches!(late, Err(CallError::TimedOut { after }) if after == patience),
        "{late:?}"
    );
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let caller = Caller::new(Tcp::framed(peer));
    let refused = within(caller.call::<_, Done>("say", &args(""))).await;
    assert!(
        matches!(refused, Err(CallError::Unreachable { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_not_used_again() {
    let application = of_echo().await;
    let first = served(&application, "").await;
    let caller = Caller::new(Tcp::framed(first.address.to_string()));
    let said: Done = within(caller.call("say", &args("one"))).await.unwrap();
    assert_eq!(said.0, "Echo: one");
    first.phase.send_replace(Phase::Draining);
    within(first.task).await.unwrap();
    let listener = TcpListener::bind(first.address).await.unwrap();
    let answering = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut question = vec![0; call("say", "two").len()];
        stream.read_exact(&mut question).await.unwrap();
        // an answer cut short
        stream.write_all(&question[..10]).await.unwrap();
    };
    let second = args("two");
    let calling = caller.call::<_, Done>("say", &second);
    let ((), answer) = within(async { tokio::join!(answering, calling) }).await;
    assert!(
        matches!(answer, Err(CallError::Broken { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_client_that_breaks_off_gives_its_call_up() {
    let application = of_echo().await;
    let shared = shared(&application);
    let served = served(&application, "").await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(&call("wait", "")).await.unwrap();
    within(shared.begun(1)).await;
    stream.set_zero_linger().unwrap();
    drop(stream);
    within(application.idle()).await;
    assert_eq!(shared.dropped.load(Ordering::SeqCst), 1);
    assert_eq!(counted(&application, "echo", "cancelled"), 1);
}

#[tokio::test]
async fn one_connection_more_than_there_is_room_for_is_closed() {
    let application = of_echo().await;
    let served = served(&application, "max_connections = 1").await;
    let caller = Caller::new(Tcp::framed(served.address.to_string()));
    let _: Done = within(caller.call("say", &args(""))).await.unwrap();
    let mut second = TcpStream::connect(served.address).await.unwrap();
    let mut said = Vec::new();
    let end = within(second.read_to_end(&mut said)).await;
    assert!(end.is_err() || said.is_empty());
    let _: Done = within(caller.call("say", &args(""))).await.unwrap();
}

#[tokio::test]
async fn a_drain_closes_the_port_and_an_end_all_connections() {
    let application = of_echo().await;
    let shared = shared(&application);
    let served = served(&application, "").await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(&call("wait", "")).await.unwrap();
    within(shared.begun(1)).await;
    served.phase.send_replace(Phase::Draining);
    // the listener is closed before anything else
    while TcpStream::connect(served.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!served.task.is_finished());
    served.phase.send_replace(Phase::Ending);
    within(served.task).await.unwrap();
    let mut said = Vec::new();
    let _ = within(stream.read_to_end(&mut said)).await;
    assert!(said.is_empty());
    within(application.idle()).await;
    assert_eq!(shared.dropped.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_the_section_says() {
    let env = no_env();
    for (toml, expected) in [
        ("listen = \"nowhere\"", "[thrift] listen is `nowhere`"),
        ("max_frame = \"many\"", "thrift.max_frame"),
    ] {
        let toml = format!("[thrift]\n{toml}");
        let configuration = Configuration::from_toml(&toml, "faas.toml").unwrap();
        let error = open(&configuration, &env).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let taken = opened("").await;
    let toml = format!("[thrift]\nlisten = \"{}\"", taken.address);
    let configuration = Configuration::from_toml(&toml, "faas.toml").unwrap();
    let error = open(&configuration, &env).await.unwrap_err().to_string();
    assert!(error.contains("FAAS__THRIFT__LISTEN"), "{error}");
}

#[tokio::test]
async fn over_http() {
    // a server of one answer each, since the host's own stands elsewhere
    let application = of_echo().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/rpc/Echo", listener.local_addr().unwrap());
    let policy = crate::host::instance::policy(&crate::host::settings::HttpSection::default());
    let (phase, watched) = watch::channel(Phase::Serving);
    let door = crate::host::door::Door::new(application.clone(), Duration::from_secs(30), None);
    let task = tokio::spawn(crate::host::http::serve(listener, policy, door, watched));
    for protocol in [Protocol::Binary, Protocol::Compact] {
        let caller = Caller::new(Http::new(&url).unwrap().protocol(protocol));
        let long = "x".repeat(60_000);
        for text in ["one", &long] {
            let said: Done = within(caller.call("say", &args(text))).await.unwrap();
            assert_eq!(said.0, format!("Echo: {text}"));
        }
        within(caller.oneway("touch", &args(""))).await.unwrap();
        let failed = within(caller.call::<_, Done>("fail", &args(""))).await;
        assert!(
            matches!(failed, Err(CallError::Application { .. })),
            "{failed:?}"
        );
        let large = "x".repeat(70_000);
        let refused = within(caller.call::<_, Done>("say", &args(&large))).await;
        assert!(
            matches!(refused, Err(CallError::Malformed { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(shared(&application).touched.load(Ordering::SeqCst), 2);
    phase.send_replace(Phase::Draining);
    within(task).await.unwrap();
    let elsewhere = Http::new("https://shop.example/");
    assert!(elsewhere.is_err());
}

#[cfg(feature = "sink")]
#[tokio::test]
async fn an_answer_over_http_that_is_too_long_is_called_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/thrift", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 1024];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        let size = 20 * 1024 * 1024;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // the client does not read all of it
        let _ = stream.write_all(&vec![0x80; size]).await;
    });
    let caller = Caller::new(Http::new(&url).unwrap());
    let error = within(caller.call::<_, Done>("say", &args("")))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("20971520 bytes") && text.contains("the limit of 16777216"),
        "{text}"
    );
    within(serving).await.unwrap();
}
