//! A peer that speaks a few lines of SMTP and then does what a good one never does.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::Notify,
    task::JoinHandle,
};

/// What it does once it has read the line that begins with the word.
#[derive(Clone, Debug)]
pub enum Then {
    /// Says nothing any more.
    Hang,
    /// Closes the connection.
    Close,
    /// Says this.
    Say(&'static str),
    /// Takes its time, and then says that all is well.
    Wait(Arc<Pause>),
}

/// A pause that a test ends.
#[derive(Debug, Default)]
pub struct Pause {
    /// It has begun.
    pub begun: Notify,
    /// It is over.
    pub over: Notify,
}

/// Such a peer.
pub struct Misbehaving {
    /// Where it listens.
    pub port: u16,
    /// Connections that it had.
    pub connections: Arc<AtomicU32>,
    noted: Arc<Noted>,
    task: JoinHandle<()>,
}

/// What it keeps in mind from one connection to the next.
#[derive(Debug)]
struct Noted {
    /// How often it will still misbehave.
    left: AtomicU32,
    /// The Message-ID of each letter that it was told, in order.
    ids: Mutex<Vec<String>>,
}

impl Drop for Misbehaving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Misbehaving {
    /// Behaves until the line that begins with `word`; the end of a letter is the word `.`, and the greeting
    /// is the empty one.
    pub async fn at(word: &'static str, then: Then) -> Misbehaving {
        Self::times(u32::MAX, word, then).await
    }

    /// The same so many times, and behaves from then on.
    pub async fn times(times: u32, word: &'static str, then: Then) -> Misbehaving {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicU32::new(0));
        let count = connections.clone();
        let noted = Arc::new(Noted {
            left: times.into(),
            ids: Mutex::default(),
        });
        let kept = noted.clone();
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                held.push(tokio::spawn(talk(stream, word, then.clone(), kept.clone())));
            }
        });
        Misbehaving {
            port,
            connections,
            noted,
            task,
        }
    }

    /// The Message-ID of each letter that it was told, in order.
    pub fn ids(&self) -> Vec<String> {
        self.noted.ids.lock().unwrap().clone()
    }
}

impl Noted {
    /// Whether it misbehaves this time.
    fn misbehaves(&self) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        taken.is_ok()
    }
}

async fn talk(
    mut stream: tokio::net::TcpStream,
    word: &'static str,
    then: Then,
    noted: Arc<Noted>,
) -> Option<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    let mut line = String::new();
    let mut in_letter = false;
    loop {
        let answer = if in_letter && line != "." {
            if let Some(id) = line.strip_prefix("Message-ID: ") {
                noted.ids.lock().unwrap().push(id.to_owned());
            }
            ""
        } else if line.starts_with(word) && line.is_empty() == word.is_empty() && noted.misbehaves()
        {
            match &then {
                Then::Hang => std::future::pending().await,
                Then::Close => return None,
                Then::Say(words) => words,
                Then::Wait(pause) => {
                    pause.begun.notify_one();
                    pause.over.notified().await;
                    "250 2.0.0 OK"
                }
            }
        } else {
            match line.get(..4).unwrap_or(&line) {
                "" => "220 relay.example",
                "DATA" => "354 Go on",
                "EHLO" => "250 relay.example",
                _ => "250 2.0.0 OK",
            }
        };
        in_letter = (in_letter && line != ".") || answer.starts_with("354");
        if !answer.is_empty() {
            write
                .write_all(format!("{answer}\r\n").as_bytes())
                .await
                .ok()?;
        }
        line = lines.next_line().await.ok()??;
    }
}
