//! Who carries email, calls and text messages, and by what their reports are proven.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::{Args, ValueEnum};
use lettre::message::Mailbox;

use super::{Failure, causes};
use crate::{
    clock::SharedClock,
    delivery::{
        Route, Routes,
        providers::{
            phone::{Account, Phone},
            smtp::{LAST_PATIENCE, PATIENCE, Relay, Smtp, Tls},
        },
    },
    receipts::Proofs,
    secret::Secret,
};

/// How long a request to the telephone company may take.
const PHONE_PATIENCE: Duration = Duration::from_secs(30);

/// Who carries email.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Email {
    /// Nobody: outcomes are made up.
    Sandbox,
    /// A mail relay.
    Smtp,
}

/// Who carries calls and text messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Telephone {
    /// Nobody: outcomes are made up.
    Sandbox,
    /// Twilio.
    Twilio,
}

/// Who carries what. A demonstration reaches nobody, whatever is set here.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Providers")]
pub struct ProviderSettings {
    /// Sentlog's own address as providers reach it, such as https://log.district.example.
    #[arg(long, env = "SENTLOG_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// Who carries email.
    #[arg(long, env = "SENTLOG_EMAIL", default_value = "sandbox")]
    pub email: Email,
    /// The mail relay's name.
    #[arg(long, env = "SENTLOG_SMTP_HOST", value_name = "NAME")]
    pub smtp_host: Option<String>,
    /// The mail relay's port; 587, 465 or 25 by how it is protected.
    #[arg(long, env = "SENTLOG_SMTP_PORT", value_name = "PORT")]
    pub smtp_port: Option<u16>,
    /// How the connection to the mail relay is protected.
    #[arg(long, env = "SENTLOG_SMTP_TLS", default_value = "starttls")]
    pub smtp_tls: Tls,
    /// A certificate authority of the mail relay's own, in PEM.
    #[arg(long, env = "SENTLOG_SMTP_AUTHORITY", value_name = "FILE")]
    pub smtp_authority: Option<PathBuf>,
    /// The account at the mail relay.
    #[arg(long, env = "SENTLOG_SMTP_USER", value_name = "NAME")]
    pub smtp_user: Option<String>,
    /// A file that holds its password; the variable SENTLOG_SMTP_PASSWORD may hold it instead.
    #[arg(long, env = "SENTLOG_SMTP_PASSWORD_FILE", value_name = "FILE")]
    pub smtp_password_file: Option<PathBuf>,
    /// Connections to the mail relay at once.
    #[arg(long, env = "SENTLOG_SMTP_CONNECTIONS", default_value = "4", value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub smtp_connections: u16,
    /// Whom email comes from, such as "District <alerts@district.example>".
    #[arg(long, env = "SENTLOG_EMAIL_FROM", value_name = "ADDRESS")]
    pub email_from: Option<Mailbox>,
    /// Letters a second at most.
    #[arg(long, env = "SENTLOG_EMAIL_RATE", value_name = "NUMBER", value_parser = rate)]
    pub email_rate: Option<f64>,
    /// Who carries calls and text messages.
    #[arg(long, env = "SENTLOG_PHONE", default_value = "sandbox")]
    pub phone: Telephone,
    /// The account's SID at Twilio.
    #[arg(long, env = "SENTLOG_TWILIO_ACCOUNT", value_name = "SID")]
    pub twilio_account: Option<String>,
    /// A file that holds its auth token, which proves Twilio's reports too; the variable SENTLOG_TWILIO_TOKEN may hold it
    /// instead.
    #[arg(long, env = "SENTLOG_TWILIO_TOKEN_FILE", value_name = "FILE")]
    pub twilio_token_file: Option<PathBuf>,
    /// The number that calls come from.
    #[arg(long, env = "SENTLOG_CALLS_FROM", value_name = "NUMBER")]
    pub calls_from: Option<String>,
    /// The number that text messages come from, or the SID of a messaging service.
    #[arg(long, env = "SENTLOG_TEXTS_FROM", value_name = "NUMBER")]
    pub texts_from: Option<String>,
    /// Calls a second at most.
    #[arg(long, env = "SENTLOG_CALL_RATE", default_value = "1", value_name = "NUMBER", value_parser = rate)]
    pub call_rate: f64,
    /// Text messages a second at most.
    #[arg(long, env = "SENTLOG_TEXT_RATE", default_value = "10", value_name = "NUMBER", value_parser = rate)]
    pub text_rate: f64,
    /// Wait for an answering machine's beep before speaking.
    #[arg(long, env = "SENTLOG_WAIT_FOR_BEEP")]
    pub wait_for_beep: bool,
    /// Where Twilio's interface is.
    #[arg(
        long,
        env = "SENTLOG_TWILIO_URL",
        default_value = "https://api.twilio.com",
        value_name = "URL"
    )]
    pub twilio_url: String,
    /// A file that holds the key that proves Mailgun's webhooks; the variable SENTLOG_MAILGUN_SIGNING_KEY may hold it
    /// instead.
    #[arg(long, env = "SENTLOG_MAILGUN_SIGNING_KEY_FILE", value_name = "FILE")]
    pub mailgun_signing_key_file: Option<PathBuf>,
    /// A file that holds the secret that proves bounces of any other mail system; the variable SENTLOG_BOUNCES_SECRET may
    /// hold it instead.
    #[arg(long, env = "SENTLOG_BOUNCES_SECRET_FILE", value_name = "FILE")]
    pub bounces_secret_file: Option<PathBuf>,
}

