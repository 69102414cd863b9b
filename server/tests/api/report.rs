//! The Sent Message Report, and what the numbers in it mean.

use std::io::{Cursor, Read};

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use server::{
    auth::password,
    clock::Clock,
    store::{
        audit::Who,
        grants::Grant,
        roles,
        users::{self, Added},
    },
};
use shared::{
    delivery::RecipientQuery,
    session::{Permission, Role},
};
use zip::ZipArchive;

use crate::{
    app::{Answer, PASSWORD, TestApp},
    poppler::Pdf,
};

async fn ask(subject: &str, query: &str) -> Answer {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, subject).await;
    app.get(&format!("{path}/report{query}"), &cookie).await
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

#[tokio::test]
async fn the_manuals_example_is_printed_as_csv_with_its_rows() {
    let answer = ask("School is Cancelled", "?format=csv&devices=email").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let disposition = answer.header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\"sent-message-report-"));
    assert!(disposition.ends_with(".csv\""));
    let csv = text(&answer);
    for line in [
        "Total Recipients,127,",
        "Total No Device,34,",
        "Total Inbox,93,",
        "Total Emails,3,",
        "Type,Message Builder - General Notification,",
        "\"Parent, Heather\",\"Student, Calvin\",Email,heather@nomail.com,In-Progress,",
    ] {
        assert!(csv.contains(line), "{line} is missing in {csv}");
    }
    let table = csv.split("\r\n\r\n").nth(1).unwrap();
    assert_eq!(table.trim_end().lines().count(), 1 + 3);
}

#[tokio::test]
async fn people_without_a_device_are_printed_where_asked_for() {
    let answer = ask("School is Cancelled", "?format=csv&devices=no_device").await;
    let table = text(&answer).split("\r\n\r\n").nth(1).unwrap();
    assert_eq!(table.matches(",No Device,,No Device,").count(), 34);
}

#[tokio::test]
async fn a_pdf_and_a_docx_are_files_of_their_kind() {
    let pdf = ask("School is Cancelled", "").await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF-"));
    let docx = ask("School is Cancelled", "?format=docx&detail=summary").await;
    assert!(
        docx.header("content-type")
            .ends_with("wordprocessingml.document")
    );
    assert!(docx.body.starts_with(b"PK"));
}

#[tokio::test]
async fn a_summary_has_no_rows() {
    let answer = ask("School is Cancelled", "?format=csv&detail=summary").await;
    assert!(text(&answer).contains("Total Recipients,127,"));
    assert!(!text(&answer).contains("Heather"));
}

#[tokio::test]
async fn what_the_message_does_not_offer_is_refused_in_words() {
    let problem = |query| async move { ask("School is Cancelled", query).await.problem(400) };
    for (query, field, words) in [
        (
            "?devices=voice_text",
            "devices",
            "This message did not use Voice/Text. Leave that device out.",
        ),
        (
            "?devices=fax",
            "devices",
            "some of no_device, inbox, email, voice_text",
        ),
        (
            "?detail=failed",
            "detail",
            "wait until the message has been sent",
        ),
        ("?format=xls", "format", "one of pdf, csv, docx"),
        ("?colour=red", "colour", "There is no parameter"),
    ] {
        let problem = problem(query).await;
        assert_eq!(problem["field"], field, "{query}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{query}: {detail}");
    }
}

#[tokio::test]
async fn there_is_no_report_of_a_message_that_does_not_exist() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    app.get("/api/messages/999999/report", &cookie)
        .await
        .problem(404);
}

#[tokio::test]
async fn call_statuses_are_listed_with_what_they_mean() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let all = app.get("/api/call-statuses", &cookie).await.json();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 51);
    let fast_busy: &Value = all.iter().find(|status| status["code"] == 14).unwrap();
    assert_eq!(fast_busy["label"], "Fast-Busy");
    assert_eq!(fast_busy["outcome"], json!("failed"));
    assert!(
        fast_busy["note"]
            .as_str()
            .unwrap()
            .starts_with("Received a Fast Busy signal.")
    );
}

/// All of a report that its reader can read: lines of CSV, the words of a PDF, the XML of a DOCX.
fn words(answer: &Answer) -> String {
    match answer.header("content-type") {
        "application/pdf" => Pdf::new(&answer.body).lines().concat(),
        "text/csv; charset=utf-8" => text(answer).to_owned(),
        _ => {
            let mut zip = ZipArchive::new(Cursor::new(&answer.body)).unwrap();
            let mut xml = String::new();
            let mut document = zip.by_name("word/document.xml").unwrap();
            document.read_to_string(&mut xml).unwrap();
            xml
        }
    }
}

