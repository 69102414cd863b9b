//! At a real provider.

use axum::http::Method;
use serde_json::{Value, json};
use server::{
    clock::Clock,
    store::{audit::Who, users},
};

use crate::{
    app::{PASSWORD, TestApp},
    browser::Browser,
    door::{MAP, app, back, begin, cookies, refusal, session, with},
    provider::Provider,
};

/// Signs `name` in, and returns the session.
async fn sign_in(app: &TestApp, name: &str) -> String {
    let (address, cookie) = begin(app, "").await;
    let brought = Browser::new().sign_in(&address, name).await;
    session(&back(app, &brought, &cookie).await)
}

async fn who(app: &TestApp, cookie: &str) -> Value {
    app.get("/api/session", cookie).await.json()["user"].clone()
}

#[tokio::test]
async fn who_is_mapped_comes_in_once_and_to_the_page_they_wanted() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let (address, cookie) = begin(&app, "?next=/?subject%3Dlibrary").await;
    let brought = Browser::new().sign_in(&address, "office").await;
    let answer = back(&app, &brought, &cookie).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "/?subject=library");
    let session = session(&answer);
    assert_eq!(cookies(&answer).len(), 1, "nothing else is kept");
    let user = who(&app, &session).await;
    assert_eq!(user["name"], "Olga Office");
    assert!(app.get("/api/messages", &session).await.status.is_success());
    let again = back(&app, &brought, &cookie).await;
    assert!(refusal(&app, &again).await.contains("finished already"));
    assert_eq!(
        app.ask(Method::DELETE, "/api/session", &session, None)
            .await
            .status,
        204
    );
    assert_eq!(who(&app, &session).await, Value::Null);
}

#[tokio::test]
async fn somebody_called_like_an_account_of_ours_is_somebody_else() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let ours = users::by_name(&app.db, "admin").await.unwrap().unwrap();
    let theirs = who(&app, &sign_in(&app, "director").await).await;
    assert_eq!(theirs["name"], "admin");
    let may = theirs["permissions"].as_array().unwrap();
    assert_eq!(may, &[json!("view")]);
    let still = users::by_name(&app.db, "admin").await.unwrap().unwrap();
    assert!(ours == still, "our account is untouched");
    for password in ["", "any", "director"] {
        for name in [
            "director",
            "office",
            "Olga Office",
            &format!("\u{1f}{}\u{1f}director", provider.issuer),
        ] {
            assert_eq!(app.try_sign_in(name, password).await.status, 401);
        }
    }
}

#[tokio::test]
async fn what_one_may_do_follows_the_mapping_at_each_sign_in() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let may = async |app: &TestApp| {
        let user = who(app, &sign_in(app, "office").await).await;
        user["permissions"].as_array().unwrap().len()
    };
    let before = may(&app).await;
    let less = MAP.replace("'operator'", "'viewer'");
    let app = with(app, &provider.issuer, &less, false);
    let session = sign_in(&app, "office").await;
    assert!(may(&app).await < before);
    // Mapped to nothing any more: they lose what they had, and the session that was open shows nothing.
    let nothing = MAP.replace("'office'", "'others'");
    let app = with(app, &provider.issuer, &nothing, false);
    let (address, cookie) = begin(&app, "").await;
    let brought = Browser::new().sign_in(&address, "office").await;
    let words = refusal(&app, &back(&app, &brought, &cookie).await).await;
    assert!(words.contains("gives you no right"), "{words}");
    app.get("/api/messages", &session).await.problem(403);
}

#[tokio::test]
async fn who_is_mapped_to_one_school_sees_the_messages_of_that_school() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let everywhere = sign_in(&app, "office").await;
    let path = "/api/messages?created_from=2019-12-01&created_to=2020-01-31";
    let schools = async |app: &TestApp, session: &str| {
        let found = app.get(path, session).await.json();
        let rows = found["messages"].as_array().unwrap().iter();
        let mut names: Vec<_> = rows.map(|row| row["organization"].to_string()).collect();
        names.sort();
        names.dedup();
        names
    };
    let all = schools(&app, &everywhere).await;
    assert!(all.len() > 1);
    let one = MAP.replace("'operator'", &format!("'operator'\nschool = {}", all[0]));
    // A school and a role that nobody knows grant nothing, and keep nobody out.
    let one = format!(
        "{one}\n[[map]]\nvalue = 'office'\nrole = 'viewer'\nschool = 'None such'\n\
        [[map]]\nvalue = 'office'\nrole = 'none such'"
    );
    let app = with(app, &provider.issuer, &one, false);
    let session = sign_in(&app, "office").await;
    assert_eq!(schools(&app, &session).await, all[..1]);
    assert_eq!(
        schools(&app, &everywhere).await,
        all[..1],
        "in the other browser, too"
    );
}

