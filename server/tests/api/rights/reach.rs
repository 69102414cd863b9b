//! What is found, told and shown of one's own schools, and nothing of any other.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use server::{
    auth::token,
    clock::Clock,
    store::{
        audit::Who,
        grants::{self, Grant, Granted},
        inbox,
        tokens::{self, Limits},
        users,
    },
};
use shared::message::MessageId;

use super::office::{OTHER, OWN, Office, submission};
use crate::{app::TestApp, events::Stream};

#[tokio::test]
async fn a_find_shows_the_rows_within_reach_and_counts_no_others() {
    let office = Office::open().await;
    let path = "/api/messages?created_from=2019-12-01&created_to=2020-01-31";
    let all = office.app.get(path, &office.cookies["viewer"]).await.json();
    let own = office
        .app
        .get(path, &office.cookies["own viewer"])
        .await
        .json();
    let of_own: Vec<&Value> = all["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["organization"] == OWN)
        .collect();
    assert!(!of_own.is_empty() && of_own.len() < all["messages"].as_array().unwrap().len());
    assert_eq!(
        own["messages"]
            .as_array()
            .unwrap()
            .iter()
            .collect::<Vec<_>>(),
        of_own
    );
    assert_eq!(own["total"], of_own.len());
}

#[tokio::test]
async fn addresses_are_masked_by_the_school_of_the_message() {
    let office = Office::open().await;
    let user = users::by_name(&office.app.db, "own operator")
        .await
        .unwrap()
        .unwrap();
    let grants = [
        Grant::everywhere("viewer"),
        Grant {
            role: "operator".into(),
            organization: Some(OWN.into()),
        },
    ];
    assert_eq!(
        grants::set(
            &office.app.db,
            user.id,
            &grants,
            &Who::SHELL,
            office.app.clock.now()
        )
        .await
        .unwrap(),
        Granted::Done
    );
    let cookie = &office.cookies["own operator"];
    for (id, in_full) in [(&office.own, true), (&office.other, false)] {
        let path = format!("/api/messages/{id}/deliveries");
        let shown = office.app.get(&path, cookie).await;
        let told = office.app.get(&path, &office.cookies["admin"]).await;
        assert_eq!(
            shown.json()["recipients"] == told.json()["recipients"],
            in_full,
            "{id}"
        );
        let cancel = office
            .ask(
                "own operator",
                "post",
                &format!("/api/messages/{id}/cancel"),
            )
            .await;
        assert_eq!(cancel == 403, !in_full, "{cancel}");
    }
}

#[tokio::test]
async fn a_stream_tells_of_the_messages_of_ones_schools_and_of_no_other() {
    let office = Office::open().await;
    let admin = &office.cookies["admin"];
    let all = format!("?message={}", office.other);
    let mut streams = Vec::new();
    for (who, query) in [
        ("viewer", ""),
        ("own viewer", ""),
        ("own operator", all.as_str()),
    ] {
        let path = format!("/api/events{query}");
        streams.push(Stream::open(&office.app, &path, &office.cookies[who], "").await);
    }
    let left = office.app.clock.now().timestamp_millis();
    // The other school's first: who may not know of it hears of the own one alone.
    for (n, school) in [OTHER, OWN, OTHER].into_iter().enumerate() {
        office.app.clock.advance(chrono::TimeDelta::seconds(1));
        let body = submission(&format!("news {n}"), school);
        assert_eq!(
            office.bring("token", "post", "/api/messages", &body).await,
            201
        );
    }
    let schools = async |stream: &mut Stream, count: usize| {
        let mut told = Vec::new();
        while told.len() < count {
            let (name, _, change) = stream.next().await;
            assert_eq!(name, "change");
            told.push(
                change["message"]["organization"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
        told
    };
    assert_eq!(schools(&mut streams[0], 3).await, [OTHER, OWN, OTHER]);
    assert_eq!(schools(&mut streams[1], 1).await, [OWN]);
    // What comes last shows that nothing came between: their own school's next message.
    office.app.clock.advance(chrono::TimeDelta::seconds(1));
    let body = submission("last", OWN);
    assert_eq!(
        office.bring("token", "post", "/api/messages", &body).await,
        201
    );
    assert_eq!(schools(&mut streams[1], 1).await, [OWN]);
    // Who asks for another school's message by its number hears nothing, as of one that there is not.
    assert_eq!(streams[2].what_has_come(), "");
    // Nor does who was away meanwhile.
    let path = format!("/api/events?since={left}");
    let mut away = Stream::open(&office.app, &path, &office.cookies["own viewer"], "").await;
    assert_eq!(schools(&mut away, 2).await, [OWN, OWN]);
    let mut away = Stream::open(&office.app, &path, admin, "").await;
    assert_eq!(schools(&mut away, 4).await, [OTHER, OWN, OTHER, OWN]);
}

#[tokio::test]
async fn an_inbox_shows_the_messages_of_ones_schools_and_of_no_other() {
    let office = Office::open().await;
    for id in [&office.own, &office.other] {
        let (message, now) = (MessageId(id.parse().unwrap()), office.app.clock.now());
        let put = inbox::put(&office.app.db, message, &[(1, "p1")], now).await;
        put.unwrap();
    }
    for (who, ids) in [
        ("operator", vec![&office.own, &office.other]),
        ("own operator", vec![&office.own]),
        ("own admin", vec![&office.own]),
    ] {
        let path = "/api/inbox/p1";
        let inbox = office.app.get(path, &office.cookies[who]).await.json();
        let found = inbox.as_array().unwrap().iter();
        let mut found: Vec<_> = found.map(|item| item["message"].to_string()).collect();
        let mut ids: Vec<_> = ids.into_iter().cloned().collect();
        found.sort();
        ids.sort();
        assert_eq!(found, ids, "{who}");
    }
    assert_eq!(office.ask("own viewer", "get", "/api/inbox/p1").await, 403);
}

#[tokio::test]
async fn a_token_submits_for_its_schools_until_it_ends() {
    let app = TestApp::new().await;
    let token = token::make();
    let schools = ["High School".to_owned()];
    let ends = app.clock.now() + chrono::TimeDelta::days(1);
    let key = token::key(&token);
    let limits = Limits {
        schools: Some(&schools),
        expires_at: Some(ends),
    };
    let now = app.clock.now();
    let added = tokens::add(&app.db, "portal", &key, limits, &Who::SHELL, now).await;
    assert_eq!(added.unwrap(), Ok(true));
    let submit = async |school: &str| {
        let message = submission(school, school);
        let request = Request::post("/api/messages")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(message.to_string()));
        app.send(request.unwrap()).await
    };
    assert_eq!(submit("High School").await.status, 201);
    for school in [OWN, "Nowhere"] {
        assert_eq!(submit(school).await.problem(403)["field"], "organization");
    }
    app.clock.advance(chrono::TimeDelta::days(1));
    submit("High School").await.problem(401);
}

#[tokio::test]
async fn the_rows_before_another_schools_message_are_those_before_none() {
    let office = Office::open().await;
    let path = "/api/messages?created_from=2019-12-01&created_to=2020-01-31&before=";
    let before = async |id: &str| {
        let cookie = &office.cookies["own viewer"];
        office.app.get(&format!("{path}{id}"), cookie).await.json()
    };
    assert_eq!(before(&office.other).await, before("999999").await);
}

#[tokio::test]
async fn a_token_is_told_nothing_of_another_schools_message() {
    let app = TestApp::new().await;
    let schools = ["High School", OWN].map(str::to_owned);
    let mut tokens = Vec::new();
    for (name, school) in schools.iter().enumerate() {
        let token = token::make();
        let limits = Limits {
            schools: Some(std::slice::from_ref(school)),
            expires_at: None,
        };
        let (name, key) = (name.to_string(), token::key(&token));
        let added = tokens::add(&app.db, &name, &key, limits, &Who::SHELL, app.clock.now()).await;
        assert_eq!(added.unwrap(), Ok(true));
        tokens.push(token);
    }
    let submit = async |n: usize| {
        let message = json!({
            "external_id": "closing", "message_type": "Message Builder", "organization": schools[n], "subject": "Closed",
            "sender": "A", "created_at": "2020-01-31T15:00:00-06:00", "body": {"email": "Closed"}, "recipients": [],
        });
        let request = Request::post("/api/messages")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", tokens[n]))
            .body(Body::from(message.to_string()));
        app.send(request.unwrap()).await
    };
    let taken = submit(0).await;
    assert_eq!(taken.status, 201);
    let refused = submit(1).await;
    let problem = refused.problem(409);
    assert_eq!(problem["field"], "external_id");
    assert!(
        !String::from_utf8_lossy(&refused.body).contains("\"id\""),
        "{problem}"
    );
    assert_eq!(submit(0).await.json(), taken.json());
}
