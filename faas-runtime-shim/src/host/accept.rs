//! The accept loop of a server: its limit, its drain, and what becomes of a listener that fails.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::http::Phase;

/// Accepts connections until `phase` says otherwise, and serves up to `most` at once, each by `serve` in a task of its own;
/// others are refused. Returns when all are closed.
pub(super) async fn accept<S, R>(
    listener: TcpListener,
    most: usize,
    mut phase: watch::Receiver<Phase>,
    serve: impl Fn(TcpStream, SocketAddr, OwnedSemaphorePermit) -> S,
    refuse: impl Fn(TcpStream) -> R,
) where
    S: Future<Output = ()> + Send + 'static,
    R: Future<Output = ()>,
{
    let room = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    let mut connections = JoinSet::new();
    loop {
        let accepted = {
            let accept = pin!(listener.accept());
            let change = pin!(phase.wait_for(|phase| *phase != Phase::Serving));
            match select(accept, change).await {
                Either::Left((accepted, _)) => accepted,
                Either::Right(_) => break,
            }
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => match Arc::clone(&room).try_acquire_owned() {
                Ok(permit) => {
                    // an answer is written whole, so there is nothing that waiting could join
                    let _ = stream.set_nodelay(true);
                    connections.spawn(serve(stream, peer, permit));
                }
                Err(_) => refuse(stream).await,
            },
            Err(error) => accept_failed(&error).await,
        }
    }
    drop(listener);
    let all_closed = pin!(async { while connections.join_next().await.is_some() {} });
    let ending = pin!(phase.wait_for(|phase| *phase == Phase::Ending));
    select(all_closed, ending).await;
}

/// Waits out what passes: without free descriptors `accept` fails at once, again and again.
async fn accept_failed(error: &io::Error) {
    let of_one_connection = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    );
    if !of_one_connection {
        tracing::error!("a connection could not be accepted: {error}");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
