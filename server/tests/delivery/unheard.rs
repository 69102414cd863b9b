//! A real fault: the connection breaks after the database has kept a claim, and before it says so.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use server::{
    delivery::{Rules, Step},
    store::Database,
};
use shared::{delivery::Device, message::MessageStatus};
use sqlx::PgPool;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
};

use crate::{
    log::Log,
    sink::{Sink, clock, counts, dispatcher, drain, mails, minutes},
};

/// A way to a database that breaks off when told: it passes a commit on, and not what is said to it.
struct Way {
    port: u16,
    breaks: Arc<AtomicBool>,
}

impl Way {
    async fn to(socket: PathBuf) -> Way {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let breaks = Arc::new(AtomicBool::new(false));
        let told = breaks.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.unwrap();
                tokio::spawn(pass_on(client, server, told.clone()));
            }
        });
        Way { port, breaks }
    }
}

/// Passes on what either says. Where it is to break, the next commit is the last that the server hears of this client, and
/// the client hears no more once the server has answered it.
async fn pass_on(mut client: TcpStream, mut server: UnixStream, breaks: Arc<AtomicBool>) {
    let (mut said, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    let mut last = false;
    loop {
        tokio::select! {
            read = client.read(&mut said) => {
                let Ok(1..) = read else { return };
                let said = &said[..read.unwrap()];
                let commits = said.windows(6).any(|word| word.eq_ignore_ascii_case(b"commit"));
                last = commits && breaks.swap(false, Ordering::SeqCst);
                server.write_all(said).await.unwrap();
            }
            read = server.read(&mut answered) => {
                let Ok(1..) = read else { return };
                if last {
                    return;
                }
                if client.write_all(&answered[..read.unwrap()]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn who_never_heard_that_a_batch_was_his_gives_it_back_and_nobody_is_left_in_flight_uncalled()
{
    let Some(log) = Log::postgres().await else {
        return;
    };
    let Database::Postgres(direct) = &log.db else {
        panic!("it is Postgres");
    };
    let options = (*direct.connect_options()).clone();
    let folder = options.get_socket().unwrap();
    let way = Way::to(folder.join(format!(".s.PGSQL.{}", options.get_port()))).await;
    let breaking = sqlx::postgres::PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(way.port)
        .username("postgres")
        .ssl_mode(sqlx::postgres::PgSslMode::Disable)
        .database(options.get_database().unwrap());
    let db = Database::Postgres(PgPool::connect_with(breaking).await.unwrap());
    let id = log.put(&mails("m", 10)).await;
    // A provider of whose deliveries nobody could tell whether they went out.
    let (clock, sink) = (clock(&log), Sink::new(4));
    let dispatcher = dispatcher(&db, &clock, &sink, Rules::default());
    let crews = dispatcher.crews();
    let crew = crews
        .iter()
        .find(|crew| crew.device == Device::Email)
        .unwrap();
    way.breaks.store(true, Ordering::SeqCst);
    let error = dispatcher.step(crew, false).await.unwrap_err();
    assert!(error.is_unreachable(), "{error:?}");
    assert_eq!(
        counts(&log, id, Device::Email).await,
        [6, 4, 0, 0, 0, 0],
        "the database kept it"
    );
    assert_eq!(sink.handed(), []);
    assert_eq!(
        dispatcher.settle_silent().await.unwrap(),
        1,
        "before its lease runs out"
    );
    assert_eq!(counts(&log, id, Device::Email).await, [10, 0, 0, 0, 0, 0]);
    for _ in 0..4 {
        drain(&dispatcher).await;
        clock.advance(minutes(1));
    }
    assert_eq!(sink.handed().len(), 10, "each once");
    assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
    assert_ne!(dispatcher.step(crew, false).await.unwrap(), Step::Again);
}