impl ProviderSettings {
    /// By what reports are proven.
    ///
    /// # Errors
    /// In words, where a secret's file cannot be read.
    pub fn proofs(&self) -> Result<Proofs, Failure> {
        Ok(Proofs {
            public_url: self.public_url.clone(),
            twilio: self.token()?,
            mailgun: secret(
                self.mailgun_signing_key_file.as_deref(),
                "--mailgun-signing-key-file",
                "SENTLOG_MAILGUN_SIGNING_KEY",
            )?,
            bounces: secret(
                self.bounces_secret_file.as_deref(),
                "--bounces-secret-file",
                "SENTLOG_BOUNCES_SECRET",
            )?,
        })
    }

    /// Puts the providers that are set in the sandbox's place.
    ///
    /// # Errors
    /// In words, where a setting is missing or cannot hold.
    pub fn plug(&self, routes: &mut Routes, clock: &SharedClock) -> Result<(), Failure> {
        if self.email == Email::Smtp {
            routes.email = Route {
                provider: Arc::new(self.smtp(clock)?),
                rate: self.email_rate,
            };
        }
        if self.phone == Telephone::Twilio {
            let provider = Arc::new(self.twilio()?);
            routes.voice = Route {
                provider: provider.clone(),
                rate: Some(self.call_rate),
            };
            routes.text = Route {
                provider,
                rate: Some(self.text_rate),
            };
        }
        Ok(())
    }

    fn smtp(&self, clock: &SharedClock) -> Result<Smtp, Failure> {
        let authority = match &self.smtp_authority {
            None => None,
            Some(path) => Some(fs::read(path).map_err(|error| {
                Failure::new(format!(
                    "The certificate authority {} (--smtp-authority) cannot be read: {error}.",
                    path.display()
                ))
            })?),
        };
        let password = secret(
            self.smtp_password_file.as_deref(),
            "--smtp-password-file",
            "SENTLOG_SMTP_PASSWORD",
        )?;
        let account = match (&self.smtp_user, password) {
            (None, None) => None,
            (Some(user), Some(password)) => Some((user.clone(), password)),
            _ => {
                return Err(Failure::new(
                    "An account at the mail relay has a name and a password. Give both --smtp-user and \
                     --smtp-password-file, or neither.",
                ));
            }
        };
        let usual = match self.smtp_tls {
            Tls::Starttls => 587,
            Tls::Implicit => 465,
            Tls::None => 25,
        };
        let relay = Relay {
            host: needed(self.smtp_host.clone(), "--email smtp", "--smtp-host")?,
            port: self.smtp_port.unwrap_or(usual),
            tls: self.smtp_tls,
            authority,
            account,
            connections: self.smtp_connections.into(),
            patience: PATIENCE,
            last_patience: LAST_PATIENCE,
        };
        let from = needed(self.email_from.clone(), "--email smtp", "--email-from")?;
        Smtp::new(relay, from, clock.clone()).map_err(|error| {
            Failure::new(format!(
                "Email cannot be sent: {}. Check --smtp-host and --smtp-authority.",
                causes(&error)
            ))
        })
    }

    fn twilio(&self) -> Result<Phone, Failure> {
        let for_twilio = |setting, flag| needed(setting, "--phone twilio", flag);
        let account = Account {
            base_url: self.twilio_url.clone(),
            sid: for_twilio(self.twilio_account.clone(), "--twilio-account")?,
            token: needed(self.token()?, "--phone twilio", "--twilio-token-file")?,
            voice_from: for_twilio(self.calls_from.clone(), "--calls-from")?,
            text_from: for_twilio(self.texts_from.clone(), "--texts-from")?,
            public_url: self.public_url.clone(),
            wait_for_beep: self.wait_for_beep,
            patience: PHONE_PATIENCE,
        };
        if account.public_url.is_none() {
            tracing::warn!(
                "without --public-url Twilio cannot report by itself, and is asked instead"
            );
        }
        Phone::new(account).map_err(|error| {
            Failure::new(format!(
                "Twilio cannot be used: {}. Check --twilio-url.",
                causes(&error)
            ))
        })
    }

    fn token(&self) -> Result<Option<Secret>, Failure> {
        secret(
            self.twilio_token_file.as_deref(),
            "--twilio-token-file",
            "SENTLOG_TWILIO_TOKEN",
        )
    }
}

/// A setting that another one needs.
fn needed<T>(setting: Option<T>, by: &str, flag: &str) -> Result<T, Failure> {
    setting.ok_or_else(|| Failure::new(format!("{by} needs {flag}; see sentlog serve --help.")))
}

/// The secret in `file`, or in `variable`. Never one on the command line, which everybody on the machine may read.
fn secret(file: Option<&Path>, flag: &str, variable: &str) -> Result<Option<Secret>, Failure> {
    let given = Secret::given(variable);
    let read = match (given, file) {
        (Ok(Some(_)), Some(_)) => {
            return Err(Failure::new(format!(
                "A secret is given twice, by {variable} and by {flag}. Leave one out."
            )));
        }
        (given, None) => given,
        (_, Some(file)) => Secret::read(file).map(Some),
    };
    read.map_err(|why| {
        Failure::new(format!(
            "A secret is missing: {why}. Check {flag} and {variable}."
        ))
    })
}

/// Kept without a slash at its end.
fn public_url(text: &str) -> Result<String, String> {
    const WANTED: &str = "give an address such as https://log.district.example";
    let url = reqwest::Url::parse(text).map_err(|_| WANTED)?;
    let fine = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none();
    match fine {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err(WANTED.to_owned()),
    }
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|rate| (0.01..=10_000.0).contains(rate))
        .ok_or_else(|| "give a number between 0.01 and 10000".to_owned())
}

#[cfg(test)]
#[path = "providers/tests.rs"]
mod tests;
