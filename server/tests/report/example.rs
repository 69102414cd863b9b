//! The manual's own example, "School is Cancelled", with rows that bring out every mark and script.

use shared::{
    delivery::Device,
    report::{Field, Marks, Report, ReportBody, ReportRow},
};

fn fields(all: &[(&'static str, &str)]) -> Vec<Field> {
    let field = |(label, value): &(&'static str, &str)| Field {
        label,
        value: (*value).to_owned(),
    };
    all.iter().map(field).collect()
}

/// The report of 12/02/2019, with `marks` to explain.
pub fn report(marks: Marks) -> Report {
    Report {
        organization: "High School".into(),
        generated_on: "12/02/2019 08:55:18 AM (America/Chicago)".into(),
        status: "In-Progress",
        subject: "School is Cancelled".into(),
        heading: fields(&[
            ("Subject", "School is Cancelled"),
            ("Type", "Message Builder - General Notification"),
            ("Sender", "Administrator, System"),
            ("Date Created", "12/02/2019 8:55 AM"),
            ("Include Recipient Devices", "Email"),
        ]),
        summary: fields(&[
            ("Start Time", "12/02/2019 08:54 AM"),
            ("Total Inbox", "93"),
            ("End Time", "12/02/2019 08:54 AM"),
            ("Total Emails", "3"),
            ("Duration", "0 minutes"),
            ("Total Voice", "0"),
            ("Total Recipients", "127"),
            ("Total Text", "0"),
            ("Total Voice Attempted", "0"),
            ("Total No Device", "34"),
            ("Total Text Messages Attempted", "0"),
            ("Recipients contacted successfully by phone", "0"),
            ("Recipients not contacted by phone", "127"),
        ]),
        body: Some(ReportBody {
            criteria: vec![
                (
                    "Deliver To".into(),
                    "Student Messenger Contacts; Message For Each Student".into(),
                ),
                (
                    "Enrollment Filter".into(),
                    "Message Only Active Students".into(),
                ),
                ("Filter Operation".into(), "Union".into()),
                ("Calendar".into(), "2019-20 High School".into()),
                (
                    "Limit delivery to contacts that speak".into(),
                    "No Language Preference".into(),
                ),
            ],
            content: fields(&[
                ("Reply To Email", "sysadmin@nomail.com"),
                ("Message Body", "School is cancelled due to weather."),
            ]),
            marks,
        }),
    }
}

/// One email row.
pub fn row(recipient: &str, student: &str, address: &str) -> ReportRow {
    ReportRow {
        recipient: recipient.into(),
        not_contacted: false,
        student: student.into(),
        device: Some(Device::Email),
        address: address.into(),
        duplicate: false,
        status: "In-Progress".into(),
        call_status: None,
        time: String::new(),
    }
}

/// The example's three rows.
pub fn rows() -> Vec<ReportRow> {
    vec![
        row("Parent, Heather", "Student, Calvin", "heather@nomail.com"),
        row("Parent, Tad", "Student, Karen", "tad@nomail.com"),
        row("Parent, Kris", "Student, Lauren", "kris@nomail.com"),
    ]
}

/// Rows in five scripts, with both marks, a phone and hostile text.
pub fn many_scripts() -> Vec<ReportRow> {
    let names = [
        ("محمد علي", "ليلى محمد"),
        ("Nguyễn Thị Hồng", "Nguyễn Đức Anh"),
        ("王小明", "王丽"),
        ("Xyooj, Paj Ntaub", "Xyooj, Tswv Yim"),
        ("Cabdullaahi, Xaliimo", "Cabdullaahi, Cali"),
        ("=HYPERLINK(\"http://x\")", "<b>Bobby & \"Tables\"</b>"),
    ];
    let voice = |(recipient, student): (&str, &str)| ReportRow {
        not_contacted: true,
        device: Some(Device::Voice),
        duplicate: true,
        status: "Busy".into(),
        call_status: Some(1),
        time: "12/02/2019 8:56 AM".into(),
        ..row(recipient, student, "+16125550100")
    };
    names.into_iter().map(voice).collect()
}
