//! Receipts: what providers report, proven, read and applied. Open of session, because each is signed.
//!
//! What is proven is answered at once, also where it names no delivery of ours: it is kept, and a repeat
//! would not help. What is not proven is refused; only where the database fails should the provider repeat.

use axum::{
    body::Bytes,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use shared::{
    delivery::Device,
    paths,
    problem::{Problem, ProblemType},
};

use crate::{
    entry,
    error::{Answer, Refusal},
    extract::Params,
    outcome::DeliveryKey,
    receipts::{
        Report, Unproven, Wish,
        generic::{self, MailEvent},
        mailgun,
        twilio::{
            self, Signed, incoming,
            status::{self, TWILIO},
        },
    },
    state::App,
    store::{
        receipts::{self, Applied},
        reports::{self, Beside, Wished},
        suppression,
    },
};

/// Said to who pressed a key, in TwiML.
const THANKS: &str = "<Response><Say>Thank you. Good bye.</Say></Response>";

/// Nothing to say, in TwiML.
const SILENCE: &str = "<Response/>";

/// Takes Twilio's status callback of a text message.
#[utoipa::path(post, path = paths::TWILIO_MESSAGES, tag = "receipts",
    params(("delivery" = Option<String>, Query, description = "Which delivery it is about, as we named it to Twilio")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 204, description = "Taken"),
        (status = 403, body = Problem, description = "Not signed by our account"),
        (status = 404, body = Problem, description = "No account at Twilio is set up"),
    ))]
pub async fn twilio_messages(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    params: Params,
    body: Bytes,
) -> Answer<StatusCode> {
    let signed = from_twilio(&app, &uri.to_string(), &headers, &body)?;
    let (raw, now) = (String::from_utf8_lossy(&body), app.clock.now());
    let receipt = status::message(&signed, key(&params), &raw, now).map_err(refused)?;
    let learned = suppression::learned(Device::Text, &receipt.outcome);
    let wish = learned.zip(signed.get("To")).map(|(why, to)| Wish {
        device: Device::Text,
        address: to.to_owned(),
        why: Some(why),
    });
    take_in(&app, &Report { receipt, wish }, None, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes Twilio's status callback of a call, or the key that its recipient pressed.
#[utoipa::path(post, path = paths::TWILIO_CALLS, tag = "receipts",
    params(
        ("delivery" = Option<String>, Query, description = "Which delivery it is about, as we named it to Twilio"),
        ("extension" = Option<String>, Query, description = "1 where an extension was dialled"),
    ),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = String, content_type = "text/xml", description = "Taken; what to say to who pressed a key"),
        (status = 204, description = "Taken"),
        (status = 403, body = Problem, description = "Not signed by our account"),
        (status = 404, body = Problem, description = "No account at Twilio is set up"),
    ))]
pub async fn twilio_calls(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    params: Params,
    body: Bytes,
) -> Answer<Response> {
    let signed = from_twilio(&app, &uri.to_string(), &headers, &body)?;
    let (raw, now) = (String::from_utf8_lossy(&body), app.clock.now());
    let extension = params.get("extension").is_some();
    let receipt = status::call(&signed, key(&params), extension, &raw, now).map_err(refused)?;
    let said = match signed.get("Digits") {
        None => None,
        Some(_) if receipt.outcome.confirmed => Some(THANKS),
        Some(_) => Some(SILENCE),
    };
    let report = Report {
        receipt,
        wish: None,
    };
    take_in(&app, &report, None, now).await?;
    Ok(match said {
        Some(twiml) => xml(twiml),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// Takes a text message that somebody sent us: after STOP no text message goes there until START. The same one again
/// says nothing, so that a repeat does not undo what was said after it.
#[utoipa::path(post, path = paths::TWILIO_INCOMING, tag = "receipts",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = String, content_type = "text/xml", description = "Taken; nothing to answer"),
        (status = 403, body = Problem, description = "Not signed by our account"),
        (status = 404, body = Problem, description = "No account at Twilio is set up"),
    ))]
pub async fn twilio_incoming(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    let signed = from_twilio(&app, &uri.to_string(), &headers, &body)?;
    let wish = incoming::wish(&signed);
    if let Some(wish) = wish.and_then(|wish| wished(&app, &wish)) {
        let sid = status::sid(&signed, &["MessageSid", "SmsSid"]).map_err(refused)?;
        reports::heed(&app.db, TWILIO, sid, &wish, app.clock.now()).await?;
    }
    Ok(xml(SILENCE))
}

/// Takes Mailgun's webhook.
#[utoipa::path(post, path = paths::MAILGUN, tag = "receipts",
    request_body(content = serde_json::Value),
    responses(
        (status = 200, description = "Taken"),
        (status = 404, body = Problem, description = "No signing key is set up"),
        (status = 406, body = Problem, description = "Not signed by Mailgun, or not now, or with a token that was used; it will not be taken later either"),
    ))]
