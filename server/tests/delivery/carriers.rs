//! Real carriers behind a server that is killed, or whose database is restarted: a mail relay and a telephone company,
//! which tell what they got.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::FutureExt;
use serde_json::json;
use server::{
    clock::{Clock, FixedClock, SharedClock, SystemClock},
    delivery::{
        Dispatcher, Route, Routes, Rules,
        providers::{
            sandbox::Pace,
            smtp::{self, Smtp, Tls},
        },
    },
    store::Database,
};
use shared::{delivery::Device, message::MessageId};
use tempfile::NamedTempFile;

use crate::{
    cluster::{Restartable, Stop},
    log::Log,
    process::{Server, done, until, url},
    relay::{Got, Relay},
    sink::{counts, drain, phone, to_all},
    twilio::{FROM, Peer, SID, TOKEN},
};

/// Each by inbox, email, call and text message.
const PEOPLE: usize = 900;

/// Letters that a server has in hand at most, and calls or text messages of one kind.
const HANDFUL: (usize, usize) = (50, 10);

/// Carriers, and what they got.
struct Carriers {
    relay: Relay,
    letters: Vec<Got>,
    peer: Peer,
    /// Where the telephone company's secret stands.
    token: NamedTempFile,
}

impl Carriers {
    async fn start() -> Option<Carriers> {
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let token = NamedTempFile::new().unwrap();
        fs::write(token.path(), TOKEN).unwrap();
        Some(Carriers {
            relay: Relay::start().await?,
            letters: Vec::new(),
            peer: Peer::start().await,
            token,
        })
    }

    /// A server that hands over to them.
    fn server(&self, url: &str) -> Server {
        let port = self.relay.port.to_string();
        let twilio = self.peer.account().base_url;
        let token = self.token.path().to_str().unwrap();
        let settings = [
            ["--email", "smtp"],
            ["--smtp-host", "127.0.0.1"],
            ["--smtp-port", &port],
            ["--smtp-tls", "none"],
            ["--email-from", "alerts@district.example"],
            ["--phone", "twilio"],
            ["--twilio-url", &twilio],
            ["--twilio-account", SID],
            ["--twilio-token-file", token],
            ["--calls-from", FROM],
            ["--texts-from", FROM],
            ["--call-rate", "10000"],
            ["--text-rate", "10000"],
        ];
        Server::with(url, &settings.concat())
    }

    /// Settles what was left of a message after the leases have run out, with a dispatcher of the test's own.
    async fn settle(&self, log: &mut Log) {
        log.now = SystemClock.now() + TimeDelta::minutes(5);
        let time = Arc::new(FixedClock::at(log.now));
        let clock: SharedClock = time.clone();
        let relay = smtp::Relay {
            host: "127.0.0.1".into(),
            port: self.relay.port,
            tls: Tls::None,
            authority: None,
            account: None,
            connections: 2,
            patience: Duration::from_secs(60),
            last_patience: Duration::from_secs(60),
        };
        let from = "alerts@district.example".parse().unwrap();
        let mut routes = Routes::sandbox(&log.db, &clock, Pace::AtOnce);
        let email = Smtp::new(relay, from, clock.clone()).unwrap();
        routes.email = Route::to(Arc::new(email));
        routes.text = Route::to(Arc::new(self.peer.phone()));
        routes.voice = routes.text.clone();
        let zone = chrono_tz::America::Chicago;
        let dispatcher = Dispatcher::new(log.db.clone(), clock, zone, routes, Rules::default());
        for _ in 0..2 {
            dispatcher.settle_silent().await.unwrap();
            drain(&dispatcher).await;
            time.advance(TimeDelta::minutes(5));
        }
        log.now = time.now();
    }

    /// How much was got by now.
    fn hand_overs(&mut self) -> usize {
        while let Some(letter) = self.relay.got().now_or_never() {
            self.letters.push(letter);
        }
        self.letters.len() + self.peer.made()
    }

    /// What was got by now, of each address or number and kind how often.
    fn got(&mut self) -> BTreeMap<(&'static str, String), usize> {
        self.hand_overs();
        let mut got = BTreeMap::new();
        for letter in &self.letters {
            *got.entry(("email", letter.to[0].clone())).or_default() += 1;
        }
        for seen in self.peer.seen() {
            let kind = match seen.path.as_str() {
                "Messages.json" => "text",
                "Calls.json" => "voice",
                _ => continue,
            };
            *got.entry((kind, seen.one("To").to_owned())).or_default() += 1;
        }
        got
    }

