//! How long a report takes and how much memory, by format and number of rows: `cargo bench --bench report`.
//!
//! Each runs in a process of its own, so that the peak is its own. Beside ours stands reportlab, where Python has
//! it (`pip install reportlab`). With `-- FOLDER`, the smallest of each format is left there, to look at.

use std::{
    convert::Infallible,
    env, fs,
    io::{self, BufWriter, Write},
    ops::ControlFlow,
    path::PathBuf,
    process::Command,
    time::Instant,
};

use chrono::DateTime;
use server::report::{Paper, csv, docx, pdf};
use shared::{
    delivery::Device,
    report::{Field, Marks, Report, ReportBody, ReportRow},
};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
const FORMATS: [&str; 3] = ["pdf", "docx", "csv"];
const PEER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/benches/peers/reportlab_table.py"
);
/// Rows in one piece, as the store reads them.
const CHUNK: usize = 1000;
const ONE: &str = "REPORT_BENCH";

fn main() {
    if let Ok(one) = env::var(ONE) {
        let (format, rows) = one.split_once(' ').expect("a format and a number of rows");
        return measure(format, rows.parse().expect("a number of rows"));
    }
    println!(
        "{:>10}  {:>8}  {:>8}  {:>9}  {:>9}",
        "", "rows", "seconds", "peak MB", "file MB"
    );
    let this = env::current_exe().expect("the running program");
    for format in FORMATS {
        for rows in SIZES {
            let mut run = Command::new(&this);
            run.args(env::args().skip(1))
                .env(ONE, format!("{format} {rows}"));
            assert!(run.status().expect("a process").success());
        }
    }
    // Its time grows faster than its rows; 100 000 would take minutes.
    for rows in &SIZES[..2] {
        let peer = Command::new("python3")
            .args([PEER, &rows.to_string()])
            .output();
        let told = peer.ok().filter(|peer| peer.status.success());
        let told = told.map(|peer| String::from_utf8_lossy(&peer.stdout).into_owned());
        match told.as_deref().map(str::split_whitespace) {
            Some(mut figures) => {
                let mut next = || figures.next().unwrap_or("?").to_owned();
                line("reportlab", *rows, &next(), &next(), &next());
            }
            None => println!(" reportlab  {rows:>8}  is not installed"),
        }
    }
}

fn line(what: &str, rows: usize, seconds: &str, peak: &str, file: &str) {
    println!("{what:>10}  {rows:>8}  {seconds:>8}  {peak:>9}  {file:>9}");
}

/// Counts what is written, and keeps it only where somebody wants to look at it.
struct Sink {
    bytes: usize,
    kept: Option<Vec<u8>>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn measure(format: &str, rows: usize) {
    let folder = env::args().skip(1).find(|a| !a.starts_with("--"));
    let folder = folder.filter(|_| rows == SIZES[0]).map(PathBuf::from);
    let mut sink = Sink {
        bytes: 0,
        kept: folder.is_some().then(Vec::new),
    };
    let paper = Paper::embedded();
    let at = DateTime::parse_from_rfc3339("2019-12-02T08:55:18-06:00").expect("a time");
    let start = Instant::now();
    let chunks = (0..rows.div_ceil(CHUNK)).map(|chunk| {
        let first = chunk * CHUNK;
        (first..rows.min(first + CHUNK))
            .map(row)
            .collect::<Vec<_>>()
    });
    let report = report(rows);
    let mut out = BufWriter::new(&mut sink);
    match format {
        "pdf" => {
            let chunks = chunks.map(Ok::<_, Infallible>);
            let mut go_on = |_| ControlFlow::Continue(());
            let file = pdf::write(&paper.faces, &report, &at, chunks, &mut go_on).expect("a PDF");
            out.write_all(&file).expect("a file");
        }
        "docx" => {
            let (at, chunks) = (at.to_rfc3339(), chunks.map(Ok::<_, io::Error>));
            docx::write(&paper.template, &report, &at, chunks, &mut out).expect("a DOCX");
        }
        _ => csv::write(&report, chunks.map(Ok::<_, io::Error>), &mut out).expect("a CSV"),
    }
    drop(out);
    let seconds = format!("{:.2}", start.elapsed().as_secs_f64());
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    let (peak, file) = (megabytes(peak_memory()), megabytes(sink.bytes));
    line(
        format,
        rows,
        &seconds,
        &format!("{peak:.0}"),
        &format!("{file:.1}"),
    );
    if let (Some(folder), Some(kept)) = (folder, sink.kept) {
        fs::write(folder.join(format!("report.{format}")), kept).expect("a folder to write to");
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
