//! Wording: a line of the audit trail as people read it.

use serde_json::Value;
use shared::{
    audit::{AuditAction, AuditLine, HistoryLine},
    message::MessageId,
    report::{ReportDetail, ReportFormat},
    session::Permission,
};

use crate::store::{
    audit::{once::Why, read::Kept},
    time::local,
};

/// A line with everything that it was about.
pub fn line(kept: &Kept, zone: chrono_tz::Tz) -> AuditLine {
    let message = message(kept);
    AuditLine {
        seq: kept.seq,
        at: local(kept.at, zone),
        who: who(kept),
        address: kept.address.clone(),
        action: kept.action,
        what: what(
            kept,
            &message.map_or_else(String::new, |id| format!("message {id}")),
        ),
        message,
    }
}

/// A line beside the message that it is about.
pub fn history(kept: &Kept, zone: chrono_tz::Tz) -> HistoryLine {
    HistoryLine {
        at: local(kept.at, zone),
        who: who(kept),
        what: what(kept, "it"),
    }
}

fn message(kept: &Kept) -> Option<MessageId> {
    let of_message = kept.subject.as_deref() == Some("message");
    let id = kept.subject_id.as_deref().filter(|_| of_message)?;
    id.parse().ok().map(MessageId)
}

fn who(kept: &Kept) -> String {
    match (&kept.name, kept.actor.as_str()) {
        (Some(name), "program") => format!("{name} (program)"),
        (Some(name), _) => name.clone(),
        (None, "shell") => "Command line".into(),
        (None, "nobody") => "Not signed in".into(),
        (None, _) => "Sentlog".into(),
    }
}

fn what(kept: &Kept, message: &str) -> String {
    let details = &kept.details;
    let given = |name: &str| details[name].as_str();
    let said = |name: &str| details[name] == true;
    let number = |name: &str| details[name].as_u64().unwrap_or_default();
    let id = kept.subject_id.as_deref().unwrap_or_default();
    // An account of a restored database may be gone.
    let somebody = || match &kept.subject_name {
        Some(name) => name.clone(),
        None => format!("account {id}"),
    };
    let masked = match said("masked") {
        true => ", addresses masked",
        false => "",
    };
    match kept.action {
        AuditAction::SignedIn => "Signed in".into(),
        AuditAction::SignInRefused => match (&kept.subject_name, said("provider")) {
            (Some(name), _) => format!("Was not let in as {name}"),
            (None, true) => "Was not let in from the district’s provider".into(),
            (None, false) => "Was not let in, under a name that nobody has".into(),
        },
        AuditAction::SignedOut => "Signed out".into(),
        AuditAction::Refused => refused(kept),
        AuditAction::ViewedPersonalData => match details["inbox"].as_array() {
            Some(messages) => format!(
                "Looked at somebody’s inbox, with {}",
                counted(messages.len() as u64, "message")
            ),
            None => format!("Looked at {message}{masked}"),
        },
        AuditAction::Canceled => match said("with_reason") {
            true => format!("Canceled {message}, and gave a reason"),
            false => format!("Canceled {message}"),
        },
        AuditAction::Resent => {
            let whom = match given("which") {
                Some("stopped") => "whom its cancel had stopped",
                _ => "whom it had not reached",
            };
            let (new, lines) = (number("as"), counted(number("lines"), "recipient"));
            format!("Resent {message} as message {new} to {lines} {whom}")
        }
        AuditAction::Submitted => {
            format!(
                "Submitted {message} with {}",
                counted(number("lines"), "recipient")
            )
        }
        AuditAction::Imported => imported(details),
        AuditAction::Reported => {
            let format = given("format").and_then(|word| word.parse::<ReportFormat>().ok());
            let detail = given("detail").and_then(|word| word.parse::<ReportDetail>().ok());
            let format = format.map_or("a file", ReportFormat::label);
            let detail = detail.map_or("", ReportDetail::label);
            format!("Printed the report of {message} as {format} ({detail}){masked}")
        }
        AuditAction::Exported => format!(
            "Saved {} of the log as a file",
            counted(number("rows"), "row")
        ),
        AuditAction::UserCreated => format!("Added {}: {}", somebody(), grants(details)),
        AuditAction::UserChanged => match said("disabled") {
            true => format!("Disabled {}", somebody()),
            false => format!("Enabled {}", somebody()),
        },
        AuditAction::RightsChanged => format!("Made {}: {}", somebody(), grants(details)),
        AuditAction::RoleChanged => match said("removed") {
            true => format!("Removed the role {id}"),
            false => format!("Let the role {id} {}", list(&details["permissions"])),
        },
        AuditAction::SchoolAdded => {
            format!("Added the school {}", given("school").unwrap_or_default())
        }
        AuditAction::PasswordChanged => match said("by_link") {
            true => format!("Chose the password of {} by a link", somebody()),
            false => format!("Changed the password of {}", somebody()),
        },
        AuditAction::PasswordReset => {
            format!(
                "Voided the password of {}, and made a link to choose another",
                somebody()
            )
        }
        AuditAction::SessionEnded => {
            let sessions = counted(number("sessions"), "session");
            match kept.subject {
                Some(_) => format!("Ended {sessions} of {}", somebody()),
                None => format!("Ended {sessions} of everybody else"),
            }
        }
        AuditAction::TokenCreated => {
            let schools = match details["schools"].is_array() {
                true => list(&details["schools"]),
                false => "all schools".into(),
            };
            format!("Made the token {id} for {schools}")
        }
        AuditAction::TokenRevoked => format!("Revoked the token {id}"),
        AuditAction::SuppressionLifted => format!(
            "Let an address be reached again by {}",
            given("device").unwrap_or_default()
        ),
        AuditAction::Purged => {
            let done = match details["stage"].as_str() {
                Some("begun") => "Began to remove",
                Some("stopped") => "Was stopped removing",
                _ => "Removed",
            };
            format!(
                "{done} what had been kept long enough: who got {}, and {} as a whole",
                counted(number("messages_emptied"), "message"),
                counted(number("messages_removed"), "message")
            )
        }
    }
}

