//! A provider that records what it is handed, and a dispatcher over it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{
    clock::{FixedClock, SharedClock},
    delivery::{
        Dispatcher, Route, Routes, Rules, Step,
        providers::{
            Answer, HandOver, Provider, Recall,
            sandbox::{Pace, Sandbox},
        },
    },
    outcome::{AfterSilence, DeliveryKey, InFlight, Outcome},
    store::Database,
};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
    message::MessageId,
};

use crate::log::{Log, line, message, with};

/// What a sink answers.
pub type Reply = Box<dyn Fn(&HandOver) -> Answer + Send + Sync>;

/// What it says where something is to be taken back.
pub type Recalls = Box<dyn Fn(u32) -> Recall + Send + Sync>;

/// Records every hand-over, and every recall.
pub struct Sink {
    pub handed: Mutex<Vec<DeliveryKey>>,
    pub reply: Mutex<Reply>,
    pub recalled: Mutex<Vec<u32>>,
    pub recalls: Mutex<Recalls>,
    pub after_silence: AfterSilence,
    pub batch: u32,
}

impl Sink {
    pub fn new(batch: u32) -> Arc<Self> {
        Arc::new(Sink {
            handed: Mutex::default(),
            reply: Mutex::new(Box::new(|_| taken(Outcome::of(DeliveryStatus::Sent)))),
            recalled: Mutex::default(),
            recalls: Mutex::new(Box::new(|_| Recall::Cannot)),
            after_silence: AfterSilence::Wait,
            batch,
        })
    }

    pub fn replies(&self, reply: impl Fn(&HandOver) -> Answer + Send + Sync + 'static) {
        *self.reply.lock().unwrap() = Box::new(reply);
    }

    pub fn takes_back(&self, recalls: impl Fn(u32) -> Recall + Send + Sync + 'static) {
        *self.recalls.lock().unwrap() = Box::new(recalls);
    }

    /// What it was asked to give back, in order, since it was last asked here.
    pub fn recalled(&self) -> Vec<u32> {
        let mut recalled = std::mem::take(&mut *self.recalled.lock().unwrap());
        recalled.sort_unstable();
        recalled
    }

    pub fn handed(&self) -> Vec<DeliveryKey> {
        self.handed.lock().unwrap().clone()
    }

    pub fn numbers(&self, message: MessageId) -> Vec<u32> {
        let handed = self.handed();
        let of = handed.iter().filter(|key| key.message == message);
        of.map(|key| key.number).collect()
    }
}

#[async_trait]
impl Provider for Sink {
    fn name(&self) -> &'static str {
        "sink"
    }

    fn batch(&self) -> u32 {
        self.batch
    }

    fn after_silence(&self) -> AfterSilence {
        self.after_silence
    }

    async fn hand_over(&self, batch: &[HandOver]) -> Vec<Answer> {
        let mut handed = self.handed.lock().unwrap();
        handed.extend(batch.iter().map(HandOver::key));
        let reply = self.reply.lock().unwrap();
        batch.iter().map(&*reply).collect()
    }

    async fn recall(&self, in_flight: &InFlight) -> Recall {
        let number = in_flight.key.number;
        self.recalled.lock().unwrap().push(number);
        (self.recalls.lock().unwrap())(number)
    }
}

pub fn taken(outcome: Outcome) -> Answer {
    Answer::Taken {
        provider_id: None,
        outcome,
        ask_after: None,
    }
}

pub fn later(reason: &str) -> Answer {
    Answer::Later {
        reason: reason.to_owned(),
        after: None,
    }
}

/// Everything to `sink`.
pub fn routes(clock: &SharedClock, sink: &Arc<Sink>) -> Routes {
    let to_sink = || Route::to(sink.clone());
    Routes {
        inbox: to_sink(),
        email: to_sink(),
        voice: to_sink(),
        text: to_sink(),
        sandbox: Route::to(Arc::new(Sandbox::new(clock.clone(), Pace::AtOnce))),
    }
}

