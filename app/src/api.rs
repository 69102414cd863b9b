//! The API, one typed function per endpoint. Only this file sends requests; those of the administration's page too.

use chrono::{DateTime, FixedOffset};
use gloo_net::http::{Request, RequestBuilder, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    audit::{Export, History},
    delivery::{RecipientPage, RecipientQuery},
    failures::Failures,
    find::{CreatedRange, FindResult},
    message::{CancelRequest, MessageDetail, MessageId},
    paths,
    problem::{Problem, ProblemType},
    report::{Print, ReportJob, ReportOptions},
    resend::{ResendRequest, Which},
    session::{Credentials, SessionInfo, UNATTENDED},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Blob};

use crate::{json, ui::attention};

/// Why there is no answer to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server refused, and says why.
    Problem(Problem),
    /// The server cannot be reached.
    Offline,
    /// The answer is not what this page understands.
    Unreadable,
}

impl Failure {
    /// What to tell the person.
    pub fn sentence(&self) -> String {
        match self {
            Failure::Problem(problem) => problem.detail.clone(),
            Failure::Offline => {
                "Sentlog cannot be reached. Check the connection, then try again.".into()
            }
            Failure::Unreadable => {
                "Sentlog’s answer could not be read. Reload the page; it may have been updated."
                    .into()
            }
        }
    }

    /// Whether the server refused for this reason.
    pub fn is(&self, kind: ProblemType) -> bool {
        matches!(self, Failure::Problem(problem) if problem.is(kind))
    }

    /// The part of the request at fault.
    pub fn field(&self) -> Option<&str> {
        match self {
            Failure::Problem(problem) => problem.field.as_deref(),
            Failure::Offline | Failure::Unreadable => None,
        }
    }
}

/// What an endpoint answers.
pub type Answer<T> = Result<T, Failure>;

/// Finds messages made in `range`, or in the server's default one; those older than `before`, where given.
pub async fn find(range: Option<CreatedRange>, before: Option<MessageId>) -> Answer<FindResult> {
    let mut query = Vec::new();
    if let Some(range) = range {
        query.push(("created_from", range.from().to_string()));
        query.push(("created_to", range.to().to_string()));
    }
    if let Some(before) = before {
        query.push(("before", before.to_string()));
    }
    let query = query.iter().map(|(key, value)| (*key, value.as_str()));
    get(Request::get(paths::MESSAGES).query(query)).await
}

/// One message in full.
pub async fn detail(id: MessageId) -> Answer<MessageDetail> {
    get(Request::get(&paths::message(id))).await
}

/// A page of a message's recipients.
pub async fn recipients(id: MessageId, asked: &RecipientQuery) -> Answer<RecipientPage> {
    let mut query = Vec::new();
    if !asked.search.is_empty() {
        query.push(("search", asked.search.clone()));
    }
    if let Some(device) = asked.device {
        query.push(("device", device.as_str().into()));
    }
    if let Some(status) = asked.status {
        query.push(("status", status.as_str().into()));
    }
    if let Some(failure) = asked.failure {
        query.push(("failure", failure.to_string()));
    }
    if let Some(after) = asked.after {
        query.push(("after", after.to_string()));
    }
    if let Some(limit) = asked.limit {
        query.push(("limit", limit.to_string()));
    }
    let query = query.iter().map(|(key, value)| (*key, value.as_str()));
    get(Request::get(&paths::deliveries(id)).query(query)).await
}

/// Stops a message.
pub async fn cancel(id: MessageId, request: &CancelRequest) -> Answer<MessageDetail> {
    post(&paths::cancel(id), request).await
}

/// Asks the providers what is still open of a message; also answers when they were last asked.
pub async fn refresh(id: MessageId) -> Answer<(MessageDetail, DateTime<FixedOffset>)> {
    #[derive(Deserialize)]
    struct Asked {
        #[serde(deserialize_with = "shared::datetime::read")]
        asked_at: DateTime<FixedOffset>,
    }
    let response = answer(Request::post(&paths::refresh(id)).send().await).await?;
    let text = response.text().await.map_err(|_| Failure::Offline)?;
    let read = || {
        let asked: Asked = json::read(&text)?;
        Ok((json::read(&text)?, asked.asked_at))
    };
    read().map_err(|_: json::Unreadable| Failure::Unreadable)
}

/// What the page takes in of a resend's plan.
#[derive(Clone, Copy, Deserialize)]
pub struct ResendPlan {
    /// Which attempt it would be, from 1.
    pub attempt: u32,
    /// How many it would go to.
    pub persons: u32,
}

/// What a resend would send.
pub async fn resend_plan(id: MessageId, which: Which) -> Answer<ResendPlan> {
    let query = [("which", which.as_str())];
    get(Request::get(&paths::resend(id)).query(query)).await
}

/// Sends a message again to those whom it did not reach, and answers the new one's number.
pub async fn resend(id: MessageId, request: &ResendRequest) -> Answer<MessageId> {
    #[derive(Deserialize)]
    struct Made {
        id: MessageId,
    }
    let made: Made = post(&paths::resend(id), request).await?;
    Ok(made.id)
}

/// A printed report.
pub struct ReportFile {
    /// What to save it as.
    pub name: String,
    /// It, in the browser's keeping: it may be larger than this page's memory should grow.
    pub content: Blob,
}

/// What comes of printing.
pub enum Printed {
    /// The report.
    File(ReportFile),
    /// A job that makes it.
    Job(ReportJob),
}

