//! How long a PDF report takes and how much memory, by number of rows: `cargo bench --bench report_pdf`.
//!
//! Each size runs in a process of its own, so that the peak is its own. With `-- FOLDER`, the smallest report
//! is also left there as a file, to look at.

use std::{
    convert::Infallible, env, fs, ops::ControlFlow, path::PathBuf, process::Command, time::Instant,
};

use chrono::DateTime;
use server::report::pdf::{self, Faces};
use shared::{
    delivery::Device,
    report::{Field, Marks, Report, ReportBody, ReportRow},
};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// Rows in one piece, as the store reads them.
const CHUNK: usize = 500;
const ONE_SIZE: &str = "REPORT_PDF_ROWS";

fn main() {
    if let Ok(rows) = env::var(ONE_SIZE) {
        return measure(rows.parse().expect("a number of rows"));
    }
    println!(
        "{:>8}  {:>8}  {:>9}  {:>9}  {:>6}",
        "rows", "seconds", "peak MB", "file MB", "pages"
    );
    let this = env::current_exe().expect("the running program");
    for rows in SIZES {
        let mut run = Command::new(&this);
        run.args(env::args().skip(1))
            .env(ONE_SIZE, rows.to_string());
        assert!(run.status().expect("a process").success());
    }
}

fn measure(rows: usize) {
    let faces = Faces::embedded();
    let at = DateTime::parse_from_rfc3339("2019-12-02T08:55:18-06:00").expect("a time");
    let mut pages = 0;
    let mut progress = |at| {
        if let pdf::Progress::Pages { of, .. } = at {
            pages = of;
        }
        ControlFlow::Continue(())
    };
    let start = Instant::now();
    let chunks = (0..rows.div_ceil(CHUNK)).map(|chunk| {
        let first = chunk * CHUNK;
        Ok::<_, Infallible>((first..rows.min(first + CHUNK)).map(row).collect())
    });
    let file = pdf::write(&faces, &report(rows), &at, chunks, &mut progress).expect("a PDF");
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    println!(
        "{rows:>8}  {seconds:>8.2}  {:>9.0}  {:>9.1}  {pages:>6}",
        megabytes(peak_memory()),
        megabytes(file.len()),
    );
    let folder = env::args().skip(1).find(|a| !a.starts_with("--"));
    if let (Some(folder), true) = (folder, rows == SIZES[0]) {
        let path = PathBuf::from(folder).join("report.pdf");
        fs::write(path, file).expect("a folder to write to");
    }
}

/// The most memory that this process had, in bytes; 0 where the system does not say.
fn peak_memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|p| p.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn report(rows: usize) -> Report {
    let field = |label, value: &str| Field {
        label,
        value: value.to_owned(),
    };
    Report {
        organization: "Riverside Elementary School".to_owned(),
        generated_on: "12/02/2019 08:55:18 AM (America/Chicago)".to_owned(),
        status: "Sent",
        subject: "School is Cancelled".to_owned(),
        heading: vec![
            field("Subject", "School is Cancelled"),
            field("Type", "Message Builder - General Notification"),
            field("Sender", "Administrator, System"),
        ],
        summary: vec![
            field("Start Time", "12/02/2019 08:54 AM"),
            field("Total Inbox", "0"),
            field("Total Recipients", &rows.to_string()),
        ],
        body: Some(ReportBody {
            criteria: vec![(
                "Deliver To".to_owned(),
                "Student Messenger Contacts".to_owned(),
            )],
            content: vec![field("Message Body", "School is cancelled due to weather.")],
            marks: Marks {
                duplicates: true,
                not_contacted: true,
            },
        }),
    }
}

/// A row like no other in its name and address, in one of five scripts.
fn row(number: usize) -> ReportRow {
    const FAMILIES: [&str; 10] = [
        "Anderson",
        "Nguyễn Thị",
        "Xyooj, Paj",
        "Cabdullaahi",
        "محمد علي",
        "王小明",
        "Johnson",
        "Olson",
        "García",
        "Vang",
    ];
    let family = FAMILIES[number % FAMILIES.len()];
    let phone = number.is_multiple_of(3);
    ReportRow {
        recipient: format!("{family}, Parent {number}"),
        not_contacted: number.is_multiple_of(11),
        student: format!("{family}, Student {}", number / 2),
        device: Some(if phone { Device::Voice } else { Device::Email }),
        address: match phone {
            true => format!("+1612555{:04}", number % 10_000),
            false => format!("parent.{number}@families.example.org"),
        },
        duplicate: number.is_multiple_of(17),
        status: ["Sent", "Live Person", "Busy", "Answering Machine"][number % 4].to_owned(),
        call_status: phone.then_some(5),
        time: format!("12/02/2019 8:{:02} AM", number / 200 % 60),
    }
}
