//! A cancel as people do it: over HTTP, to real servers that deliver at the same time, and a relay that notes when it
//! got each letter.

use std::time::Instant;

use serde_json::{Value, json};
use server::{
    auth::password,
    clock::{Clock, SystemClock},
    store::users,
};
use shared::{
    delivery::Device,
    message::{CanceledDevice, MessageId, MessageStatus},
    session::Role,
};

use crate::{
    log::Log,
    post::Post,
    process::{Server, until, url},
    sink::{counts, mails},
};

const ROUNDS: usize = 50;

/// More than the servers take in hand at once, so that a cancel finds something to stop.
const PEOPLE: usize = 300;

/// Letters to others, after a cancel: while these go out, the canceled ones would.
const OTHERS: usize = 20;

const PASSWORD: &str = "correct horse battery";

/// Servers on one database, and somebody who is signed in.
struct Servers {
    http: reqwest::Client,
    addresses: Vec<String>,
    cookie: String,
    _running: Vec<Server>,
}

impl Servers {
    async fn start(log: &Log, post: &Post, count: usize) -> Servers {
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let hash = password::hash(PASSWORD).unwrap();
        users::add(&log.db, "ada", Role::Admin, &hash, log.now)
            .await
            .unwrap();
        let port = post.port.to_string();
        let settings = [
            ["--email", "smtp"],
            ["--smtp-host", "127.0.0.1"],
            ["--smtp-port", &port],
            ["--smtp-tls", "none"],
            ["--email-from", "alerts@district.example"],
        ];
        let mut running: Vec<Server> = (0..count)
            .map(|_| Server::with(&url(&log.db), &settings.concat()))
            .collect();
        let addresses: Vec<String> = running.iter_mut().map(Server::address).collect();
        let http = reqwest::Client::new();
        let account = json!({"name": "ada", "password": PASSWORD});
        let door = format!("http://{}/api/session", addresses[0]);
        let answer = http.post(door).json(&account).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        Servers {
            http,
            cookie: cookie.split(';').next().unwrap().to_owned(),
            addresses,
            _running: running,
        }
    }

    /// Cancels at one of the servers; answers its status, what it says, and when it was there.
    async fn cancel(&self, round: usize, id: MessageId) -> (u16, Value, Instant) {
        let address = &self.addresses[round % self.addresses.len()];
        let path = format!("http://{address}/api/messages/{id}/cancel");
        let request = self.http.post(path).header("cookie", &self.cookie);
        let answer = request.json(&json!({})).send().await.unwrap();
        let at = Instant::now();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap(), at)
    }
}

/// In each round somebody cancels, at another moment of the delivery. What the relay gets in all is exactly what the
/// cancel counted as gone and in flight; what it gets after the answer is no more than was in flight.
async fn canceled_at_servers(mut log: Log, servers: usize) {
    log.now = SystemClock.now();
    let post = Post::start().await;
    let servers = Servers::start(&log, &post, servers).await;
    let (mut cut_short, mut after_the_answer) = (0, 0);
    for round in 0..ROUNDS {
        log.now = SystemClock.now();
        let id = log.put(&mails(&format!("round {round}"), PEOPLE)).await;
        until("it is under way", async || {
            post.times(id).len() >= round * 4
        })
        .await;
        let (status, answer, at) = servers.cancel(round, id).await;
        let settled = async || counts(&log, id, Device::Email).await[1] == 0;
        if status != 200 {
            assert_eq!(status, 409, "{answer}");
            until("the last receipt", settled).await;
            assert_eq!(post.times(id).len(), PEOPLE);
            continue;
        }
        assert_eq!(answer["message"]["status"], "canceled");
        let cut: Vec<CanceledDevice> =
            serde_json::from_value(answer["cancellation"]["devices"].clone()).unwrap();
        let [cut] = cut[..] else {
            panic!("one device: {cut:?}")
        };
        assert_eq!((cut.gone + cut.in_flight + cut.stopped) as usize, PEOPLE);
        let others = log.put(&mails(&format!("others {round}"), OTHERS)).await;
        until("the others are served", async || {
            post.times(others).len() == OTHERS
        })
        .await;
        until("what was in flight is settled", settled).await;
        let times = post.times(id);
        let late = times.iter().filter(|time| **time > at).count();
        assert_eq!(
            times.len(),
            (cut.gone + cut.in_flight) as usize,
            "round {round}: {cut:?}, {late} of them after the answer"
        );
        assert!(late <= cut.in_flight as usize, "round {round}: {cut:?}");
        cut_short += usize::from(cut.stopped > 0);
        after_the_answer += late;
        let status = log.detail(id).await.message.row.status;
        assert_eq!(status, MessageStatus::Canceled);
    }
    assert!(
        cut_short > ROUNDS / 2,
        "only {cut_short} rounds were cut short"
    );
    assert!(
        after_the_answer > 0,
        "no cancel was answered while letters were in flight"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_servers_answer_only_what_was_in_flight_is_handed_over_on_sqlite() {
    canceled_at_servers(Log::sqlite().await, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_one_of_two_servers_answers_only_what_was_in_flight_is_handed_over_on_postgres() {
    if let Some(log) = Log::postgres().await {
        canceled_at_servers(log, 2).await;
    }
}
