//! A mail relay in the test's own process, which notes when it got each letter.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Instant,
};

use server::delivery::providers::smtp::key_of;
use shared::message::MessageId;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// When each letter of a message came.
type Times = Arc<Mutex<HashMap<MessageId, Vec<Instant>>>>;

/// Such a relay.
pub struct Post {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    got: Times,
    task: JoinHandle<()>,
}

impl Post {
    pub async fn start() -> Post {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let got = Times::default();
        let kept = got.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, kept.clone()));
            }
        });
        Post { port, got, task }
    }

    /// When it got each letter of a message.
    pub fn times(&self, message: MessageId) -> Vec<Instant> {
        let got = self.got.lock().unwrap();
        got.get(&message).cloned().unwrap_or_default()
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(mut stream: TcpStream, got: Times) -> Option<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    let mut answer = "220 post.example";
    let (mut in_letter, mut message) = (false, None);
    loop {
        if !answer.is_empty() {
            let line = format!("{answer}\r\n");
            write.write_all(line.as_bytes()).await.ok()?;
        }
        let line = lines.next_line().await.ok()??;
        answer = match line.get(..4).unwrap_or(&line) {
            "." if in_letter => {
                in_letter = false;
                let message = message.take().expect("a letter has a Message-ID of ours");
                let mut got = got.lock().unwrap();
                got.entry(message).or_default().push(Instant::now());
                "250 2.0.0 Taken"
            }
            _ if in_letter => {
                if let Some(id) = line.strip_prefix("Message-ID: ") {
                    message = key_of(id).map(|key| key.message);
                }
                ""
            }
            "DATA" => {
                in_letter = true;
                "354 Go on"
            }
            "EHLO" => "250 post.example",
            _ => "250 2.0.0 OK",
        };
    }
}
