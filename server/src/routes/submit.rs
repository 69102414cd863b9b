//! Submit: takes a message to be delivered, from a program with a token.

use std::io::{self, Read};

use axum::{
    Extension, Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use futures_util::StreamExt;
use shared::{
    message::MessageId,
    paths,
    problem::{Problem, ProblemType},
    submit::Submitted as Answered,
};
use tokio::sync::mpsc;

use super::session::Visitor;
use crate::{
    auth::{denied::Denied, token::Program},
    entry::{NewMessage, described::Submission, json},
    error::{Answer, NOT_JSON, Refusal},
    extract::invalid,
    state::App,
    store::{
        audit::{Who, once::Why},
        organizations,
        reach::Reach,
        submit::{self, Submitted, answer},
    },
};

/// The most bytes a message may have: about a thousand for each of 200 000 recipients.
pub const MAX_MESSAGE: u64 = 256 * 1024 * 1024;

/// Pieces of the body that wait to be read.
const AHEAD: usize = 16;

/// Takes a message for delivery. The same `external_id` again changes nothing and answers with the same number.
#[utoipa::path(post, path = paths::MESSAGES, tag = "messages",
    request_body(content = Submission, description = "One message, as in the import format without what tells what became of it; up to 200 000 recipients"),
    responses(
        (status = 201, body = Answered, description = "Taken. Deliveries whose address is none are left out and named"),
        (status = 200, body = Answered, description = "It was taken before; this is what was, whatever the body says now"),
        (status = 400, body = Problem, description = "Something in it cannot be taken; nothing was"),
        (status = 401, body = Problem, description = "No token, or one that does not hold"),
        (status = 403, body = Problem, description = "The token may not submit messages of this school"),
        (status = 409, body = Problem, description = "Another school's message has this `external_id`; nothing was taken"),
        (status = 413, body = Problem),
        (status = 415, body = Problem),
    ))]
pub async fn submit(
    State(app): State<App>,
    Extension(program): Extension<Program>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Body,
) -> Answer<(StatusCode, Json<Answered>)> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/json") {
        return Err(ProblemType::UnsupportedMediaType.because(NOT_JSON).into());
    }
    let message = read(&app, body).await?;
    within_reach(&app, &program, &message.head.organization).await?;
    let by = Who::program(program.name.clone()).from(visitor.address);
    let (status, answer) = match submit::submit(&app.db, &message, Some(&by), &*app.clock).await? {
        Submitted::Accepted(id) => (StatusCode::CREATED, answer::of(id, message)),
        Submitted::AlreadyThere(id) => (StatusCode::OK, as_at_first(&app, id).await?),
        Submitted::Taken => {
            let sentence = "Another school's message has this external_id already, and this one was not taken. Give each \
                message an id of its own, such as one that begins with the school.";
            let taken = ProblemType::Conflict.because(sentence).at("external_id");
            let taken = Refusal::from(taken);
            return Err(taken.noted(Denied::program(program.name, Why::IdTaken)));
        }
    };
    Ok((status, Json(answer)))
}

/// What the sender was told at first: it is what was taken, whatever the body says this time.
async fn as_at_first(app: &App, id: MessageId) -> Answer<Answered> {
    let answer = answer::answer(&app.db, id).await?;
    answer.ok_or_else(|| {
        Refusal::Internal(format!("message {id} was removed as it was brought again"))
    })
}

/// Refuses a school that the token may not submit for.
async fn within_reach(app: &App, program: &Program, school: &str) -> Answer<()> {
    if program.reach == Reach::Everywhere {
        return Ok(());
    }
    let known = organizations::by_name(&app.db, school).await?;
    if known.is_some_and(|school| program.reach.includes(school)) {
        return Ok(());
    }
    let sentence = "This token may not submit messages of this school. Use the token that was made for it, or ask \
        an administrator of Sentlog for one.";
    let refusal = Refusal::from(ProblemType::Forbidden.because(sentence).at("organization"));
    Err(refusal.noted(Denied::program(program.name.clone(), Why::OtherSchool)))
}

/// Reads a message while it comes in. Of its bytes only a few pieces are in memory at a time.
async fn read(app: &App, body: Body) -> Result<NewMessage, Refusal> {
    let (pieces, reader) = mpsc::channel(AHEAD);
    let district = app.district;
    let mut parse = tokio::task::spawn_blocking(move || {
        let pieces = Pieces {
            reader,
            piece: Bytes::new(),
        };
        json::read_submission(pieces, &district)
    });
    let mut body = body.into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = body.next().await {
        let Ok(piece) = piece else {
            // Its sender is gone; the reader finds no end.
            return Err(invalid("The body broke off. Send it again: a repeat is harmless.").into());
        };
        bytes += piece.len() as u64;
        if bytes > MAX_MESSAGE {
            let sentence =
                "The message is larger than 256 MB. Split its recipients over several messages.";
            return Err(ProblemType::TooLarge.because(sentence).into());
        }
        if pieces.send(piece).await.is_err() {
            // The reader has found something to refuse, and wants no more.
            break;
        }
    }
    drop(pieces);
    let read = (&mut parse)
        .await
        .map_err(|error| Refusal::Internal(format!("a message's reader ended: {error}")))?;
    read.map_err(|refusal| {
        let problem = match refusal.field.as_str() {
            "" => invalid(format!("The message is not taken: {}.", refusal.reason)),
            field => invalid(format!(
                "The message is not taken: {field} {}.",
                refusal.reason
            ))
            .at(field),
        };
        problem.into()
    })
}

/// What has come in, for a reader on a thread of its own.
struct Pieces {
    reader: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.reader.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let len = self.piece.len().min(into.len());
        into[..len].copy_from_slice(&self.piece.split_to(len));
        Ok(len)
    }
}