/// A dispatcher that hands everything to `sink`.
pub fn dispatcher(
    db: &Database,
    clock: &Arc<FixedClock>,
    sink: &Arc<Sink>,
    rules: Rules,
) -> Arc<Dispatcher> {
    let clock: SharedClock = clock.clone();
    let routes = routes(&clock, sink);
    let zone = chrono_tz::America::Chicago;
    Arc::new(Dispatcher::new(db.clone(), clock, zone, routes, rules))
}

/// Steps until nothing is due any more; answers how many were handed over.
pub async fn drain(dispatcher: &Dispatcher) -> u32 {
    let mut handed = 0;
    loop {
        let mut idle = true;
        for crew in dispatcher.crews() {
            for retries in [false, true] {
                match dispatcher.step(&crew, retries).await.expect("it steps") {
                    Step::Handed(count) => {
                        handed += count;
                        idle = false;
                    }
                    Step::Again => idle = false,
                    Step::Nothing | Step::Paced(_) => {}
                }
            }
        }
        if idle {
            return handed;
        }
    }
}

/// A text message that its provider has, under a name of its own.
pub fn text_in_flight(of: &HandOver) -> Answer {
    Answer::Taken {
        provider_id: Some(format!("SM{}-{}", of.message, of.number)),
        outcome: Outcome::of_call(CallStatus(-39)),
        ask_after: None,
    }
}

/// Changes the database as no part of the server does.
pub async fn execute(db: &Database, statement: &'static str) {
    match db {
        Database::Sqlite(pool) => {
            sqlx::query(statement).execute(pool).await.unwrap();
        }
        Database::Postgres(pool) => {
            sqlx::query(statement).execute(pool).await.unwrap();
        }
    }
}

/// A text that the database holds, as it holds it.
pub async fn scalar(db: &Database, statement: &'static str) -> String {
    match db {
        Database::Sqlite(pool) => sqlx::query_scalar(statement).fetch_one(pool).await,
        Database::Postgres(pool) => sqlx::query_scalar(statement).fetch_one(pool).await,
    }
    .unwrap()
}

/// A log with a clock that stands at its time.
pub fn clock(log: &Log) -> Arc<FixedClock> {
    Arc::new(FixedClock::at(log.now))
}

/// A second way to the same database, as another process has it.
pub async fn another(db: &Database) -> Database {
    match db {
        Database::Sqlite(pool) => {
            let url = format!("sqlite:{}", pool.connect_options().get_filename().display());
            Database::connect(&url).await.unwrap()
        }
        Database::Postgres(pool) => {
            let options = (*pool.connect_options()).clone();
            Database::Postgres(sqlx::PgPool::connect_with(options).await.unwrap())
        }
    }
}

/// A message by email to so many different people.
pub fn mails(external_id: &str, people: usize) -> Value {
    to_all(
        external_id,
        people,
        |n| json!([{"device": "email", "address": format!("p{n}@nomail.com")}]),
    )
}

/// A message to so many people, each on these devices.
pub fn to_all(external_id: &str, people: usize, deliveries: impl Fn(usize) -> Value) -> Value {
    let recipients: Vec<Value> = (0..people)
        .map(|n| line(&format!("p{n}"), deliveries(n)))
        .collect();
    with(message(external_id), json!({"recipients": recipients}))
}

/// A telephone number of its own for each `n` below 10 000.
pub fn phone(n: usize) -> String {
    format!("612-555-{n:04}")
}

/// Of one device, how many deliveries stand at each status: queued, in progress, sent, failed, canceled, opted out.
pub async fn counts(log: &Log, id: MessageId, device: Device) -> [usize; 6] {
    let mut counts = [0; 6];
    let mut query = shared::delivery::RecipientQuery {
        limit: Some(500),
        ..Default::default()
    };
    loop {
        let page = log.recipients(id, &query).await;
        for delivery in page.recipients.iter().flat_map(|r| &r.deliveries) {
            if delivery.device == device && !delivery.duplicate {
                counts[delivery.status as usize] += 1;
            }
        }
        query.after = page.next_after;
        if query.after.is_none() {
            return counts;
        }
    }
}

pub const fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}
