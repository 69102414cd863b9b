//! The list as a file: the filtered, sorted rows as CSV, exactly what is on the screen.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    csv::{BYTE_ORDER_MARK, push_line},
    datetime,
    message::MessageSummary,
    session::Permission,
};

use super::{columns::Column, state::Log};
use crate::{
    api,
    session::Session,
    ui::{
        download,
        element::el,
        toast::Toasts,
        view::{View, when},
    },
};

/// The button, for who may print.
pub fn export_button() -> View {
    let log = expect_context::<Log>();
    let session = expect_context::<Session>();
    let toasts = expect_context::<Toasts>();
    let attributes = [
        ("class", "button small export"),
        ("type", "button"),
        ("title", "Save these rows as a spreadsheet (CSV)"),
    ];
    when(
        move || session.may(Permission::Report),
        move || {
            el("button", &attributes)
                .on_click(move || export(log, session, toasts))
                .child("Export")
        },
    )
}

fn export(log: Log, session: Session, toasts: Toasts) {
    let (Some(found), Some(shown)) = (log.found.get_untracked(), log.shown.get_untracked()) else {
        return;
    };
    spawn_local(async move {
        // What cannot be recorded does not leave.
        match api::export(u32::try_from(shown.list.len()).unwrap_or(u32::MAX)).await {
            Ok(()) => {
                let answer = &found.answer;
                let rows = shown.list.iter();
                let file = file(rows.filter_map(|&row| answer.messages.get(row as usize)));
                let name = format!(
                    "sent-messages-{}-to-{}.csv",
                    answer.created_from, answer.created_to
                );
                download::save(&name, "text/csv", file.as_bytes());
            }
            Err(failure) => {
                if !session.ended_by(&failure) {
                    toasts.say(failure.sentence());
                }
            }
        }
    });
}

fn file<'a>(rows: impl Iterator<Item = &'a MessageSummary>) -> String {
    let mut file = BYTE_ORDER_MARK.to_string();
    push_line(&mut file, Column::ALL.map(Column::label));
    for row in rows {
        let created = datetime::display(&row.created_at);
        let scheduled = datetime::display(&row.scheduled_at);
        let schedule = row.schedule_id.map(|id| id.to_string()).unwrap_or_default();
        push_line(
            &mut file,
            [
                row.status.label(),
                &row.message_type,
                &row.organization,
                &row.subject,
                &row.sender,
                &created,
                &scheduled,
                &schedule,
            ],
        );
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_exported_as_it_is_shown() {
        let row: MessageSummary = serde_json::from_str(
            r#"{"id": 7, "status": "in_progress", "message_type": "Behavior", "organization": "High School",
                "subject": "=SUM(A1), \"now\"", "sender": "Matthews, Dexter",
                "created_at": "2020-01-31T15:00:00-06:00", "scheduled_at": "2020-02-01T08:30:00-06:00",
                "schedule_id": 12}"#,
        )
        .unwrap();
        assert_eq!(
            file([&row].into_iter()),
            "\u{feff}Status,Message Type,District/School,Message Subject,Sender,Date Created,Date Scheduled,ScheduleID\r\n\
             In-Progress,Behavior,High School,\"'=SUM(A1), \"\"now\"\"\",\"Matthews, Dexter\",\
             01/31/2020 3:00 PM,02/01/2020 8:30 AM,12\r\n"
        );
    }
}
