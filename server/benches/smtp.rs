//! What handing email over costs beside a bare lettre loop to the same sink. Run by `cargo xtask bench`, or
//! `cargo bench -p server --bench smtp`. Ratios count; the figures are this machine's.

use std::{
    io::{BufRead, BufReader, Write},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use lettre::{
    Message,
    message::{Mailbox, MultiPart},
    transport::smtp::{client::AsyncSmtpConnection, extension::ClientId},
};
use server::{
    clock::{Clock, FixedClock},
    content::Content,
    delivery::{
        Dispatcher, Hold, Route, Routes, Rules, Step,
        providers::{
            Answer, HandOver, Provider,
            sandbox::Pace,
            smtp::{Relay, Smtp, Tls},
        },
    },
    entry::import,
    store::{Database, District},
};
use shared::{delivery::Device, message::MessageId};
use tokio::net::TcpStream;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Letters a round.
const LETTERS: u32 = 1000;

const ROUNDS: usize = 7;

const FROM: &str = "District <alerts@district.example>";

const HTML: &str = "<p>School is <b>closed</b> tomorrow because of the weather.</p>";

const TEXT: &str = "School is closed tomorrow because of the weather.";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // On a thread of its own: as a task beside ours it would answer before the letter has left the processor, and
    // the three would be told apart by which thread woke which.
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || sink(&stream));
        }
    });
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at("2020-01-31T22:00:00Z".parse()?));
    let smtp = Arc::new(provider(port, &clock)?);
    let folder = tempfile::tempdir()?;
    let (mut bare, mut handed, mut dispatched) = (vec![], vec![], vec![]);
    for round in 0..=ROUNDS {
        let url = format!("sqlite:{}/{round}.db", folder.path().display());
        let dispatcher = Arc::new(dispatcher(&url, &clock, provider(port, &clock)?).await?);
        let times = [
            tokio::spawn(lettre_loop(port)).await??,
            tokio::spawn(hand_over(smtp.clone())).await??,
            tokio::spawn(dispatch(dispatcher)).await??,
        ];
        // The first round warms up.
        if round > 0 {
            bare.push(times[0]);
            handed.push(times[1]);
            dispatched.push(times[2]);
        }
    }
    let base = median(&mut bare);
    println!("{LETTERS} letters over one connection, median of {ROUNDS}, and × the bare loop");
    let line = |what: &str, times: &mut [Duration]| {
        let time = median(times);
        let ratio = time.as_secs_f64() / base.as_secs_f64();
        println!(
            "  {what:32} {:7.1} ms  {ratio:.2} ×",
            time.as_secs_f64() * 1000.0
        );
    };
    line("a bare lettre loop", &mut bare);
    line("the provider alone", &mut handed);
    line("dispatched from SQLite", &mut dispatched);
    Ok(())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// What anybody would write with lettre: build, send, next.
async fn lettre_loop(port: u16) -> Result<Duration, Failure> {
    let hello = ClientId::default();
    let begun = Instant::now();
    // lettre's own connections wait for each letter's last line to be acknowledged, some 40 ms a letter here:
    // beside that there would be nothing to measure.
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let mut connection =
        AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await?;
    let from: Mailbox = FROM.parse()?;
    for number in 0..LETTERS {
        let parts = MultiPart::alternative_plain_html(TEXT.to_owned(), HTML.to_owned());
        let letter = Message::builder()
            .from(from.clone())
            .to(format!("Parent <p{number}@nomail.com>").parse()?)
            .subject("Closed tomorrow")
            .message_id(None)
            .multipart(parts)?;
        connection
            .send(letter.envelope(), &letter.formatted())
            .await?;
    }
    Ok(begun.elapsed())
}

fn provider(port: u16, clock: &Arc<dyn Clock>) -> Result<Smtp, Failure> {
    let relay = Relay {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        authority: None,
        account: None,
        connections: 1,
        patience: Duration::from_secs(60),
        last_patience: Duration::from_secs(60),
    };
    Ok(Smtp::new(relay, FROM.parse()?, clock.clone())?)
}