/// The cookie of somebody who may print and not see addresses.
async fn printer(app: &TestApp) -> String {
    let permissions = [Permission::View, Permission::Report];
    let (now, shell) = (app.clock.now(), Who::SHELL);
    let put = roles::put(&app.db, "printer", &permissions, &shell, now);
    put.await.unwrap();
    let hash = password::hash(PASSWORD).unwrap();
    let grants = [Grant::everywhere("printer")];
    let added = users::add_with(&app.db, "printer", &grants, &hash, &shell, now).await;
    assert!(matches!(added.unwrap(), Added::Done(_)));
    app.try_sign_in("printer", PASSWORD).await.cookie()
}

#[tokio::test]
async fn who_may_print_and_not_see_addresses_gets_them_masked_in_every_format() {
    let app = TestApp::new().await;
    let printer = printer(&app).await;
    let operator = app.sign_in(Role::Operator).await;
    let path = app.message(&operator, "School is Cancelled").await;
    for format in ["csv", "pdf", "docx"] {
        let report = format!("{path}/report?format={format}&devices=email,inbox");
        let full = words(&app.get(&report, &operator).await);
        let masked = words(&app.get(&report, &printer).await);
        for (address, hidden) in [
            ("heather@nomail.com", "h•••@nomail.com"),
            ("tad@nomail.com", "t•••@nomail.com"),
            ("kris@nomail.com", "k•••@nomail.com"),
        ] {
            assert!(full.contains(address) && !full.contains(hidden), "{format}");
            assert!(
                masked.contains(hidden) && !masked.contains(address),
                "{format}"
            );
        }
    }
    let prints = app.get(&format!("{path}/prints"), &operator).await.json();
    let kept: Vec<_> = (prints.as_array().unwrap().iter())
        .map(|print| {
            (
                print["by"].as_str().unwrap(),
                print["masked"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(kept, [("printer", true), ("operator", false)].repeat(3));
}

/// The addresses of a message, on the page and in a file of who may not see them.
#[tokio::test]
async fn addresses_are_masked_alike_on_the_page_and_in_the_file() {
    let app = TestApp::new().await;
    let (zone, now) = (app.app.district.time_zone, app.app.clock.now());
    let printer = printer(&app).await;
    let path = app.message(&printer, "School is Cancelled").await;
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let report = format!("{path}/report?format=csv&devices=email,inbox");
    let file = app.get(&report, &printer).await;
    let page = app
        .get(&format!("{path}/deliveries?limit=500"), &printer)
        .await;
    let page: shared::delivery::RecipientPage = serde_json::from_slice(&page.body).unwrap();
    let query = RecipientQuery {
        limit: Some(500),
        ..RecipientQuery::default()
    };
    let full = server::store::recipients::page(&app.db, id, &query, true, zone, now);
    let full = full.await.unwrap().unwrap();
    let addresses = |page: &shared::delivery::RecipientPage| -> Vec<String> {
        let all = page.recipients.iter().flat_map(|line| &line.deliveries);
        all.map(|delivery| delivery.address.clone()).collect()
    };
    let (masked, full) = (addresses(&page), addresses(&full));
    assert_eq!(masked.len(), 96);
    for (masked, full) in masked.iter().zip(&full) {
        assert_ne!(masked, full);
        let (row, hidden) = (format!(",{masked},"), format!(",{full},"));
        assert!(
            text(&file).contains(&row) && !text(&file).contains(&hidden),
            "{masked}"
        );
    }
}

#[tokio::test]
async fn a_pdf_and_a_docx_travel_as_they_are_and_a_csv_compressed() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "School is Cancelled").await;
    for (format, encoding) in [("pdf", ""), ("docx", ""), ("csv", "br")] {
        let request = Request::get(format!("{path}/report?format={format}"))
            .header("cookie", &cookie)
            .header("accept-encoding", "gzip, deflate, br, zstd")
            .body(Body::empty());
        let answer = app.send(request.unwrap()).await;
        assert_eq!(answer.status, 200, "{format}");
        assert_eq!(answer.header("content-encoding"), encoding, "{format}");
    }
}

#[tokio::test]
async fn why_deliveries_failed_is_told_without_addresses_to_who_may_not_see_them() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let path = app.message(&cookie, "Library Hours").await;
    let failures = app.get(&format!("{path}/failures"), &cookie).await;
    assert_eq!(failures.status, 200);
    assert_eq!(failures.json()["addresses"], 0);
    app.get("/api/messages/999999/failures", &cookie)
        .await
        .problem(404);
    app.get(&format!("{path}/deliveries?failure=x"), &cookie)
        .await
        .problem(400);
}
