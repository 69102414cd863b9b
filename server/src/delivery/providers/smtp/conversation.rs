//! Conversations with a relay, and the connections kept open between them.
//!
//! lettre's own pool is not used: it keeps a connection whose conversation was given up half-way, and the
//! next letter would read the answer to the one before. Here a connection goes back only after a
//! conversation that came to its end.
//!
//! Each answer has its own time. The last one, to a whole letter, has ten minutes (RFC 5321, 4.5.3.2.6): a relay may
//! look through the letter first, and who does not wait for it sends the letter again.

use std::{
    error::Error as _,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::{ClientId, Extension, MailParameter},
    },
};
use tokio::time::timeout;

use super::{in_words, letter::Letter};
use crate::secret::Secret;

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Tls {
    /// Not at all: for a relay on this machine.
    None,
    /// From the first greeting on (STARTTLS).
    Starttls,
    /// From the first byte on.
    Implicit,
}

/// A relay, and how to talk to it.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// A certificate authority of the relay's own, in PEM, besides those that this machine trusts.
    pub authority: Option<Vec<u8>>,
    /// The account, where it wants one.
    pub account: Option<(String, Secret)>,
    /// Connections held at once, at least 1.
    pub connections: usize,
    /// How long connecting may take, and each answer of the relay's but the last.
    pub patience: Duration,
    /// How long the answer to a whole letter may take.
    pub last_patience: Duration,
}

/// Why a relay's settings cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("the relay's TLS cannot be set up")]
pub struct RelayError(#[from] Error);

/// What a relay said to a letter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It has it.
    Taken,
    /// Never.
    Refused(String),
    /// Not now.
    Later(String),
    /// Nothing: it cannot be reached, or does not want us.
    Unreachable(String),
}

/// Connections to one relay.
pub(super) struct Connections {
    relay: Relay,
    tls: Option<TlsParameters>,
    hello: ClientId,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

/// How a conversation ended, and what may be done with its connection.
enum End {
    /// With an answer, and the connection is as new.
    Answered(Said),
    /// With an answer, and the connection is of no use any more.
    Spoilt(Said),
    /// Before the relay had any of the letter.
    Unheard(String),
}

impl Connections {
    pub(super) fn new(relay: Relay) -> Result<Self, RelayError> {
        let tls = match relay.tls {
            Tls::None => None,
            Tls::Starttls | Tls::Implicit => {
                let mut tls = TlsParameters::builder(relay.host.clone());
                if let Some(pem) = &relay.authority {
                    tls = tls.add_root_certificate(Certificate::from_pem(pem)?);
                }
                Some(tls.build_rustls()?)
            }
        };
        Ok(Connections {
            tls,
            hello: ClientId::default(),
            idle: Mutex::default(),
            relay,
        })
    }

    /// Letters that may be under way at once.
    pub(super) fn limit(&self) -> usize {
        self.relay.connections.max(1)
    }

