//! The Sent Message Report, and what the numbers in it mean.

use serde_json::{Value, json};
use shared::session::Role;

use crate::app::{Answer, TestApp};

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
