//! What is set, and what is said where it cannot hold.

use clap::Parser;

use super::*;
use crate::{clock::SystemClock, delivery::providers::sandbox::Pace, store::Database};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    providers: ProviderSettings,
}

fn read(arguments: &[&str]) -> Result<ProviderSettings, String> {
    let line = [&["serve"], arguments].concat();
    let line = Line::try_parse_from(line).map_err(|error| error.to_string())?;
    Ok(line.providers)
}

/// The names of who carries email, calls and text messages.
async fn plugged(arguments: &[&str]) -> Result<[&'static str; 3], String> {
    let db = Database::connect("sqlite::memory:").await.unwrap();
    let clock: SharedClock = Arc::new(SystemClock);
    let mut routes = Routes::sandbox(&db, &clock, Pace::Lifelike);
    let settings = read(arguments)?;
    settings
        .plug(&mut routes, &clock)
        .map_err(|failure| failure.to_string())?;
    Ok([&routes.email, &routes.voice, &routes.text].map(|route| route.provider.name()))
}

const SMTP: [&str; 6] = [
    "--email",
    "smtp",
    "--smtp-host",
    "mail.district.example",
    "--email-from",
    "District <alerts@district.example>",
];

/// A file with something in it.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

const TWILIO: [&str; 10] = [
    "--phone",
    "twilio",
    "--twilio-account",
    "AC1",
    "--twilio-token-file",
    FILE,
    "--calls-from",
    "+16125550100",
    "--texts-from",
    "MG1",
];

#[tokio::test]
async fn nobody_is_reached_until_providers_are_set() {
    assert_eq!(plugged(&[]).await, Ok(["sandbox"; 3]));
    assert_eq!(plugged(&SMTP).await, Ok(["smtp", "sandbox", "sandbox"]));
    assert_eq!(plugged(&TWILIO).await, Ok(["sandbox", "twilio", "twilio"]));
}

#[tokio::test]
async fn what_is_missing_is_named() {
    for left_out in [2, 4] {
        let mut line = SMTP.to_vec();
        let flag = line.drain(left_out..left_out + 2).next().unwrap();
        assert!(plugged(&line).await.unwrap_err().contains(flag));
    }
    for left_out in [2, 4, 6, 8] {
        let mut line = TWILIO.to_vec();
        let flag = line.drain(left_out..left_out + 2).next().unwrap();
        assert!(plugged(&line).await.unwrap_err().contains(flag));
    }
    let half = [&SMTP[..], &["--smtp-user", "district"]].concat();
    assert!(
        plugged(&half)
            .await
            .unwrap_err()
            .contains("--smtp-password-file")
    );
    let gone = [&SMTP[..], &["--smtp-authority", "/nowhere/ca.pem"]].concat();
    assert!(
        plugged(&gone)
            .await
            .unwrap_err()
            .contains("/nowhere/ca.pem")
    );
}

#[test]
fn a_secret_stands_in_a_file_and_never_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, "mailgun key\n").unwrap();
    let path = path.to_str().unwrap();
    let settings = read(&["--mailgun-signing-key-file", path]).unwrap();
    assert_eq!(
        settings.proofs().unwrap().mailgun,
        Some(Secret::new("mailgun key"))
    );
    for flag in [
        "--smtp-password",
        "--twilio-token",
        "--mailgun-signing-key",
        "--bounces-secret",
    ] {
        for given in [&[flag, "hunter2"][..], &[&format!("{flag}=hunter2")]] {
            let refused = read(given).unwrap_err();
            assert!(refused.contains(&format!("'{flag}-file'")), "{refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
    let gone = read(&["--bounces-secret-file", "/nowhere"])
        .unwrap()
        .proofs();
    assert!(
        gone.unwrap_err()
            .to_string()
            .contains("--bounces-secret-file")
    );
}

#[test]
fn our_address_is_kept_without_its_last_slash() {
    let url = |text| read(&["--public-url", text]).map(|settings| settings.public_url);
    assert_eq!(
        url("https://log.district.example/"),
        Ok(Some("https://log.district.example".into()))
    );
    assert_eq!(
        url("https://a.example/log"),
        Ok(Some("https://a.example/log".into()))
    );
    for wrong in [
        "log.district.example",
        "ftp://a.example",
        "https://a.example/?x=1",
        "",
    ] {
        assert!(url(wrong).is_err(), "{wrong}");
    }
}