pub async fn mailgun(State(app): State<App>, body: Bytes) -> Answer<StatusCode> {
    let key = set_up(app.proofs.mailgun.as_ref(), "--mailgun-signing-key-file")?;
    let now = app.clock.now();
    let proven = mailgun::prove(key, &body, now).map_err(not_acceptable)?;
    let (report, token) = (proven.report, Some(proven.token));
    match take_in(&app, &report, token, now).await? {
        Applied::TokenUsed => Err(not_acceptable(Unproven::Stale)),
        Applied::News | Applied::NothingNew | Applied::Repeat | Applied::NoSuchDelivery => {
            Ok(StatusCode::OK)
        }
    }
}

/// Takes what any other mail system reports of an email, signed as Standard Webhooks says.
#[utoipa::path(post, path = paths::BOUNCES, tag = "receipts",
    params(
        ("webhook-id" = String, Header, description = "The report's own name; the same one counts once"),
        ("webhook-timestamp" = String, Header, description = "Seconds since 1970; within five minutes of now"),
        ("webhook-signature" = String, Header, description = "v1,base64(HMAC-SHA256(secret, id.timestamp.body))"),
    ),
    request_body = MailEvent,
    responses(
        (status = 204, description = "Taken"),
        (status = 403, body = Problem, description = "Not signed with our secret, or not now"),
        (status = 404, body = Problem, description = "No secret is set up"),
    ))]
pub async fn bounces(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<StatusCode> {
    let secret = set_up(app.proofs.bounces.as_ref(), "--bounces-secret-file")?;
    let now = app.clock.now();
    let proof = generic::Proof {
        id: text(&headers, "webhook-id"),
        timestamp: text(&headers, "webhook-timestamp"),
        signature: text(&headers, "webhook-signature"),
    };
    let report = generic::prove(secret, proof, &body, now).map_err(refused)?;
    take_in(&app, &report, None, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Applies a report, whatever order it comes in.
async fn take_in(
    app: &App,
    report: &Report,
    token: Option<String>,
    now: DateTime<Utc>,
) -> Answer<Applied> {
    let wish = report.wish.as_ref().and_then(|wish| wished(app, wish));
    let beside = Beside { token, wish };
    Ok(receipts::take_in(&app.db, &report.receipt, &beside, now).await?)
}

/// A wish about an address in its normal form. One that is none of its device is nobody's.
fn wished(app: &App, wish: &Wish) -> Option<Wished> {
    let address = entry::address_key(app.district.phone_region, wish.device, &wish.address)?;
    Some(Wished {
        device: wish.device,
        address,
        why: wish.why,
    })
}

/// The parameters of a request that our account at Twilio signed.
fn from_twilio(app: &App, uri: &str, headers: &HeaderMap, body: &[u8]) -> Answer<Signed> {
    let token = set_up(app.proofs.twilio.as_ref(), "--twilio-token-file")?;
    let public = set_up(app.proofs.public_url.as_ref(), "--public-url")?;
    let is_json = text(headers, header::CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/json"));
    let signature = text(headers, twilio::SIGNATURE);
    let url = format!("{public}{uri}");
    Signed::prove(token, &url, signature, is_json, body).map_err(refused)
}

fn key(params: &Params) -> Option<DeliveryKey> {
    params.get("delivery")?.parse().ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A setting without which there is nothing here.
fn set_up<'a, T>(setting: Option<&'a T>, flag: &str) -> Answer<&'a T> {
    setting.ok_or_else(|| {
        let sentence = format!(
            "Reports of this provider are not taken here. Start Sentlog with {flag} to take them."
        );
        ProblemType::NotFound.because(sentence).into()
    })
}

fn refused(why: Unproven) -> Refusal {
    problem(why).into()
}

/// Mailgun repeats what is refused in any other way.
fn not_acceptable(why: Unproven) -> Refusal {
    Problem {
        status: StatusCode::NOT_ACCEPTABLE.as_u16(),
        ..problem(why)
    }
    .into()
}

fn problem(why: Unproven) -> Problem {
    let sentence = match why {
        Unproven::Missing(part) => format!("It is not taken because {part} is missing."),
        Unproven::WrongSignature => {
            "The signature does not fit. Check that both sides have the same secret, and that \
             --public-url is the address the provider calls."
                .to_owned()
        }
        Unproven::Stale => {
            "It was signed too long ago, or came before. Check the clocks of both sides.".to_owned()
        }
        Unproven::Unreadable(part) => format!("It is signed, but {part} cannot be read."),
    };
    ProblemType::Unproven.because(sentence)
}

fn xml(twiml: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], twiml).into_response()
}