/// The Sent Message Report of a message, unless `abandoned` says that nobody waits for it any more.
pub async fn report(
    id: MessageId,
    options: &ReportOptions,
    abandoned: Option<&AbortSignal>,
) -> Answer<Printed> {
    let devices: Vec<_> = options
        .devices
        .iter()
        .map(|device| device.as_str())
        .collect();
    let devices = devices.join(",");
    let query = [
        ("devices", devices.as_str()),
        ("detail", options.detail.as_str()),
        ("format", options.format.as_str()),
    ];
    let path = paths::report(id);
    let request = Request::get(&path).query(query).abort_signal(abandoned);
    let response = answer(request.send().await).await?;
    if response.status() == 202 {
        return read(response).await.map(Printed::Job);
    }
    file(response).await.map(Printed::File)
}

/// The file of a long report that is done; it is to be had once.
pub async fn finished_report(job: &str) -> Answer<ReportFile> {
    file(answer(Request::get(&paths::job(job)).send().await).await?).await
}

/// Reads a report and the name that the server gives it.
async fn file(response: Response) -> Answer<ReportFile> {
    let disposition = response.headers().get("content-disposition");
    let name = disposition.as_deref().and_then(|disposition| {
        let (_, rest) = disposition.split_once("filename=\"")?;
        Some(rest.split_once('"')?.0.to_owned())
    });
    let name = name.ok_or(Failure::Unreadable)?;
    let response = web_sys::Response::from(response);
    let content = response.blob().map_err(|_| Failure::Unreadable)?;
    let content = JsFuture::from(content).await;
    // It breaks off where the connection does.
    let content = content.map_err(|_| Failure::Offline)?.dyn_into();
    let content = content.map_err(|_| Failure::Unreadable)?;
    Ok(ReportFile { name, content })
}

/// Abandons a long report.
pub async fn abandon(job: &str) -> Answer<()> {
    answer(Request::delete(&paths::job(job)).send().await).await?;
    Ok(())
}

/// Who printed reports of a message.
pub async fn prints(id: MessageId) -> Answer<Vec<Print>> {
    get(Request::get(&paths::prints(id))).await
}

/// What was done to a message, the newest first; with `before` what stands before that line.
pub async fn history(id: MessageId, before: Option<i64>) -> Answer<History> {
    let before = before.map(|line| ("before", line.to_string()));
    get(Request::get(&paths::history(id)).query(before)).await
}

/// Records that rows are about to be saved as a file.
pub async fn export(rows: u32) -> Answer<()> {
    tell_only(Request::post(paths::EXPORTS), &Export { rows }).await
}

/// Why deliveries of a message failed.
pub async fn failures(id: MessageId) -> Answer<Failures> {
    get(Request::get(&paths::failures(id))).await
}

/// Who is signed in.
pub async fn session() -> Answer<SessionInfo> {
    get(Request::get(paths::SESSION)).await
}

/// Signs in with name and password.
pub async fn sign_in(credentials: &Credentials) -> Answer<SessionInfo> {
    post(paths::SESSION, credentials).await
}

/// Signs a visitor of a demonstration in.
pub async fn sign_in_to_demo() -> Answer<SessionInfo> {
    get(Request::post(paths::DEMO_SESSION)).await
}

/// Signs out.
pub async fn sign_out() -> Answer<()> {
    answer(Request::delete(paths::SESSION).send().await).await?;
    Ok(())
}

/// Asks, and reads the answer. What the page asks while nobody is at it keeps no session alive.
pub async fn get<T: DeserializeOwned>(request: RequestBuilder) -> Answer<T> {
    let request = match attention::is_away() {
        true => request.header(UNATTENDED, "1"),
        false => request,
    };
    read(answer(request.send().await).await?).await
}

async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Answer<T> {
    let request = Request::post(path).json(body).map_err(unreadable)?;
    read(answer(request.send().await).await?).await
}

/// Asks with a body, and reads the answer.
pub async fn tell<T: DeserializeOwned>(
    request: RequestBuilder,
    body: &impl Serialize,
) -> Answer<T> {
    let request = request.json(body).map_err(unreadable)?;
    read(answer(request.send().await).await?).await
}

/// Asks with a body for what is answered without one.
pub async fn tell_only(request: RequestBuilder, body: &impl Serialize) -> Answer<()> {
    let request = request.json(body).map_err(unreadable)?;
    answer(request.send().await).await?;
    Ok(())
}

/// Asks for what is answered without a body.
pub async fn only(request: RequestBuilder) -> Answer<()> {
    answer(request.send().await).await?;
    Ok(())
}

/// Sorts answers from refusals.
async fn answer(response: Result<Response, gloo_net::Error>) -> Answer<Response> {
    let response = response.map_err(|_| Failure::Offline)?;
    if response.ok() {
        return Ok(response);
    }
    Err(match read::<Problem>(response).await {
        Ok(problem) => Failure::Problem(problem),
        Err(failure) => failure,
    })
}

/// Reads the body from its text: for thousands of rows several times faster than by way of JavaScript values.
async fn read<T: DeserializeOwned>(response: Response) -> Answer<T> {
    let text = response.text().await.map_err(|_| Failure::Offline)?;
    json::read(&text).map_err(|_| Failure::Unreadable)
}

fn unreadable(_: gloo_net::Error) -> Failure {
    Failure::Unreadable
}
