//! A real fault: the database is stopped and started again while a server delivers.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::json;
use server::clock::{Clock, SystemClock};

use crate::{
    cluster::{Restartable, Stop},
    log::Log,
    process::{PEOPLE, Server, done, settle_and_count, until},
    sink::to_all,
};

/// What the server answers when it is asked how it is.
fn health(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let ask = format!("GET /api/health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_restarts_stops_nothing_for_long_and_loses_nothing() {
    let Some(mut postgres) = Restartable::start() else {
        return;
    };
    let mut log = Log::at(&postgres.url(), None).await;
    log.now = SystemClock.now();
    let message = to_all(
        "m",
        PEOPLE,
        |n| json!([{"device": "inbox"}, {"device": "email", "address": format!("p{n}@nomail.com")}]),
    );
    let id = log.put(&message).await;
    let mut server = Server::start(&postgres.url());
    let address = server.address();
    let mut before = 0;
    for how in [Stop::Fast, Stop::Immediate, Stop::Fast] {
        until("it hands something over", async || {
            done(&log, id).await > before + 300
        })
        .await;
        postgres.stop(how);
        let answer = health(&address);
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        postgres.start_again();
        until("the server is well again", async || {
            health(&address).starts_with("HTTP/1.1 200")
        })
        .await;
        before = done(&log, id).await;
    }
    assert!(
        (before as usize) < 2 * PEOPLE,
        "it was done before the last"
    );
    until("it goes on by itself", async || {
        done(&log, id).await > before
    })
    .await;
    assert!(server.stop(), "it ended well");
    settle_and_count(log, id).await;
}
