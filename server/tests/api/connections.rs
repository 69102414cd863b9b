//! Connections of a real server: slow, oversized, too many, and told to end. Nothing here waits for a clock: the
//! limits are small, and each test waits for the server to do what it must.

use std::{future::Future, net::SocketAddr, time::Duration};

use server::{
    connections::{self, Limits},
    router::router,
};
use shared::session::Role;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use crate::app::TestApp;

/// How long the server may take over anything here.
const DEADLINE: Duration = Duration::from_secs(60);

/// A moment: what is slower than this is slow.
const MOMENT: Duration = Duration::from_millis(200);

struct Served {
    app: TestApp,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Served {
    async fn with(limits: Limits) -> Self {
        let app = TestApp::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let live = app.app.live.clone();
        let serve = connections::serve(listener, router(app.app.clone()), limits, async move {
            stopped.await.ok();
            live.end();
        });
        Served {
            app,
            address,
            stop,
            served: tokio::spawn(serve),
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends `text` and reads whatever comes until the server closes.
    async fn say(&self, text: &str) -> String {
        let mut stream = self.connect().await;
        // The server may close before it has read everything.
        stream.write_all(text.as_bytes()).await.ok();
        to_the_end(&mut stream).await
    }
}

async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    timeout(DEADLINE, work)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"))
}

/// What is still to come until the server closes. A connection that is reset has ended as well.
async fn to_the_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    soon("the server closes", stream.read_to_end(&mut bytes))
        .await
        .ok();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until the answer's head is there.
async fn head(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut piece = [0; 1024];
    while !text.contains("\r\n\r\n") {
        let read = soon("an answer comes", stream.read(&mut piece))
            .await
            .unwrap();
        assert!(read > 0, "closed after {text:?}");
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    text
}

const HEALTH: &str = "GET /api/health HTTP/1.1\r\nHost: log.test\r\n\r\n";

#[tokio::test]
async fn a_head_that_never_ends_is_given_up_and_others_are_answered_meanwhile() {
    let served = Served::with(Limits {
        head_within: MOMENT,
        ..Limits::default()
    })
    .await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut stream = served.connect().await;
        stream
            .write_all(b"GET /api/health HTTP/1.1\r\nHost: log.test\r\nX-")
            .await
            .unwrap();
        slow.push(stream);
    }
    let mut quick = served.connect().await;
    quick.write_all(HEALTH.as_bytes()).await.unwrap();
    assert!(head(&mut quick).await.starts_with("HTTP/1.1 200"));
    for stream in &mut slow {
        let said = to_the_end(stream).await;
        assert!(!said.contains("200"), "{said}");
    }
    assert_eq!(to_the_end(&mut quick).await.matches("HTTP/").count(), 0);
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let served = Served::with(Limits {
        body_silence: MOMENT,
        ..Limits::default()
    })
    .await;
    let mut stream = served.connect().await;
    stream
        .write_all(
            b"POST /api/session HTTP/1.1\r\nHost: log.test\r\nContent-Type: application/json\r\n\
              Content-Length: 100\r\n\r\n{\"name\": ",
        )
        .await
        .unwrap();
    let answer = to_the_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert!(answer.contains("could not be read to its end"), "{answer}");
}

#[tokio::test]
async fn an_oversized_head_is_refused_before_it_is_looked_at() {
    let served = Served::with(Limits::default()).await;
    let long = "x".repeat(40_000);
    let lines: String = (0..200).map(|n| format!("X-{n}: y\r\n")).collect();
    for (what, request) in [
        (
            "a long address",
            format!("GET /{long} HTTP/1.1\r\nHost: log.test\r\n\r\n"),
        ),
        (
            "a long line",
            format!("GET / HTTP/1.1\r\nHost: log.test\r\nCookie: {long}\r\n\r\n"),
        ),
        (
            "many lines",
            format!("GET / HTTP/1.1\r\nHost: log.test\r\n{lines}\r\n"),
        ),
    ] {
        let answer = served.say(&request).await;
        assert!(
            answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 414"),
            "{what}: {answer}"
        );
    }
}

#[tokio::test]
async fn what_is_no_http_and_what_two_readers_would_read_in_two_ways_is_refused() {
    let served = Served::with(Limits::default()).await;
    for request in [
        "\x16\x03\x01\x02\x00\x01\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST /api/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    ] {
        let answer = served.say(request).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{request:?}: {answer}"
        );
    }
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_no_more() {
    let served = Served::with(Limits {
        per_address: Some(2),
        ..Limits::default()
    })
    .await;
    let mut kept = Vec::new();
    for _ in 0..2 {
        let mut stream = served.connect().await;
        stream.write_all(HEALTH.as_bytes()).await.unwrap();
        assert!(head(&mut stream).await.starts_with("HTTP/1.1 200"));
        kept.push(stream);
    }
    assert_eq!(served.say(HEALTH).await, "", "the third is closed");
    drop(kept);
    soon("there is a place again", async {
        while served
            .say(&HEALTH.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
            .await
            .is_empty()
        {}
    })
    .await;
}

#[tokio::test]
async fn a_server_told_to_end_answers_what_it_has_taken_and_ends_streams() {
    let served = Served::with(Limits {
        last_words: DEADLINE,
        ..Limits::default()
    })
    .await;
    let cookie = served.app.sign_in(Role::Viewer).await;
    let mut stream = served.connect().await;
    let events = format!("GET /api/events HTTP/1.1\r\nHost: log.test\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(events.as_bytes()).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 200"));
    // Taken, but for the end of its body.
    let mut taken = served.connect().await;
    let body = r#"{"name": "viewer", "password": "wrong"}"#;
    let request = format!(
        "POST /api/session HTTP/1.1\r\nHost: log.test\r\nContent-Type: application/json\r\n\
         Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    taken.write_all(request.as_bytes()).await.unwrap();
    assert!(head(&mut taken).await.starts_with("HTTP/1.1 100"));

    served.stop.send(()).unwrap();
    to_the_end(&mut stream).await;
    taken.write_all(body.as_bytes()).await.unwrap();
    let answer = to_the_end(&mut taken).await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    soon("the server ends", served.served).await.unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test]
async fn who_takes_nothing_of_the_answers_loses_the_place() {
    let served = Served::with(Limits {
        answer_silence: MOMENT,
        at_once: 1,
        ..Limits::default()
    })
    .await;
    let cookie = served.app.sign_in(Role::Viewer).await;
    let ask =
        format!("GET /api/openapi.json HTTP/1.1\r\nhost: log.test\r\ncookie: {cookie}\r\n\r\n");
    let mut greedy = served.connect().await;
    // More is answered than any buffer between the two holds, and nobody reads it.
    let all = ask.repeat(400);
    soon("it is asked", greedy.write_all(all.as_bytes()))
        .await
        .ok();
    let health = "GET /api/health HTTP/1.1\r\nhost: log.test\r\nconnection: close\r\n\r\n";
    let answer = soon("another has the place", served.say(health)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(greedy);
}
