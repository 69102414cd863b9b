//! Every address × everybody who might ask × a message of their school and of another: one table, in which no
//! address may be missing.

use std::collections::BTreeMap;

use serde_json::json;
use server::openapi;
use shared::session::Permission;

mod office;
mod reach;

use office::{OTHER, OWN, Office, WHO, permissions, submission};

/// What each of them is answered about a message of their school, and about another school's. Of what is allowed
/// only that it was: 2xx, or the refusal of an empty body.
enum Rule {
    /// Everybody, signed in or not.
    Open,
    /// Who may do this at the message's school.
    Message(Permission),
    /// Who may do this anywhere.
    Anywhere(Permission),
    /// Whoever is signed in.
    Whoever,
    /// Who administers all schools.
    Administrators,
    /// Programs whose token holds for the school of the message that they bring.
    Program,
    /// Whose report it is, who may still print the message that it is of.
    Job,
}

fn table() -> BTreeMap<(&'static str, &'static str), Rule> {
    use Permission::{Cancel, Report, SeeAddresses, View};
    use Rule::{Administrators, Anywhere, Job, Message, Open, Program, Whoever};
    [
        (("get", "/api/health"), Open),
        (("get", "/api/session"), Open),
        (("post", "/api/session"), Open),
        (("delete", "/api/session"), Open),
        (("post", "/api/session/demo"), Open),
        (("get", "/api/session/sign-on"), Open),
        (("get", "/api/session/sign-on/back"), Open),
        (("post", "/api/receipts/twilio/messages"), Open),
        (("post", "/api/receipts/twilio/calls"), Open),
        (("post", "/api/receipts/twilio/incoming"), Open),
        (("post", "/api/receipts/mailgun"), Open),
        (("post", "/api/receipts/bounces"), Open),
        (("post", "/api/welcome"), Open),
        (("post", "/api/welcome/link"), Open),
        (("post", "/api/session/password"), Whoever),
        (("delete", "/api/session/others"), Whoever),
        (("get", "/api/people"), Administrators),
        (("post", "/api/people"), Administrators),
        (("put", "/api/people/{user}/grants"), Administrators),
        (("put", "/api/people/{user}/disabled"), Administrators),
        (("post", "/api/people/{user}/link"), Administrators),
        (("delete", "/api/people/{user}/sessions"), Administrators),
        (("get", "/api/roles"), Administrators),
        (("put", "/api/roles/{role}"), Administrators),
        (("delete", "/api/roles/{role}"), Administrators),
        (("get", "/api/schools"), Administrators),
        (("post", "/api/schools"), Administrators),
        (("get", "/api/tokens"), Administrators),
        (("post", "/api/tokens"), Administrators),
        (("delete", "/api/tokens/{token}"), Administrators),
        (("get", "/api/sessions"), Administrators),
        (("delete", "/api/sessions"), Administrators),
        (("delete", "/api/sessions/{session}"), Administrators),
        (("get", "/api/audit"), Administrators),
        (("post", "/api/exports"), Anywhere(Report)),
        (("get", "/api/openapi.json"), Anywhere(View)),
        (("get", "/api/docs"), Anywhere(View)),
        (("get", "/api/docs/{file}"), Anywhere(View)),
        (("get", "/api/messages"), Anywhere(View)),
        (("post", "/api/messages"), Program),
        (("get", "/api/events"), Anywhere(View)),
        (("get", "/api/call-statuses"), Anywhere(View)),
        (("get", "/api/inbox/{person}"), Anywhere(SeeAddresses)),
        (("get", "/api/reports/{job}"), Job),
        (("delete", "/api/reports/{job}"), Anywhere(Report)),
        (("get", "/api/reports/{job}/events"), Job),
        (("get", "/api/messages/{id}"), Message(View)),
        (("get", "/api/messages/{id}/deliveries"), Message(View)),
        (("get", "/api/messages/{id}/failures"), Message(View)),
        (("get", "/api/messages/{id}/prints"), Message(View)),
        (("get", "/api/messages/{id}/history"), Message(View)),
        (("post", "/api/messages/{id}/refresh"), Message(View)),
        (("get", "/api/messages/{id}/report"), Message(Report)),
        (("get", "/api/messages/{id}/resend"), Message(Cancel)),
        (("post", "/api/messages/{id}/resend"), Message(Cancel)),
        (("post", "/api/messages/{id}/cancel"), Message(Cancel)),
    ]
    .into()
}

fn reaches_all(who: &str) -> bool {
    matches!(who, "viewer" | "operator" | "admin")
}

/// What is to come of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Allowed,
    Refused(u16),
}

