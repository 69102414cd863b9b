//! Twilio's REST interface: requests and what comes back.

use std::time::Duration;

use reqwest::{
    Client, RequestBuilder, Response, StatusCode, Url,
    header::{DATE, HeaderMap, RETRY_AFTER},
    redirect,
};
use serde::{Deserialize, Deserializer};

use super::Account;
use crate::secret::Secret;

/// Why the interface cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The address is none.
    #[error("the address of the phone provider is no http or https address")]
    Address,
    /// TLS cannot be set up here.
    #[error("TLS cannot be set up")]
    Client(#[from] reqwest::Error),
}

/// Twilio, and who we are to it.
pub(super) struct Peer {
    client: Client,
    account: Url,
    sid: String,
    token: Secret,
}

/// A text message or a call as Twilio tells it.
#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    pub(super) sid: String,
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) answered_by: Option<String>,
    #[serde(default, deserialize_with = "code")]
    pub(super) error_code: Option<u32>,
}

#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default, deserialize_with = "code")]
    code: Option<u32>,
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Reply {
    /// It was done.
    Resource(Resource),
    /// It was refused, with Twilio's code.
    Refused(Option<u32>),
    /// Not now, or not until we have mended something.
    Busy(String),
    /// Nothing more for a while.
    Quiet {
        reason: String,
        after: Option<Duration>,
    },
    /// It never left us.
    Unreachable(String),
    /// It left us, and nobody knows what came of it.
    Unknown,
}

impl Peer {
    pub(super) fn new(account: &Account) -> Result<Self, PeerError> {
        // One provider of cryptography for the whole process; whoever came first has set it.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let base = account.base_url.trim_end_matches('/');
        let url = format!("{base}/2010-04-01/Accounts/{}/", account.sid);
        let url = Url::parse(&url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let client = Client::builder()
            .user_agent(concat!("sentlog/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(account.patience)
            .timeout(account.patience)
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Peer {
            client,
            account: url.ok_or(PeerError::Address)?,
            sid: account.sid.clone(),
            token: account.token.clone(),
        })
    }

    /// Makes a resource of this kind, or changes the one of that SID.
    pub(super) async fn post(
        &self,
        kind: &str,
        sid: Option<&str>,
        form: &[(&str, String)],
    ) -> Reply {
        self.send(self.client.post(self.url(kind, sid)).form(form))
            .await
    }

    /// Reads a resource.
    pub(super) async fn get(&self, kind: &str, sid: &str) -> Reply {
        self.send(self.client.get(self.url(kind, Some(sid)))).await
    }

    fn url(&self, kind: &str, sid: Option<&str>) -> Url {
        let mut url = self.account.clone();
        let path = match sid {
            Some(sid) => format!("{}{kind}/{sid}.json", url.path()),
            None => format!("{}{kind}.json", url.path()),
        };
        url.set_path(&path);
        url
    }

    async fn send(&self, request: RequestBuilder) -> Reply {
        let request = request.basic_auth(&self.sid, Some(self.token.expose()));
        match request.send().await {
            Ok(response) => read(response).await,
            Err(error) if error.is_connect() => {
                Reply::Unreachable("The phone provider cannot be reached.".to_owned())
            }
            Err(_) => Reply::Unknown,
        }
    }
}

async fn read(response: Response) -> Reply {
    let status = response.status();
    let after = retry_after(response.headers());
    let quiet = |reason: &str| Reply::Quiet {
        reason: reason.to_owned(),
        after,
    };
    let busy = |reason: &str| match after {
        Some(_) => quiet(reason),
        None => Reply::Busy(reason.to_owned()),
    };
    match status {
        StatusCode::TOO_MANY_REQUESTS => quiet("The phone provider asks us to slow down."),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
            busy("The phone provider does not know our account or its token.")
        }
        StatusCode::SERVICE_UNAVAILABLE => busy("The phone provider is not well at the moment."),
        // It, or a gateway before it, broke down over the request: perhaps after it was carried out.
        status if status.is_server_error() => Reply::Unknown,
        status if status.is_success() => match response.json().await {
            Ok(resource) => Reply::Resource(resource),
            Err(_) => Reply::Unknown,
        },
        _ => {
            let problem: Problem = response.json().await.unwrap_or_default();
            Reply::Refused(problem.code)
        }
    }
}

/// How long to wait, in seconds or until a date (RFC 9110, section 10.2.3), which is told from the answer's own: neither
/// clock need be right.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let said = |name| Some(headers.get(name)?.to_str().ok()?.trim());
    let date = |name| httpdate::parse_http_date(said(name)?).ok();
    match said(RETRY_AFTER)?.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let (until, now) = (date(RETRY_AFTER)?, date(DATE)?);
            Some(until.duration_since(now).unwrap_or_default())
        }
    }
}

/// Twilio writes codes as numbers here and as text there.
fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Code {
        Number(u32),
        Text(String),
    }
    Ok(match Option::<Code>::deserialize(deserializer)? {
        Some(Code::Number(code)) => Some(code),
        Some(Code::Text(text)) => text.parse().ok(),
        None => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_names_seconds_or_a_date_by_its_own_clock() {
        let now = "Wed, 21 Oct 2015 07:28:00 GMT";
        for (said, date, wait) in [
            ("120", None, Some(120)),
            (" 0 ", Some(now), Some(0)),
            ("Wed, 21 Oct 2015 07:30:05 GMT", Some(now), Some(125)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", Some(now), Some(0)),
            ("Wed, 21 Oct 2015 07:30:05 GMT", None, None),
            ("soon", Some(now), None),
            ("-1", Some(now), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, said.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            let wait = wait.map(Duration::from_secs);
            assert_eq!(retry_after(&headers), wait, "{said} at {date:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
