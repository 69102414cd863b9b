//! Settings: each is a flag and an environment variable.

use std::{env, net::SocketAddr, path::PathBuf, str::FromStr};

use chrono::TimeDelta;
use chrono_tz::Tz;
use clap::Args;
use phonenumber::country;

use crate::{
    connections::Limits,
    report::{Paper, docx::Template, pdf::Faces},
    secret::Secret,
    state::AppSettings,
    store::District,
};

const DATABASE_URL: &str = "SENTLOG_DATABASE_URL";

/// Where the log is kept, and whose it is. For every command.
#[derive(Args, Clone, Debug)]
pub struct StoreSettings {
    /// The database: sqlite:FILE or postgres://USER@HOST/NAME; one with a password only by the variable, or in the file.
    #[arg(
        long,
        env = DATABASE_URL,
        hide_env_values = true,
        default_value = "sqlite:sentlog.db",
        value_name = "URL"
    )]
    pub database_url: String,
    /// A file that holds the database URL, where it has a password in it.
    #[arg(
        long,
        env = "SENTLOG_DATABASE_URL_FILE",
        value_name = "FILE",
        conflicts_with = "database_url"
    )]
    pub database_url_file: Option<PathBuf>,
    /// The district's time zone, an IANA name.
    #[arg(long, env = "SENTLOG_TIME_ZONE", default_value = "America/Chicago", value_name = "ZONE", value_parser = time_zone)]
    pub time_zone: Tz,
    /// The country of telephone numbers without a country code.
    #[arg(long, env = "SENTLOG_PHONE_REGION", default_value = "US", value_name = "COUNTRY", value_parser = phone_region)]
    pub phone_region: country::Id,
}

impl StoreSettings {
    /// Where the database is.
    ///
    /// # Errors
    /// A sentence about the file that should say so, or about a password that everybody on the machine may read.
    pub fn database(&self) -> Result<Secret, String> {
        match &self.database_url_file {
            Some(file) => {
                Secret::read(file).map_err(|why| format!("The database URL is not known: {why}."))
            }
            None if has_password(&self.database_url) && !self.is_by_variable() => Err(
                "The password in --database-url can be read by everybody who may list what runs on this machine. Put \
                 the URL into a file and name that with --database-url-file, or into SENTLOG_DATABASE_URL."
                    .to_owned(),
            ),
            None => Ok(Secret::new(self.database_url.as_str())),
        }
    }

    /// Whether the variable says the same: then nothing is told by the command line that it does not need to tell.
    fn is_by_variable(&self) -> bool {
        env::var(DATABASE_URL).is_ok_and(|url| url == self.database_url)
    }

    /// What times and telephone numbers are read by.
    pub const fn district(&self) -> District {
        District {
            time_zone: self.time_zone,
            phone_region: self.phone_region,
        }
    }
}

/// How long people stay signed in.
#[derive(Args, Clone, Copy, Debug)]
pub struct SessionSettings {
    /// Minutes a session may be left alone. A page that is open and that nobody uses leaves it alone.
    #[arg(long, env = "SENTLOG_SESSION_IDLE", default_value = "30", value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=525_600))]
    pub session_idle: u32,
    /// Minutes a session lasts at most.
    #[arg(long, env = "SENTLOG_SESSION_LONGEST", default_value = "720", value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=525_600))]
    pub session_longest: u32,
}

impl SessionSettings {
    /// How long a session may be left alone.
    pub fn idle(&self) -> TimeDelta {
        TimeDelta::minutes(self.session_idle.into())
    }

    /// How long a session lasts at most.
    pub fn longest(&self) -> TimeDelta {
        TimeDelta::minutes(self.session_longest.into())
    }
}

/// How the server answers.
#[derive(Args, Clone, Debug)]
pub struct ServeSettings {
    /// The address to listen on; port 0 takes a free one.
    #[arg(
        long,
        env = "SENTLOG_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,
    /// Fill an empty database with the demonstration district, and let visitors in by one click.
    #[arg(long, env = "SENTLOG_DEMO")]
    pub demo: bool,
    /// A proxy that ends TLS stands in front: cookies are sent over TLS only, and X-Forwarded-For is believed.
    #[arg(long, env = "SENTLOG_BEHIND_TLS")]
    pub behind_tls: bool,
    /// How long people stay signed in.
    #[command(flatten)]
    pub sessions: SessionSettings,
    /// A folder of fonts (.ttf, .otf) for the scripts that PDF reports lack.
    #[arg(long, env = "SENTLOG_FONTS", value_name = "FOLDER")]
    pub fonts: Option<PathBuf>,
    /// What DOCX reports look like: a DOCX in which a paragraph says {report}. A printed report restyled in a word
    /// processor, its text replaced by {report}, is one.
    #[arg(long, env = "SENTLOG_REPORT_TEMPLATE", value_name = "FILE")]
    pub report_template: Option<PathBuf>,
    /// Minutes after which a message that goes on, and of which there is no news, is shown as stalled.
    #[arg(long, env = "SENTLOG_STALLED_AFTER", default_value = "10", value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=10_080))]
    pub stalled_after: u32,
}

impl ServeSettings {
    /// What reports are printed with, read from the files named here.
    ///
    /// # Errors
    /// A sentence about the file that cannot be used.
    pub fn paper(&self, embedded: Paper) -> Result<Paper, String> {
        let mut paper = embedded;
        if let Some(folder) = &self.fonts {
            paper.faces = Faces::with_folder(folder).map_err(|why| {
                format!("The fonts in {} cannot be used: {why}.", folder.display())
            })?;
        }
        if let Some(file) = &self.report_template {
            paper.template = Template::open(file).map_err(|why| {
                format!(
                    "The report template {} cannot be used: {why}.",
                    file.display()
                )
            })?;
        }
        Ok(paper)
    }

    /// What connections may take.
    pub fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if self.behind_tls {
            limits.per_address = None;
        }
        limits
    }

    /// What requests need to know of them.
    pub fn app(&self) -> AppSettings {
        AppSettings {
            demo: self.demo,
            behind_tls: self.behind_tls,
            session_idle: self.sessions.idle(),
            session_longest: self.sessions.longest(),
            stalled_after: TimeDelta::minutes(self.stalled_after.into()),
        }
    }
}

fn has_password(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| {
        url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
    })
}

fn time_zone(name: &str) -> Result<Tz, String> {
    Tz::from_str(name).map_err(|_| {
        "there is no such time zone; give an IANA name, such as America/Chicago".to_owned()
    })
}

fn phone_region(name: &str) -> Result<country::Id, String> {
    country::Id::from_str(&name.to_uppercase())
        .map_err(|_| "there is no such country; give two letters, such as US".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_time_zone_is_refused_with_an_example() {
        assert!(
            time_zone("Central")
                .unwrap_err()
                .contains("America/Chicago")
        );
        assert_eq!(time_zone("America/Chicago"), Ok(Tz::America__Chicago));
    }

    #[test]
    fn a_password_in_a_url_is_known_for_one() {
        for url in [
            "postgres://ada:x@db/log",
            "postgres://ada@db/log?password=x",
        ] {
            assert!(has_password(url), "{url}");
        }
        for url in [
            "postgres://ada@db/log",
            "postgres://postgres@localhost/log?host=/run/postgresql",
            "sqlite:sentlog.db",
            "sqlite:a@b:c.db",
        ] {
            assert!(!has_password(url), "{url}");
        }
    }

    #[test]
    fn a_country_is_read_in_either_case() {
        assert_eq!(phone_region("us"), Ok(country::Id::US));
        assert!(phone_region("USA").is_err());
    }
}