    /// Nobody is missing, and nobody was called or texted twice. For each time that a server was killed a handful of
    /// letters may have gone twice, under one Message-ID; and for each fault it may not be known of a handful of calls
    /// and texts whether they were made.
    async fn check(mut self, log: &Log, id: MessageId, killed: usize, faults: usize) {
        let all = |status: usize| {
            let mut counts = [0; 6];
            counts[status] = PEOPLE;
            counts
        };
        assert_eq!(counts(log, id, Device::Inbox).await, all(2));
        assert_eq!(counts(log, id, Device::Email).await, all(2));
        until("the relay has told of every letter", async || {
            let got = self.got();
            got.keys().filter(|(kind, _)| *kind == "email").count() == PEOPLE
        })
        .await;
        let got = self.got();
        let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for letter in &self.letters {
            let mut lines = letter.data.lines();
            let id = lines.find_map(|line| line.strip_prefix("Message-ID: "));
            ids.entry(&letter.to[0]).or_default().insert(id.unwrap());
        }
        assert!(ids.values().all(|ids| ids.len() == 1), "one letter, one id");
        let twice = self.letters.len() - PEOPLE;
        assert!(twice <= killed * HANDFUL.0, "{twice} letters went twice");
        let unknown = in_doubt(log, id).await;
        assert!(
            unknown.len() <= 2 * faults * HANDFUL.1,
            "{} are in doubt",
            unknown.len()
        );
        for (kind, device) in [("text", Device::Text), ("voice", Device::Voice)] {
            // Nobody reports, so all is in flight: no delivery waits, and none was given up.
            assert_eq!(counts(log, id, device).await, all(1));
            for n in 0..PEOPLE {
                let number = format!("+1612555{n:04}");
                let times = got.get(&(kind, number.clone())).copied().unwrap_or(0);
                let in_doubt = unknown.contains(&(kind.to_owned(), number.clone()));
                assert!(
                    times == 1 || (times == 0 && in_doubt),
                    "{kind} {number}: {times} times, in doubt: {in_doubt}"
                );
            }
        }
    }
}

/// The calls and texts of which nobody knows whether the telephone company has them.
async fn in_doubt(log: &Log, MessageId(id): MessageId) -> BTreeSet<(String, String)> {
    const UNKNOWN: &str = "
        select device, address_key from deliveries
        where message_id = $1 and device in ('text', 'voice') and provider_id is null";
    let rows: Vec<(String, String)> = match &log.db {
        Database::Sqlite(pool) => sqlx::query_as(UNKNOWN).bind(id).fetch_all(pool).await,
        Database::Postgres(pool) => sqlx::query_as(UNKNOWN).bind(id).fetch_all(pool).await,
    }
    .unwrap();
    rows.into_iter().collect()
}

async fn put(log: &mut Log) -> MessageId {
    log.now = SystemClock.now();
    let message = to_all("m", PEOPLE, |n| {
        json!([
            {"device": "inbox"},
            {"device": "email", "address": format!("p{n}@nomail.com")},
            {"device": "voice", "address": phone(n)},
            {"device": "text", "address": phone(n)},
        ])
    });
    log.put(&message).await
}

/// Kills a server three times while it delivers, and lets another finish its work.
async fn killed(mut log: Log) {
    let Some(mut carriers) = Carriers::start().await else {
        return;
    };
    let id = put(&mut log).await;
    let url = url(&log.db);
    for _ in 0..3 {
        let before = carriers.hand_overs();
        let mut server = carriers.server(&url);
        until("it hands something over", async || {
            carriers.hand_overs() > before + 200
        })
        .await;
        server.kill();
    }
    let got = carriers.hand_overs();
    assert!(got < 3 * PEOPLE, "it was done before it was killed");
    carriers.settle(&mut log).await;
    carriers.check(&log, id, 3, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_mid_batch_reaches_everybody_and_nobody_twice_on_sqlite() {
    killed(Log::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_mid_batch_reaches_everybody_and_nobody_twice_on_postgres() {
    if let Some(log) = Log::postgres().await {
        killed(log).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_restarts_leaves_nobody_out_and_reaches_nobody_twice() {
    let (Some(mut postgres), Some(mut carriers)) = (Restartable::start(), Carriers::start().await)
    else {
        return;
    };
    let mut log = Log::at(&postgres.url(), None).await;
    let id = put(&mut log).await;
    let mut server = carriers.server(&postgres.url());
    for how in [Stop::Fast, Stop::Immediate] {
        let before = carriers.hand_overs();
        until("it hands something over", async || {
            carriers.hand_overs() > before + 200
        })
        .await;
        postgres.stop(how);
        postgres.start_again();
        until("the database answers", async || log.db.ping().await.is_ok()).await;
    }
    let before = done(&log, id).await;
    assert!(
        (before as usize) < 4 * PEOPLE,
        "it was done before the last"
    );
    until("it goes on by itself", async || {
        done(&log, id).await > before
    })
    .await;
    assert!(server.stop(), "it ended well");
    carriers.settle(&mut log).await;
    carriers.check(&log, id, 0, 2).await;
}
