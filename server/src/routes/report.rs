//! Report: the Sent Message Report as a file (spec section 7).

use std::sync::LazyLock;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use shared::{
    delivery::Recipient,
    message::{BodyFormat, MessageDetail},
    paths,
    problem::{Problem, ProblemType},
    report::{ChoiceError, Report, ReportDetail, ReportDevice, ReportFormat, ReportOptions},
    session::Permission,
};

use super::{detail, recipients::mask};
use crate::{
    auth::SignedIn,
    error::{Answer, Refusal},
    extract::{Id, Params, invalid},
    report::{
        pdf::Faces,
        printing::{PrintError, Printing},
        text,
    },
    state::App,
    store::report::Lines,
};

/// The faces of the PDF, read at the first one.
static FACES: LazyLock<Faces> = LazyLock::new(Faces::embedded);

/// The report of a message: what went out, to whom, and what became of it. CSV and DOCX are sent while
/// they are written. Who may not see addresses gets them masked.
#[utoipa::path(get, path = paths::REPORT, tag = "messages",
    params(
        ("id" = i64, Path, description = "The message's number"),
        ("devices" = Option<String>, Query, description = "Which deliveries: no_device, inbox, email, voice_text, with commas between; all that the message used where left out"),
        ("detail" = Option<ReportDetail>, Query, description = "How much: all where left out"),
        ("format" = Option<ReportFormat>, Query, description = "As which file: pdf where left out"),
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/pdf"),
        (status = 400, body = Problem, description = "The message has nothing for what was asked"),
        (status = 404, body = Problem),
    ))]
pub async fn report(
    State(app): State<App>,
    user: SignedIn,
    Id(id): Id,
    params: Params,
) -> Answer<Response> {
    let asked = Asked::read(params)?;
    let mut detail = detail::fresh(&app, id).await?.0;
    let options = asked.of(&detail);
    options.check(&detail.report).map_err(not_offered)?;
    plain(&mut detail);
    let zone = app.district.time_zone;
    let lines = Lines::of(&app.db, id, zone).await?;
    let marks = lines.marks(&options);
    let generated_at = detail.as_of;
    let report = Report::new(&detail, &options, marks, &generated_at, zone.name());
    let format = options.format;
    let mask = match user.may(Permission::SeeAddresses) {
        true => None,
        false => Some(mask_line as fn(&mut Recipient)),
    };
    // Few are made at once, so that a printing office does not slow down who looks something up.
    let turn = app.printers.clone().acquire_owned().await;
    let printing = Printing {
        report,
        options,
        lines,
        generated_at,
        mask,
        turn: turn.map_err(|error| Refusal::Internal(error.to_string()))?,
    };
    let body = printing.body(FACES.clone()).await.map_err(refusal)?;
    let name = format!(
        "attachment; filename=\"sent-message-report-{id}.{}\"",
        format.as_str()
    );
    let name = HeaderValue::from_str(&name).map_err(|e| Refusal::Internal(e.to_string()))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(format.content_type()),
        ),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, body).into_response())
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
        PrintError::Write(_) | PrintError::Pdf(_) => Refusal::Internal(error.to_string()),
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
        if body.format == BodyFormat::Html {
            body.content = text::of_html(&body.content);
            body.format = BodyFormat::Text;
        }
    }
}

fn mask_line(line: &mut Recipient) {
    line.deliveries.iter_mut().for_each(mask);
}