async fn hand_over(smtp: Arc<Smtp>) -> Result<Duration, Failure> {
    let content = Arc::new(Content {
        subject: "Closed tomorrow".into(),
        organization: "High School".into(),
        sender: "Administrator, System".into(),
        reply_to: None,
        bodies: [None, Some(HTML.into()), None, None],
    });
    let all: Vec<HandOver> = (0..LETTERS)
        .map(|number| HandOver {
            message: MessageId(1),
            number,
            device: Device::Email,
            address: format!("p{number}@nomail.com"),
            attempt: 1,
            content: content.clone(),
            person: format!("p{number}"),
            name: "Parent".into(),
            hold: Hold::default(),
        })
        .collect();
    let begun = Instant::now();
    for batch in all.chunks(smtp.batch() as usize) {
        for answer in smtp.hand_over(batch).await {
            if !matches!(answer, Answer::Taken { .. }) {
                return Err(format!("a letter was not taken: {answer:?}").into());
            }
        }
    }
    Ok(begun.elapsed())
}

/// A dispatcher over a database of its own, with a message to as many people.
async fn dispatcher(url: &str, clock: &Arc<dyn Clock>, smtp: Smtp) -> Result<Dispatcher, Failure> {
    let db = Database::connect(url).await?;
    db.migrate().await?;
    let district = District {
        time_zone: chrono_tz::America::Chicago,
        phone_region: phonenumber::country::Id::US,
    };
    let recipients: Vec<_> = (0..LETTERS)
        .map(|number| {
            let address = format!("p{number}@nomail.com");
            serde_json::json!({"person": address, "name": "Parent",
                "deliveries": [{"device": "email", "address": address}]})
        })
        .collect();
    let message = serde_json::json!({
        "external_id": "bench", "message_type": "Message Builder", "organization": "High School",
        "subject": "Closed tomorrow", "sender": "Administrator, System",
        "created_at": "2020-01-31T15:00:00-06:00", "body": {"email": HTML}, "recipients": recipients,
    });
    let text = message.to_string();
    let report = import(&db, &district, &**clock, text.as_bytes(), &mut |_| {}).await?;
    if report.accepted != 1 {
        return Err("the message was not taken".into());
    }
    let mut routes = Routes::sandbox(&db, clock, Pace::AtOnce);
    routes.email = Route::to(Arc::new(smtp));
    let zone = district.time_zone;
    Ok(Dispatcher::new(
        db,
        clock.clone(),
        zone,
        routes,
        Rules::default(),
    ))
}

async fn dispatch(dispatcher: Arc<Dispatcher>) -> Result<Duration, Failure> {
    let crews = dispatcher.crews();
    let crew = crews.iter().find(|crew| crew.device == Device::Email);
    let crew = crew.ok_or("somebody carries email")?;
    let (begun, mut handed) = (Instant::now(), 0);
    loop {
        match dispatcher.step(crew, false).await? {
            Step::Handed(more) => handed += more,
            Step::Again => {}
            Step::Paced(_) | Step::Nothing => break,
        }
    }
    match handed {
        LETTERS => Ok(begun.elapsed()),
        handed => Err(format!("{handed} letters were handed over").into()),
    }
}

/// Takes every letter and forgets it.
fn sink(stream: &std::net::TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let (mut read, mut write) = (BufReader::new(stream), stream);
    write.write_all(b"220 sink\r\n").ok()?;
    let (mut line, mut in_letter) = (Vec::new(), false);
    loop {
        line.clear();
        if read.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        let answer: &[u8] = match (in_letter, &line[..]) {
            (true, b".\r\n") => {
                in_letter = false;
                b"250 2.0.0 Taken\r\n"
            }
            (true, _) => continue,
            (false, command) if command.starts_with(b"DATA") => {
                in_letter = true;
                b"354 Go on\r\n"
            }
            (false, _) => b"250 sink\r\n",
        };
        write.write_all(answer).ok()?;
    }
}