    /// Hands one letter over.
    pub(super) async fn send(&self, letter: &Letter) -> Said {
        // What was kept open may have been closed by the relay since; then a new one is tried.
        while let Some(kept) = self.take() {
            match self.converse(kept, letter).await {
                End::Answered(said) | End::Spoilt(said) => return said,
                End::Unheard(_) => {}
            }
        }
        let fresh = match timeout(self.relay.patience, self.open()).await {
            Ok(Ok(fresh)) => fresh,
            Ok(Err(error)) => return Said::Unreachable(words("The mail relay", &error)),
            Err(_) => return Said::Unreachable("The mail relay does not answer.".to_owned()),
        };
        match self.converse(fresh, letter).await {
            End::Answered(said) | End::Spoilt(said) => said,
            End::Unheard(why) => Said::Unreachable(why),
        }
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Error> {
        let relay = &self.relay;
        let from_the_first_byte = self.tls.clone().filter(|_| relay.tls == Tls::Implicit);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (relay.host.as_str(), relay.port),
            Some(relay.patience),
            &self.hello,
            from_the_first_byte,
            None,
        )
        .await?;
        if let Some(tls) = self.tls.clone().filter(|_| relay.tls == Tls::Starttls) {
            connection.starttls(tls, &self.hello).await?;
        }
        if let Some((name, password)) = &relay.account {
            let credentials = Credentials::new(name.clone(), password.expose().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }

    async fn converse(&self, mut connection: AsyncSmtpConnection, letter: &Letter) -> End {
        let end = self.talk(&mut connection, letter).await;
        if let End::Answered(_) = end {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < self.limit() {
                idle.push(connection);
            }
        }
        end
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }
}

impl Connections {
    /// Says one letter to the relay.
    async fn talk(&self, connection: &mut AsyncSmtpConnection, letter: &Letter) -> End {
        let mut parameters = vec![];
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if !(is_ascii(&letter.to) && is_ascii(&letter.from)) {
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                let words = "The mail relay does not take addresses in this script (SMTPUTF8).";
                return End::Answered(Said::Refused(words.to_owned()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let patience = self.relay.patience;
        let mail = Mail::new(Some(letter.from.clone()), parameters);
        match timeout(patience, connection.command(mail)).await {
            Ok(Ok(_)) => {}
            // Whatever it has against us as senders is no fault of the recipient's.
            Ok(Err(error)) if error.status().is_some() => {
                return match code(&error) {
                    421 => End::Unheard(words("The mail relay", &error)),
                    _ => {
                        let said = Said::Later(words("The mail relay refuses us:", &error));
                        self.reset(connection, said).await
                    }
                };
            }
            Ok(Err(error)) => return End::Unheard(words("The mail relay", &error)),
            Err(_) => return End::Unheard("The mail relay stopped answering.".to_owned()),
        }
        let to = Rcpt::new(letter.to.clone(), vec![]);
        match timeout(patience, connection.command(to)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return self.refused(connection, &error, true).await,
            Err(_) => return stopped(),
        }
        match timeout(patience, connection.command(Data)).await {
            Ok(Ok(answer)) if answer.has_code(354) => {}
            Ok(Ok(_)) => {
                return End::Spoilt(Said::Later("The mail relay lost the thread.".to_owned()));
            }
            Ok(Err(error)) => return self.refused(connection, &error, true).await,
            Err(_) => return stopped(),
        }
        // In one piece: the last line would wait for the relay's leave to send it otherwise.
        let last_patience = self.relay.last_patience;
        match timeout(last_patience, connection.command(Dotted(&letter.bytes))).await {
            Ok(Ok(_)) => End::Answered(Said::Taken),
            Ok(Err(error)) => self.refused(connection, &error, false).await,
            Err(_) => stopped(),
        }
    }

    /// What an error in the middle of a letter means; `open` says that the relay still has some of it in mind.
    async fn refused(
        &self,
        connection: &mut AsyncSmtpConnection,
        error: &Error,
        open: bool,
    ) -> End {
        let said = match error.status() {
            None => {
                let words = words("The mail relay broke off:", error);
                return End::Spoilt(Said::Later(words));
            }
            Some(_) if error.is_permanent() => Said::Refused(words("", error)),
            Some(_) => Said::Later(words("", error)),
        };
        match code(error) {
            421 => End::Spoilt(said),
            _ if open => self.reset(connection, said).await,
            _ => End::Answered(said),
        }
    }

    /// Makes the relay forget a letter, so that the connection can take another.
    async fn reset(&self, connection: &mut AsyncSmtpConnection, said: Said) -> End {
        match timeout(self.relay.patience, connection.command(Rset.to_string())).await {
            Ok(Ok(_)) => End::Answered(said),
            Ok(Err(_)) | Err(_) => End::Spoilt(said),
        }
    }
}

/// The end of a conversation in which the relay says nothing any more.
fn stopped() -> End {
    let words = "The mail relay stopped answering in mid-conversation.";
    End::Spoilt(Said::Unreachable(words.to_owned()))
}

fn code(error: &Error) -> u16 {
    error.status().map_or(0, u16::from)
}

/// What the relay said, or what is wrong with the connection.
fn words(begin: &str, error: &Error) -> String {
    let cause = error.source().map(ToString::to_string);
    let code = error.status().map(|code| code.to_string());
    let said = match (cause, &code) {
        (Some(said), _) => said,
        (None, Some(_)) => String::new(),
        (None, None) => error.to_string(),
    };
    let said = in_words(code.as_deref(), None, &said);
    [begin, &said].join(" ").trim().to_owned()
}

/// A letter's bytes as DATA wants them: a dot before each line that begins with one, and one at the end.
struct Dotted<'a>(&'a [u8]);

impl fmt::Display for Dotted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(self.0);
        for line in text.split_inclusive('\n') {
            if line.starts_with('.') {
                f.write_str(".")?;
            }
            f.write_str(line)?;
        }
        if !text.ends_with("\r\n") {
            f.write_str("\r\n")?;
        }
        f.write_str(".\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_letter_ends_it() {
        let dotted = |text: &str| Dotted(text.as_bytes()).to_string();
        assert_eq!(dotted("a\r\n.\r\n..b\r\n"), "a\r\n..\r\n...b\r\n.\r\n");
        assert_eq!(dotted(".a"), "..a\r\n.\r\n");
        assert_eq!(dotted("a.b\r\n"), "a.b\r\n.\r\n");
    }
}
