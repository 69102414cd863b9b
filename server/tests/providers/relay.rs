//! A real SMTP server, started for a test and gone with it.

use std::{
    io::{self, BufRead, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    thread,
};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// The folder of these tests.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/providers");

/// A relay.
pub struct Relay {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    said: mpsc::UnboundedReceiver<String>,
    /// It ends when this does.
    input: ChildStdin,
    child: Child,
}

/// A letter that a relay got.
#[derive(Debug, Deserialize)]
pub struct Got {
    /// Who it came from, as the relay was told.
    pub sender: String,
    /// Whom it goes to, as the relay was told.
    pub to: Vec<String>,
    /// All of it.
    pub data: String,
    /// Whether the connection was protected.
    pub tls: bool,
    /// The other end's port: the same for letters over one connection.
    pub peer: u16,
    /// Who signed in.
    pub user: Option<String>,
}

impl Relay {
    /// Without TLS or accounts; `None`, said out loud, where this machine has no aiosmtpd.
    pub async fn start() -> Option<Relay> {
        Self::with(json!({})).await
    }

    /// With STARTTLS, and an account.
    pub async fn protected(name: &str, password: &str) -> Option<Relay> {
        Self::with(json!({
            "certificate": format!("{FOLDER}/tls/relay.pem"),
            "key": format!("{FOLDER}/tls/relay.key"),
            "account": [name, password],
        }))
        .await
    }

    async fn with(options: Value) -> Option<Relay> {
        let python = python()?;
        let mut child = Command::new(python)
            .arg(format!("{FOLDER}/relay.py"))
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Where it finds fault with a client on purpose, it says so at length.
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        let (say, mut said) = mpsc::unbounded_channel();
        thread::spawn(move || {
            let lines = BufReader::new(output).lines();
            lines
                .map_while(Result::ok)
                .try_for_each(|line| say.send(line))
        });
        let first = said.recv().await.expect("the relay starts");
        let first: Value = serde_json::from_str(&first).unwrap();
        Some(Relay {
            port: first["port"].as_u64().unwrap().try_into().unwrap(),
            said,
            input: child.stdin.take().unwrap(),
            child,
        })
    }

    /// Makes it close the connection from this port, and waits until it has.
    pub async fn hang_up(&mut self, port: u16) {
        writeln!(self.input, "{port}").unwrap();
        let said = self.said.recv().await.unwrap();
        assert!(said.contains("closed"), "{said}");
    }

    /// The next letter it got.
    pub async fn got(&mut self) -> Got {
        let line = self.said.recv().await;
        serde_json::from_str(&line.expect("the relay is running")).unwrap()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The Python that has aiosmtpd.
fn python() -> Option<&'static str> {
    // Debian's own first: packages of Debian are for it alone.
    let mut pythons = ["/usr/bin/python3", "python3"].into_iter();
    let found = pythons.find(|python| has_aiosmtpd(python));
    if found.is_none() {
        let required = std::env::var_os("REQUIRE_SMTP").is_some_and(|value| value == "1");
        assert!(!required, "REQUIRE_SMTP is set, and aiosmtpd is missing");
        // Not `eprintln!`, which the test harness would swallow.
        let line = b"SKIPPED with a real relay: python3 has no aiosmtpd\n";
        io::stderr().write_all(line).ok();
    }
    found
}

fn has_aiosmtpd(python: &str) -> bool {
    Command::new(python)
        .args(["-c", "import aiosmtpd"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