fn expected(rule: &Rule, who: &str, own: bool) -> Expected {
    let may = |permission: &Permission| match permissions(who) {
        None => Err(401),
        Some(permissions) if permissions.contains(permission) => Ok(()),
        Some(_) => Err(403),
    };
    let outcome = match rule {
        Rule::Open => Ok(()),
        Rule::Program => match (who, own) {
            ("token", _) | ("own token", true) | ("other token", false) => Ok(()),
            ("own token" | "other token", _) => Err(403),
            _ => Err(401),
        },
        Rule::Whoever => may(&Permission::View),
        Rule::Administrators if who == "own admin" => Err(403),
        Rule::Administrators => may(&Permission::Administer),
        Rule::Anywhere(permission) => may(permission),
        Rule::Message(_) if permissions(who).is_some() && !own && !reaches_all(who) => Err(404),
        Rule::Message(permission) => may(permission),
        Rule::Job => may(&Permission::Report).and_then(|()| match own || reaches_all(who) {
            true => Ok(()),
            false => Err(404),
        }),
    };
    outcome.map_or_else(Expected::Refused, |()| Expected::Allowed)
}

#[tokio::test]
async fn every_address_is_in_the_table_and_none_twice() {
    let description = serde_json::to_value(openapi::describe()).unwrap();
    let mut described = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.push((method.clone(), path.clone()));
        }
    }
    let listed = table().into_keys();
    let mut listed: Vec<_> = listed
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .collect();
    described.sort();
    listed.sort();
    assert_eq!(described, listed, "say in the table who may ask it");
}

#[tokio::test]
async fn each_address_answers_whom_the_table_names_and_nobody_else() {
    let office = Office::open().await;
    let mut wrong = Vec::new();
    for ((method, path), rule) in table() {
        // Signing out and cancelling would change what comes after; they have rounds of their own below.
        if matches!(
            (method, path),
            ("delete", "/api/session" | "/api/sessions") | ("post", "/api/messages/{id}/cancel")
        ) {
            continue;
        }
        for who in WHO {
            for own in [true, false] {
                let id = if own { &office.own } else { &office.other };
                // Whose report it is may use it up; each asks for a new one.
                let job = match path.contains("{job}") {
                    true => office.report(who, own).await,
                    false => String::new(),
                };
                let path = path
                    .replace("{id}", id)
                    .replace("{person}", "p1")
                    .replace("{user}", "0")
                    .replace("{role}", "none")
                    .replace("{token}", "none")
                    .replace("{session}", "none")
                    .replace("{job}", &job)
                    .replace("{file}", "swagger-ui.css");
                let school = if own { OWN } else { OTHER };
                let body = match rule {
                    Rule::Program => submission(&format!("{who} {own}"), school),
                    _ => json!({}),
                };
                let got = office.bring(who, method, &path, &body).await;
                if !job.is_empty() {
                    office.app.app.jobs.abandon(&job, office.owner(who).await);
                }
                let right = match expected(&rule, who, own) {
                    Expected::Refused(status) => got == status,
                    // There is no such job, person, role; an empty body may be refused; but the door was open.
                    Expected::Allowed if path.ends_with("/none") || path.contains("/0/") => {
                        matches!(got, 400 | 404)
                    }
                    Expected::Allowed if matches!(rule, Rule::Open) => got < 500,
                    Expected::Allowed => matches!(got, 200..300 | 308 | 400 | 409),
                };
                if !right {
                    wrong.push(format!("{who}, own {own}: {method} {path} answered {got}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn who_cancels_reaches_the_message_and_may() {
    let untouched = Office::open().await;
    for who in WHO {
        for own in [true, false] {
            let rule = Rule::Message(Permission::Cancel);
            let path = |office: &Office| {
                let id = if own { &office.own } else { &office.other };
                format!("/api/messages/{id}/cancel")
            };
            match expected(&rule, who, own) {
                Expected::Refused(status) => {
                    let got = untouched.ask(who, "post", &path(&untouched)).await;
                    assert_eq!(got, status, "{who}, own {own}");
                }
                Expected::Allowed => {
                    let office = Office::open().await;
                    let got = office.ask(who, "post", &path(&office)).await;
                    assert!(matches!(got, 200 | 409), "{who}, own {own}: {got}");
                }
            }
        }
    }
}

#[tokio::test]
async fn somebody_elses_report_is_nobody_elses() {
    let office = Office::open().await;
    for own in [true, false] {
        for who in WHO {
            let job = office.report("operator", own).await;
            for (method, end) in [("get", "/events"), ("get", ""), ("delete", "")] {
                let got = office
                    .ask(who, method, &format!("/api/reports/{job}{end}"))
                    .await;
                let right = match expected(&Rule::Anywhere(Permission::Report), who, own) {
                    Expected::Allowed if who == "operator" => continue,
                    Expected::Allowed => 404,
                    Expected::Refused(status) => status,
                };
                assert_eq!(got, right, "{who}, own {own}: {method} {end}");
            }
            office
                .app
                .app
                .jobs
                .abandon(&job, office.owner("operator").await);
        }
    }
}

#[test]
fn no_address_is_answered_at_that_the_table_does_not_name() {
    let router = include_str!("../../src/router.rs");
    for way in [
        ".route(",
        ".route_service(",
        ".nest(",
        ".nest_service(",
        ".merge(",
    ] {
        assert!(!router.contains(way), "{way} would add what no table lists");
    }
    assert_eq!(router.matches(".fallback(").count(), 1, "the page");
}
