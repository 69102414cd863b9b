//! Report: the Sent Message Report as a file (spec section 7).

use std::fs::File;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_login::AuthnBackend;
use shared::{
    message::{BodyFormat, MessageDetail},
    paths,
    problem::{Problem, ProblemType},
    report::{
        ChoiceError, Report, ReportDetail, ReportDevice, ReportFormat, ReportJob, ReportOptions,
    },
    session::Permission,
};
use tokio::sync::OwnedSemaphorePermit;

use super::detail;
use crate::{
    auth::{
        SignedIn,
        accounts::{Account, Accounts},
    },
    error::{Answer, Refusal},
    extract::{Id, Params, invalid},
    html,
    report::{
        jobs::{MAX_PER_PERSON, Order},
        printing::{self, PrintError, Printing},
        text, turns,
    },
    state::App,
    store::{self, audit::Who, organizations, report::Lines},
};

/// The report of a message: what went out, to whom, and what became of it. A short one is the answer. A long one
/// (a PDF of more than 2 000 recipients, a CSV or DOCX of more than 10 000, unless it is only the summary) is made by
/// a job: `Location` says where its file is fetched once the job is done. Who may not see addresses gets them
/// masked.
#[utoipa::path(get, path = paths::REPORT, tag = "messages",
    params(
        ("id" = i64, Path, description = "The message's number"),
        ("devices" = Option<String>, Query, description = "Which deliveries: no_device, inbox, email, voice_text, with commas between; all that the message used where left out"),
        ("detail" = Option<ReportDetail>, Query, description = "How much: all where left out"),
        ("format" = Option<ReportFormat>, Query, description = "As which file: pdf where left out"),
    ),
    responses(
        (status = 200, description = "The file", content(
            (Vec<u8> = "application/pdf"),
            (Vec<u8> = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        )),
        (status = 202, body = ReportJob, description = "A job makes the file: watch it, then fetch the file or abandon it"),
        (status = 400, body = Problem, description = "The message has nothing for what was asked"),
        (status = 404, body = Problem),
        (status = 410, body = Problem, description = "Who got it was removed for its age: the summary is left"),
        (status = 429, body = Problem, description = "Too many reports are under way"),
    ))]
pub async fn report(
    State(app): State<App>,
    user: SignedIn,
    by: Who,
    Id(id): Id,
    params: Params,
) -> Answer<Response> {
    let asked = Asked::read(params)?;
    let detail = detail::fresh(&app, &user, id).await?.0;
    let options = asked.of(&detail);
    options.check(&detail.report).map_err(not_offered)?;
    there(&detail, &options)?;
    let order = Order {
        owner: user.id(),
        by,
        message: id,
        masked: !user.may(Permission::SeeAddresses),
        options,
    };
    if is_long(&app, &order).await? {
        return begin(&app, order);
    }
    let turn = turns::turn(&app.turns.short).await?;
    let printing = prepare(&app, &order, turn).await?;
    let file = printing.file(app.paper.clone()).await.map_err(refusal)?;
    send(&app, &order, file).await
}

/// Refuses what needs the recipients of a message that has none any more.
fn there(detail: &MessageDetail, options: &ReportOptions) -> Answer<()> {
    match (&detail.personal_data_removed_at, options.detail) {
        (None, _) | (Some(_), ReportDetail::Summary) => Ok(()),
        (Some(at), ReportDetail::All | ReportDetail::Failed) => {
            Err(Refusal::personal_data_removed(
                at,
                "and only its totals are left. Print the Summary instead.",
            ))
        }
    }
}

/// Whether a job makes the file. A summary lists nobody.
async fn is_long(app: &App, order: &Order) -> Answer<bool> {
    if order.options.detail == ReportDetail::Summary {
        return Ok(false);
    }
    let lines = store::report::length(&app.db, order.message).await?;
    Ok(lines.ok_or_else(Refusal::no_such_message)?
        > ReportJob::from_recipients(order.options.format))
}

/// Begins the job of a long report.
fn begin(app: &App, order: Order) -> Answer<Response> {
    let making = app.clone();
    let asked = order.clone();
    let job = app.jobs.begin(order, |watched| async move {
        let printing = of_owner(&making, &asked).await.map_err(unprinted)?;
        printing.watched(making.paper, watched).await
    });
    let job = job.ok_or_else(|| {
        ProblemType::TooManyReports.because(format!(
            "You have {MAX_PER_PERSON} long reports under way. Wait for one or abandon one, then print again."
        ))
    })?;
    let location = HeaderValue::from_str(&paths::job(&job.id))
        .map_err(|error| Refusal::Internal(error.to_string()))?;
    let headers = [(header::LOCATION, location)];
    Ok((StatusCode::ACCEPTED, headers, Json(job)).into_response())
}

/// Prepares the report of a job, for who may still have it when its turn comes.
async fn of_owner(app: &App, order: &Order) -> Answer<Printing> {
    let turn = turns::turn(&app.turns.long).await?;
    match Accounts::new(app).get_user(&order.owner).await? {
        Some(owner) if may_have(app, &owner, order).await? => prepare(app, order, turn).await,
        _ => Err(Refusal::no_such_message()),
    }
}

