//! `Front` below a real hyper server: over loopback sockets, and over pipes that cut the bytes small.

mod laws;
mod passing;
mod smuggling;
mod timing;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Front, Overdue, Signals, Timeouts, Violation};

/// What came of a connection.
#[derive(Debug, Default, PartialEq)]
struct Talk {
    /// `METHOD target body` of each request that the service saw; `!` for a body that broke off.
    calls: Vec<String>,
    /// All that the client got before the server closed.
    answers: Vec<u8>,
    violation: Option<Violation>,
    overdue: Option<Overdue>,
}

impl Talk {
    /// The status of each answer.
    fn statuses(&self) -> Vec<u16> {
        let text = String::from_utf8_lossy(&self.answers);
        text.split("HTTP/1.")
            .skip(1)
            .map(|answer| answer[2..5].parse().unwrap())
            .collect()
    }
}

const LONG: Timeouts = Timeouts {
    head: Duration::from_secs(60),
    idle: Duration::from_secs(60),
    stalled: Duration::from_secs(60),
};

/// Serves one connection as the host's loop does, and notes what the service sees.
async fn serve<S>(stream: S, timeouts: Timeouts) -> Talk
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(16 * 1024);
    serve_by(&builder, stream, timeouts).await
}

async fn serve_by<S>(builder: &Builder<TokioExecutor>, stream: S, timeouts: Timeouts) -> Talk
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let calls = Arc::new(Mutex::new(Vec::new()));
    let (front, watch) = Front::new(stream);
    let signals = watch.signals();
    let service = {
        let calls = Arc::clone(&calls);
        service_fn(move |request| answer(Arc::clone(&calls), signals.clone(), request))
    };
    let mut connection =
        Box::pin(builder.serve_connection_with_upgrades(TokioIo::new(front), service));
    let overdue = tokio::select! {
        _ = connection.as_mut() => None,
        overdue = watch.overdue(timeouts) => Some(overdue),
    };
    drop(connection);
    let violation = watch.violation();
    match overdue {
        Some(_) => watch.time_out().await,
        None => watch.close().await,
    }
    let calls = std::mem::take(&mut *calls.lock().unwrap());
    Talk {
        calls,
        answers: Vec::new(),
        violation,
        overdue,
    }
}

async fn answer(
    calls: Arc<Mutex<Vec<String>>>,
    signals: Signals,
    mut request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let answering = signals.answer();
    let call = format!("{} {}", request.method(), request.uri());
    let mut response = Response::new(Full::new(Bytes::from_static(b"ok")));
    match request.uri().path() {
        "/slow" => tokio::time::sleep(Duration::from_secs(1000)).await,
        "/upgrade" => *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS,
        _ if call == "CONNECT forbidden:1" => *response.status_mut() = StatusCode::FORBIDDEN,
        _ => {}
    }
    signals.status(request.method(), response.status());
    if response.status() == StatusCode::SWITCHING_PROTOCOLS || call.starts_with("CONNECT tunnel") {
        tokio::spawn(echo(hyper::upgrade::on(&mut request)));
    }
    if request.uri().path() == "/unread" {
        calls.lock().unwrap().push(call);
    } else {
        let body = request.into_body().collect().await;
        let body = body.map_or(Bytes::from_static(b"!"), |body| body.to_bytes());
        let body = String::from_utf8_lossy(&body).into_owned();
        calls.lock().unwrap().push(match body.is_empty() {
            true => call,
            false => format!("{call} {body}"),
        });
    }
    drop(answering);
    Ok(response)
}

async fn echo(upgrade: hyper::upgrade::OnUpgrade) {
    let mut upgraded = TokioIo::new(upgrade.await.unwrap());
    let mut bytes = [0; 64];
    loop {
        let count = upgraded.read(&mut bytes).await.unwrap();
        if count == 0 {
            return;
        }
        upgraded.write_all(&bytes[..count]).await.unwrap();
    }
}

/// Sends all bytes and reads to the end, which the server makes.
async fn client<S: AsyncRead + AsyncWrite>(stream: S, bytes: &[u8]) -> Vec<u8> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    // The server may close before the last byte.
    let send = async { drop(writer.write_all(bytes).await) };
    let mut answers = Vec::new();
    let receive = reader.read_to_end(&mut answers);
    let ((), received) = tokio::join!(send, receive);
    received.unwrap();
    answers
}

/// Talks through a pipe that holds so many bytes, so that the server reads no more at once.
async fn through_pipe(bytes: &[u8], width: usize) -> Talk {
    let (near, far) = tokio::io::duplex(width);
    let (answers, talk) = tokio::join!(client(near, bytes), serve(far, LONG));
    Talk { answers, ..talk }
}

/// The same for bytes that may leave the server waiting for more: the client says that there are none.
async fn through_closing_pipe(bytes: &[u8], width: usize) -> Talk {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().half_close(true);
    let (near, far) = tokio::io::duplex(width);
    let (mut reader, mut writer) = tokio::io::split(near);
    let send = async {
        if writer.write_all(bytes).await.is_ok() {
            writer.shutdown().await.unwrap();
        }
    };
    let mut answers = Vec::new();
    let receive = reader.read_to_end(&mut answers);
    let ((), received, talk) = tokio::join!(send, receive, serve_by(&builder, far, LONG));
    received.unwrap();
    Talk { answers, ..talk }
}

/// Talks over a socket, all bytes in one write.
async fn through_socket(bytes: &[u8]) -> Talk {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = async { serve(listener.accept().await.unwrap().0, LONG).await };
    let client = async { client(TcpStream::connect(address).await.unwrap(), bytes).await };
    let (answers, talk) = tokio::join!(client, server);
    Talk { answers, ..talk }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap().block_on(future)
}