/// What was imported, or is to be. Lines of before beginnings were recorded have neither a stage nor a file.
fn imported(details: &Value) -> String {
    let number = |name: &str| details[name].as_u64().unwrap_or_default();
    let file = match (&details["file"], &details["stage"]) {
        (Value::String(name), _) => format!(" {name}"),
        (_, Value::Null) => String::new(),
        _ => " standard input".into(),
    };
    let messages = counted(number("messages"), "message");
    let rest = || {
        let (there, refused) = (number("already_there"), number("refused"));
        format!(
            "{there} already there, {} refused",
            counted(refused, "line")
        )
    };
    match details["stage"].as_str() {
        Some("begun") => match details["bytes"].as_u64() {
            Some(bytes) => format!("Began to import{file} ({})", counted(bytes, "byte")),
            None => format!("Began to import{file}"),
        },
        Some("stopped") => format!(
            "Stopped importing{file} half-way: {messages} taken, {}",
            rest()
        ),
        Some(_) => format!("Imported {messages} from{file}, {}", rest()),
        None => format!("Imported {messages}"),
    }
}

/// What was refused, and why.
fn refused(kept: &Kept) -> String {
    let details = &kept.details["refused"];
    let word = |name: &str| details[name].as_str();
    let may_not = word("may_not").and_then(|word| word.parse().ok());
    let whose = kept.subject_name.as_deref();
    let what = match word("why").and_then(Why::named) {
        Some(Why::MayNot) | None => match may_not.map(Permission::in_words) {
            Some(words) => format!("may not {words}"),
            None => "may not do that".into(),
        },
        Some(Why::OutOfReach) => "a message of another school".into(),
        Some(Why::TooManyAttempts) => match whose {
            Some(name) => format!("too many attempts to sign in, the last as {name}"),
            None => "too many attempts to sign in".into(),
        },
        Some(Why::WrongPassword) => "the current password was wrong".into(),
        Some(Why::BadToken) => match (kept.subject.as_deref(), &kept.subject_id) {
            (Some("token"), Some(name)) => format!("the token {name} holds no more"),
            _ => "a token that nobody has".into(),
        },
        Some(Why::OtherSchool) => "may not submit messages of that school".into(),
        Some(Why::IdTaken) => "the message’s id is that of another school’s message".into(),
        Some(Why::OtherSite) => "it came from another site’s page".into(),
    };
    let sought = kept.details["message"].as_i64();
    let sought = sought.map_or_else(String::new, |id| format!(" (message {id})"));
    let times = match details["count"].as_u64() {
        Some(count) if count > 1 => format!(", {count} times within an hour"),
        _ => String::new(),
    };
    format!("Was refused: {what}{sought}{times}")
}

/// Which roles, and where.
fn grants(details: &Value) -> String {
    let grants = details["grants"].as_array().into_iter().flatten();
    let grants = grants.filter_map(|grant| {
        let role = grant["role"].as_str()?;
        Some(match grant["organization"].as_str() {
            Some(school) => format!("{role} at {school}"),
            None => role.to_owned(),
        })
    });
    match grants.collect::<Vec<_>>().join(", ") {
        grants if grants.is_empty() => "without any role".into(),
        grants => grants,
    }
}

fn list(words: &Value) -> String {
    let words = words.as_array().into_iter().flatten();
    let words: Vec<_> = words.filter_map(Value::as_str).collect();
    words.join(", ").replace('_', " ")
}

fn counted(number: u64, of: &str) -> String {
    match number {
        1 => format!("1 {of}"),
        number => format!("{number} {of}s"),
    }
}