/// Whether `account` may have what was ordered: print this message, and with its addresses where they are in it.
pub(super) async fn may_have(app: &App, account: &Account, order: &Order) -> Answer<bool> {
    let rights = account.rights();
    let school = organizations::of_message(&app.db, order.message.0).await?;
    let may = |permission| match school {
        Some(school) => rights.may_at(permission, school),
        None => false,
    };
    Ok(may(Permission::View)
        && may(Permission::Report)
        && (order.masked || may(Permission::SeeAddresses)))
}

/// Reads the message as it is now: head and rows are of one moment.
async fn prepare(app: &App, order: &Order, turn: OwnedSemaphorePermit) -> Answer<Printing> {
    let (zone, now) = (app.district.time_zone, app.clock.now());
    let mut moment = app.db.snapshot().await?;
    let detail = store::detail::in_moment(&mut moment, order.message, zone, now).await?;
    let mut detail = detail.ok_or_else(Refusal::no_such_message)?;
    there(&detail, &order.options)?;
    plain(&mut detail);
    let mut lines = Lines::of(moment, order.message, zone).await?;
    let marks = lines.marks(&order.options).await?;
    let generated_at = detail.as_of;
    Ok(Printing {
        report: Report::new(&detail, &order.options, marks, &generated_at, zone.name()),
        options: order.options.clone(),
        lines,
        generated_at,
        masked: order.masked,
        turn,
    })
}

/// Keeps who printed it, and sends it.
pub(super) async fn send(app: &App, order: &Order, file: File) -> Answer<Response> {
    let (id, by, now) = (order.message, &order.by, app.clock.now());
    store::prints::keep(&app.db, id, by, &order.options, order.masked, now).await?;
    let body = printing::body(file);
    let (length, body) = body.map_err(|error| Refusal::Internal(error.to_string()))?;
    let length = [(header::CONTENT_LENGTH, length.to_string())];
    Ok((headers(order)?, length, body).into_response())
}

/// What the file is, and what to save it as.
fn headers(order: &Order) -> Answer<[(header::HeaderName, HeaderValue); 2]> {
    let format = order.options.format;
    let name = format!(
        "attachment; filename=\"sent-message-report-{}.{}\"",
        order.message,
        format.as_str()
    );
    let name = HeaderValue::from_str(&name).map_err(|e| Refusal::Internal(e.to_string()))?;
    Ok([
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(format.content_type()),
        ),
        (header::CONTENT_DISPOSITION, name),
    ])
}

/// The parameters as they came.
struct Asked {
    devices: Option<Vec<ReportDevice>>,
    detail: ReportDetail,
    format: ReportFormat,
}

impl Asked {
    fn read(params: Params) -> Result<Asked, Problem> {
        let params = params.only(&["devices", "detail", "format"])?;
        let devices = params.get("devices").map(|devices| {
            let devices = devices.split(',').map(|word| word.trim().parse());
            devices.collect::<Result<_, _>>().map_err(|_| {
                invalid(
                    "The devices of a report are some of no_device, inbox, email, voice_text, with commas between.",
                )
                .at("devices")
            })
        });
        Ok(Asked {
            devices: devices.transpose()?,
            detail: params
                .parse("detail", "one of all, summary, failed")?
                .unwrap_or_default(),
            format: params
                .parse("format", "one of pdf, csv, docx")?
                .unwrap_or_default(),
        })
    }

    /// What is left out means all that the message used.
    fn of(self, detail: &MessageDetail) -> ReportOptions {
        let devices = self
            .devices
            .unwrap_or_else(|| detail.report.devices.clone());
        ReportOptions {
            devices: devices.into_iter().collect(),
            detail: self.detail,
            format: self.format,
        }
    }
}

fn refusal(error: PrintError) -> Refusal {
    match error {
        PrintError::Store(error) => Refusal::Store(error),
        PrintError::Write(_)
        | PrintError::Pdf(_)
        | PrintError::Begin(_)
        | PrintError::Refused
        | PrintError::Abandoned => Refusal::Internal(error.to_string()),
    }
}

/// Why a job made no file. What is at fault for it stands in the log; a refusal is nobody's fault.
fn unprinted(refusal: Refusal) -> PrintError {
    match refusal {
        Refusal::Store(error) => PrintError::Store(error),
        Refusal::Internal(cause) => PrintError::Begin(cause),
        Refusal::Told(_) | Refusal::TooSoon(_) | Refusal::Busy(_) | Refusal::Noted(..) => {
            PrintError::Refused
        }
    }
}

fn not_offered(error: ChoiceError) -> Problem {
    let field = match error {
        ChoiceError::DeviceNotUsed(_) | ChoiceError::NoDevices => "devices",
        ChoiceError::FailedTooEarly => "detail",
    };
    ProblemType::InvalidRequest
        .because(error.to_string())
        .at(field)
}

/// Paper shows a body's words, not its markup.
fn plain(detail: &mut MessageDetail) {
    for body in &mut detail.content.bodies {
        html::tame(body);
        if body.format == BodyFormat::Html {
            body.content = text::of_html(&body.content);
            body.format = BodyFormat::Text;
        }
    }
}
