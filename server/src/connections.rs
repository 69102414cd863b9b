//! Connections: how many there may be, how slow they may be, and how they end.
//!
//! Whoever opens connections and says little on them (slow heads, slow bodies) or takes nothing of what is answered loses
//! each after a while, and holds but a share of them meanwhile. A head that is too large or has too many lines is answered 431 before
//! anything of it is looked at; so much for hyper. What a handler takes of a body is the handler's business
//! ([`extract`](crate::extract)).

use std::{
    collections::HashMap,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tower::ServiceExt;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// What one connection, and all of them together, may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long the head of a request may take, counted from when one is waited for: an idle connection ends too.
    pub head_within: Duration,
    /// The most bytes of a head, request line included. At least 8192.
    pub head_bytes: usize,
    /// The most lines of a head.
    pub head_lines: usize,
    /// How long a body may say nothing.
    pub body_silence: Duration,
    /// How long whoever is answered may take nothing of it.
    pub answer_silence: Duration,
    /// Connections at once. Further ones wait until one ends.
    pub at_once: usize,
    /// Connections at once from one address; further ones are closed. `None` behind a proxy, whose they all are.
    pub per_address: Option<usize>,
    /// How long requests may go on after the server is told to stop.
    pub last_words: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            head_within: Duration::from_secs(30),
            head_bytes: 16 * 1024,
            head_lines: 100,
            body_silence: Duration::from_secs(20),
            answer_silence: Duration::from_secs(60),
            at_once: 4096,
            per_address: Some(512),
            last_words: Duration::from_secs(10),
        }
    }
}

mod patient;

use patient::Patient;

/// How long to wait where no connection can be taken, such as for want of file descriptors.
const OUT_OF_BREATH: Duration = Duration::from_millis(500);

/// Answers until `stop` is done; then takes no new request, and lets those that were taken end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let router = router.layer(RequestBodyTimeoutLayer::new(limits.body_silence));
    let graceful = GracefulShutdown::new();
    let turns = Arc::new(Semaphore::new(limits.at_once));
    let callers = Arc::new(Callers::default());
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let turn = turns.clone().acquire_owned().await;
            (turn, accept(&listener).await)
        };
        let (turn, (stream, peer)) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let Some(place) = callers.enter(peer.ip(), limits.per_address) else {
            continue;
        };
        // Small answers would wait for each other. Where it fails they do.
        stream.set_nodelay(true).ok();
        let connection = graceful.watch(head(&limits).serve_connection(
            TokioIo::new(Patient::new(stream, limits.answer_silence)),
            service_fn({
                let router = router.clone();
                move |mut request: Request<Incoming>| {
                    request.extensions_mut().insert(ConnectInfo(peer));
                    router.clone().oneshot(request)
                }
            }),
        ));
        tokio::spawn(async move {
            let _held = (turn, place);
            if let Err(error) = connection.await {
                tracing::debug!(error = %error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if timeout(limits.last_words, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests took too long to end, and were cut off");
    }
}

fn head(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .max_buf_size(limits.head_bytes)
        .max_headers(limits.head_lines);
    builder
}

/// The next connection. What ends before it began is no matter.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_the_callers(&error) => {}
            Err(error) => {
                tracing::warn!(error = %error, "no connection can be taken");
                sleep(OUT_OF_BREATH).await;
            }
        }
    }
}

fn is_the_callers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// How many connections each address has.
#[derive(Debug, Default)]
struct Callers(Mutex<HashMap<IpAddr, usize>>);

impl Callers {
    /// A place for one more; `None` where the address has as many as it may.
    fn enter(self: &Arc<Self>, address: IpAddr, most: Option<usize>) -> Option<Place> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(address).or_default();
        if most.is_some_and(|most| *count >= most) {
            return None;
        }
        *count += 1;
        Some(Place {
            callers: self.clone(),
            address,
        })
    }
}

/// One connection's place, given back when it is dropped.
struct Place {
    callers: Arc<Callers>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self
            .callers
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_its_places_back() {
        let callers = Arc::new(Callers::default());
        let home: IpAddr = "127.0.0.1".parse().unwrap();
        let first = callers.enter(home, Some(1));
        assert!(first.is_some());
        assert!(callers.enter(home, Some(1)).is_none());
        assert!(
            callers
                .enter("10.0.0.1".parse().unwrap(), Some(1))
                .is_some()
        );
        drop(first);
        assert!(callers.enter(home, Some(1)).is_some());
        assert!(callers.0.lock().unwrap().is_empty(), "nothing is kept");
    }
}