#[tokio::test]
async fn who_is_disabled_here_does_not_come_in_by_the_provider() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let session = sign_in(&app, "office").await;
    let users = users::all(&app.db).await.unwrap();
    let user = users
        .iter()
        .find(|user| user.name == "Olga Office")
        .unwrap();
    users::disable(&app.db, user.id, true, &Who::SHELL, app.clock.now())
        .await
        .unwrap();
    assert_eq!(who(&app, &session).await, Value::Null);
    let (address, cookie) = begin(&app, "").await;
    let brought = Browser::new().sign_in(&address, "office").await;
    let words = refusal(&app, &back(&app, &brought, &cookie).await).await;
    assert!(words.contains("is disabled"), "{words}");
}

#[tokio::test]
async fn who_turns_back_at_the_provider_is_told_so() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let (address, cookie) = begin(&app, "").await;
    let brought = Browser::new().turn_back(&address).await;
    assert!(brought.contains("error=access_denied"), "{brought}");
    let words = refusal(&app, &back(&app, &brought, &cookie).await).await;
    assert!(words.contains("did not let you in"), "{words}");
}

#[tokio::test]
async fn a_sign_in_belongs_to_the_browser_that_began_it() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let (address, _) = begin(&app, "").await;
    let (_, mine) = begin(&app, "").await;
    let brought = Browser::new().sign_in(&address, "office").await;
    // Sent to somebody without a sign-in of their own, or with another.
    let words = refusal(&app, &back(&app, &brought, "").await).await;
    assert!(words.contains("took too long"), "{words}");
    let words = refusal(&app, &back(&app, &brought, &mine).await).await;
    assert!(words.contains("does not belong"), "{words}");
}

#[tokio::test]
async fn a_code_is_worth_nothing_in_another_sign_in() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let (address, _) = begin(&app, "").await;
    let stolen = Browser::new().sign_in(&address, "director").await;
    let code = stolen
        .split(['?', '&'])
        .find(|pair| pair.starts_with("code="));
    let (address, cookie) = begin(&app, "").await;
    let own = Browser::new().sign_in(&address, "office").await;
    let own_code = own.split(['?', '&']).find(|pair| pair.starts_with("code="));
    let mixed = own.replace(own_code.unwrap(), code.unwrap());
    let words = refusal(&app, &back(&app, &mixed, &cookie).await).await;
    assert!(words.contains("could not be trusted"), "{words}");
}

#[tokio::test]
async fn a_sign_in_that_takes_too_long_is_over() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let (address, cookie) = begin(&app, "").await;
    let brought = Browser::new().sign_in(&address, "office").await;
    app.clock.advance(chrono::TimeDelta::minutes(11));
    let words = refusal(&app, &back(&app, &brought, &cookie).await).await;
    assert!(words.contains("took too long"), "{words}");
}

#[tokio::test]
async fn a_session_that_was_there_before_is_not_the_one_that_is_signed_in() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = app(&provider.issuer).await;
    let planted = app.try_sign_in("viewer", PASSWORD).await.cookie();
    let (address, cookie) = begin(&app, "").await;
    let brought = Browser::new().sign_in(&address, "office").await;
    let answer = back(&app, &brought, &format!("{cookie}; {planted}")).await;
    assert_ne!(session(&answer), planted);
    assert_eq!(who(&app, &planted).await, Value::Null);
    assert_eq!(who(&app, &session(&answer)).await["name"], "Olga Office");
}

#[tokio::test]
async fn where_the_provider_is_the_only_way_in_passwords_open_nothing() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let app = with(TestApp::new().await, &provider.issuer, MAP, true);
    app.try_sign_in("admin", PASSWORD).await.problem(403);
    let said = app.get("/api/session", "").await.json();
    assert_eq!(
        said["sign_on"],
        json!({"name": "the district", "alone": true})
    );
    assert_eq!(
        who(&app, &sign_in(&app, "office").await).await["name"],
        "Olga Office"
    );
}
