//! What the telephone company reports by itself: whatever became of our answer, in whatever order, and after a cancel.

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{
    connections::{self, Limits},
    router::router,
};
use tokio::net::TcpListener;

use crate::{
    twilio::{Instead, Peer},
    whole::Whole,
};

#[tokio::test]
async fn what_twilio_has_although_its_answer_was_lost_is_taken_back_by_the_name_its_callback_tells()
{
    let whole = Whole::new(None).await;
    whole
        .peer
        .instead(Instead::Answer(502, json!("Bad Gateway"), None));
    let number = json!([{"device": "text", "address": "612-555-0100"}]);
    let message = whole.send("Canceled", number).await;
    assert_eq!(whole.standings(&message).await[0].0, "in_progress");
    let cancel = format!("{message}/cancel");
    let answer = whole.app.post(&cancel, &whole.cookie, json!({})).await;
    assert_eq!(answer.status, 200);
    let look = async || {
        whole.app.clock.advance(TimeDelta::minutes(2));
        while whole.dispatcher.take_back().await.unwrap() > 0 {}
    };
    look().await;
    let posts = || whole.peer.seen().len();
    assert_eq!(posts(), 1, "nobody knows what to take back");
    let (sid, seen) = ("SM0000000000000000000000000000beef", whole.peer.seen());
    whole
        .peer
        .becomes(sid, json!({"sid": sid, "status": "queued"}));
    let queued = [("MessageSid", sid), ("MessageStatus", "queued")];
    let url = seen[0].one("StatusCallback");
    assert_eq!(whole.call_back(url, &queued).await, 204);
    look().await;
    assert_eq!(posts(), 2);
    assert_eq!(whole.peer.seen()[1].path, format!("Messages/{sid}.json"));
    assert_eq!(whole.standings(&message).await[0].0, "canceled");
    // What somebody else's log calls by the same key is not ours.
    let other = [("MessageSid", "SM1"), ("MessageStatus", "delivered")];
    assert_eq!(whole.call_back(url, &other).await, 204);
    assert_eq!(whole.standings(&message).await[0].0, "canceled");
}

/// The telephone company itself reports, over HTTP, to a server that listens.
#[tokio::test]
async fn what_the_telephone_company_reports_by_itself_counts_once_in_any_order_and_after_a_cancel()
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let public = format!("http://{}", listener.local_addr().unwrap());
    let whole = Whole::at(&public, None).await;
    let router = router(whole.app.app.clone());
    let serve = connections::serve(listener, router, Limits::default(), std::future::pending());
    let served = tokio::spawn(serve);
    let deliveries = json!([
        {"device": "text", "address": "612-555-0100"},
        {"device": "text", "address": "612-555-0101"},
        {"device": "text", "address": "612-555-0102"},
        {"device": "voice", "address": "612-555-0103"},
    ]);
    let message = whole.send("Reported", deliveries).await;
    let peer = &whole.peer;
    assert_eq!(peer.made(), 4);
    let sids = [0, 1, 2, 3].map(|n| peer.sid(&format!("+1612555010{n}")));
    let text = async |n: usize, status: &str| {
        let words = [("MessageStatus", status)];
        assert_eq!(peer.call_back(&sids[n], &words).await, 204, "{n} {status}");
    };
    let codes = async || {
        let standings = whole.standings(&message).await;
        let code = |(status, code, _)| (status, code);
        standings.into_iter().map(code).collect::<Vec<_>>()
    };
    let stands = |status: &str, code: Value| (status.to_owned(), code);
    // Backwards and twice, as two ways over the net may bring them.
    for status in [
        "delivered",
        "sent",
        "sent",
        "sending",
        "delivered",
        "queued",
    ] {
        text(0, status).await;
    }
    text(1, "sent").await;
    text(1, "undelivered").await;
    text(1, "sent").await;
    for (n, words) in [
        (
            3,
            [("CallStatus", "completed"), ("AnsweredBy", "machine_start")],
        ),
        (3, [("CallStatus", "ringing"), ("AnsweredBy", "")]),
        (
            3,
            [("CallStatus", "completed"), ("AnsweredBy", "machine_start")],
        ),
    ] {
        assert_eq!(peer.call_back(&sids[n], &words).await, 204);
    }
    let expected = [
        stands("sent", json!(-28)),
        stands("failed", json!(-40)),
        stands("in_progress", json!(-39)),
        stands("sent", json!(6)),
    ];
    assert_eq!(codes().await, expected);
    let cancel = format!("{message}/cancel");
    let answer = whole.app.post(&cancel, &whole.cookie, json!({})).await;
    assert_eq!(answer.status, 200);
    let cut = answer.json()["cancellation"]["devices"].clone();
    text(2, "sent").await;
    text(2, "delivered").await;
    let forged = reqwest::Client::new()
        .post(peer.seen()[0].one("StatusCallback"))
        .header("x-twilio-signature", Peer::sign(&public, &[]))
        .form(&[
            ("MessageSid", &sids[0]),
            ("MessageStatus", &"failed".to_owned()),
        ])
        .send();
    assert_eq!(forged.await.unwrap().status(), 403);
    let expected = [
        stands("sent", json!(-28)),
        stands("failed", json!(-40)),
        stands("sent", json!(-28)),
        stands("sent", json!(6)),
    ];
    assert_eq!(codes().await, expected);
    let detail = whole.app.get(&message, &whole.cookie).await.json();
    assert_eq!(detail["message"]["status"], "canceled");
    assert_eq!(detail["cancellation"]["devices"], cut);
    assert_eq!(detail["summary"]["contacted_by_phone"], 1);
    served.abort();
}
