//! Recipients and their deliveries.

use insta::assert_json_snapshot;
use shared::session::Role;

use crate::app::TestApp;

#[tokio::test]
async fn a_page_of_recipients_shows_their_deliveries() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "School is Cancelled").await;
    let page = app
        .get(&format!("{path}/deliveries?limit=3"), &cookie)
        .await
        .json();
    assert_json_snapshot!(page);
}

#[tokio::test]
async fn the_pages_together_are_all_lines_once() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "School is Cancelled").await;
    let (mut lines, mut after) = (Vec::new(), String::new());
    loop {
        let page = app
            .get(&format!("{path}/deliveries?limit=50{after}"), &cookie)
            .await
            .json();
        assert_eq!(page["total"], 127);
        let recipients = page["recipients"].as_array().unwrap();
        lines.extend(recipients.iter().map(|line| line["line"].as_u64().unwrap()));
        match page["next_after"].as_u64() {
            Some(line) => after = format!("&after={line}"),
            None => break,
        }
    }
    assert_eq!(lines, (0..127).collect::<Vec<_>>());
}

#[tokio::test]
async fn recipients_are_filtered_by_device() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "School is Cancelled").await;
    for (filter, lines) in [
        ("device=no_device", 34),
        ("device=email", 3),
        ("device=voice", 0),
    ] {
        let page = app
            .get(&format!("{path}/deliveries?{filter}"), &cookie)
            .await
            .json();
        assert_eq!(page["total"], lines, "{filter}");
    }
}

#[tokio::test]
async fn a_viewer_sees_no_address_and_finds_nobody_by_one() {
    let app = TestApp::new().await;
    let viewer = app.sign_in(Role::Viewer).await;
    let operator = app.sign_in(Role::Operator).await;
    let path = app.message(&viewer, "School is Cancelled").await;
    let emails = format!("{path}/deliveries?device=email");
    let masked = app.get(&emails, &viewer).await;
    let text = String::from_utf8(masked.body.clone()).unwrap();
    let open = app.get(&emails, &operator).await.json();
    for line in open["recipients"].as_array().unwrap() {
        for delivery in line["deliveries"].as_array().unwrap() {
            let address = delivery["address"].as_str().unwrap();
            assert!(
                !text.contains(&format!("\"{address}\"")),
                "{address} is shown"
            );
        }
    }
    assert_json_snapshot!(masked.json()["recipients"]);
    let search = format!("{path}/deliveries?search=nomail");
    assert_eq!(app.get(&search, &viewer).await.json()["total"], 0);
    assert_eq!(app.get(&search, &operator).await.json()["total"], 3);
}
