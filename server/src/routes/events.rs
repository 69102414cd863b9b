//! Events: what changes while a page is open, as server-sent events, one stream a page.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt, stream};
use shared::{
    live::{CHANGE, Change, RELOAD},
    message::MessageId,
    paths,
    problem::Problem,
    session::Permission,
};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, timeout_at},
};

use crate::{
    auth::reader::Reader,
    error::Answer,
    extract::Params,
    live::{Live, Missed},
    openapi::StreamedEvent,
    state::App,
    store::watch::Seen,
};

/// A stream ends after so long, and the browser begins another.
const LASTS: Duration = Duration::from_secs(300);

/// How soon a browser begins another.
const AGAIN: Duration = Duration::from_millis(500);

/// How often a stream that has nothing to tell says that it is there.
const ALIVE: Duration = Duration::from_secs(15);

/// News of messages: an event `change` for each that has changed or come in, or `reload` where it is simpler to ask
/// for all anew. Resumes after a break by `Last-Event-ID`, or at `since`; else it tells what changes from now on.
#[utoipa::path(get, path = paths::EVENTS, tag = "messages",
    params(
        ("message" = Option<i64>, Query, description = "The number of a message: tells of no other"),
        ("since" = Option<i64>, Query, description = "Milliseconds since 1970: tells what has changed since then, too"),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event received, which a browser sends by itself"),
    ),
    responses(
        (status = 200, body = StreamedEvent, content_type = "text/event-stream", description = "Events; the data of each `change` is a `Change`"),
        (status = 400, body = Problem),
    ))]
pub async fn events(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    params: Params,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let params = params.only(&["message", "since"])?;
    let only: Option<i64> = params.parse("message", "the number of a message")?;
    let only = only.map(MessageId);
    let asked: Option<i64> = params.parse("since", "milliseconds since 1970")?;
    let asked = asked.map(|millis| DateTime::from_timestamp_millis(millis).unwrap_or_default());
    let follower = Follower { only, reader };
    let listener = app.live.listen();
    let mut begun = vec![Event::default().comment("listening").retry(AGAIN)];
    if let Some(since) = since(&headers).or(asked) {
        begun.extend(missed(&app.live, since, &follower).await?);
    }
    let begun = stream::iter(begun.into_iter().map(Ok));
    let alive = KeepAlive::new().interval(ALIVE);
    let events = begun.chain(news(listener, follower));
    Ok(Sse::new(events.take_until(app.live.ended())).keep_alive(alive))
}

/// When the last event was that a page received.
fn since(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let id = headers.get("last-event-id")?.to_str().ok()?;
    DateTime::from_timestamp_millis(id.trim().parse().ok()?)
}

async fn missed(live: &Arc<Live>, since: DateTime<Utc>, follower: &Follower) -> Answer<Vec<Event>> {
    Ok(match live.missed(since).await? {
        Missed::TooMuch => vec![reload()],
        Missed::Changes(changes) => changes
            .iter()
            .filter_map(|seen| follower.told(seen))
            .collect(),
    })
}

fn news(
    listener: Receiver<Arc<Seen>>,
    follower: Follower,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let until = Instant::now() + LASTS;
    stream::unfold(
        (listener, follower),
        move |(mut listener, mut follower)| async move {
            loop {
                let event = match timeout_at(follower.reader.asks_again(), listener.recv()).await {
                    Ok(Ok(seen)) => follower.told(&seen),
                    Ok(Err(RecvError::Lagged(_))) => Some(reload()),
                    Ok(Err(RecvError::Closed)) => return None,
                    Err(_) => None,
                };
                // Asked before an event that came late is told, too.
                if Instant::now() >= until || !follower.reader.reads_on().await {
                    return None;
                }
                if let Some(event) = event {
                    return Some((Ok(event), (listener, follower)));
                }
            }
        },
    )
}

/// Who reads the news, and of what.
struct Follower {
    /// The message it is about; `None` for all within reach.
    only: Option<MessageId>,
    reader: Reader,
}

impl Follower {
    /// What they are told of a change.
    fn told(&self, (change, school): &Seen) -> Option<Event> {
        let rights = self.reader.account().rights();
        let about = self.only.is_none_or(|only| change.message.id == only);
        if !about || !rights.may_at(Permission::View, *school) {
            return None;
        }
        let may_cancel = rights.may_at(Permission::Cancel, *school);
        if may_cancel || !change.can_cancel {
            return told(change);
        }
        let mut change = change.clone();
        change.can_cancel = false;
        told(&change)
    }
}

/// A change; its id is when it happened.
fn told(change: &Change) -> Option<Event> {
    let id = change.at.timestamp_millis().to_string();
    Event::default().event(CHANGE).id(id).json_data(change).ok()
}

fn reload() -> Event {
    Event::default().event(RELOAD).data("{}")
}
