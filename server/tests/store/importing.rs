//! `sentlog import` as somebody runs it: what it prints, how it ends, and what it needs.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use crate::{
    log::{Log, on_both_databases},
    purging::url,
};

/// A message to nobody.
fn line(id: &str) -> String {
    format!(
        r#"{{"external_id":"{id}","message_type":"Behavior","organization":"High School","subject":"Hello","sender":"A","created_at":"2020-01-31T11:00:00-06:00","recipients":[]}}"#
    )
}

fn import(log: &Log, file: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sentlog"));
    command.args(["import", file, "--database-url", &url(&log.db)]);
    command
}

on_both_databases! {
    async fn it_says_what_it_took_and_what_it_refused_and_why(log: Log) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("history.ndjson");
        let file = path.to_str().expect("its name is text");
        let told = || {
            let output = import(&log, file).output().expect("it runs");
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
            (output.status.code(), text(output.stdout), text(output.stderr))
        };

        fs::write(&path, [line("one"), line("two")].join("\n")).expect("it is written");
        let taken = "Taken: 2. Already there: 0. Refused: 0.\n";
        assert_eq!(told(), (Some(0), taken.to_owned(), String::new()));

        let olr = line("three").replace("Behavior", "OLR");
        fs::write(&path, [&line("one"), "", &olr, "[1, 2]", &line("four")].join("\n")).expect("it is written");
        let (code, out, err) = told();
        assert_eq!(code, Some(1));
        assert_eq!(out, "Taken: 1. Already there: 1. Refused: 2.\n");
        let said: Vec<_> = err.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(
            said,
            [
                "line 3: message_type: online-registration mail has a log of its own",
                "line 4: is a JSON sequence, expected a message",
                "2 lines were refused. Correct them and run the import again.",
            ]
        );
        assert_eq!(log.find("2020-01-31", "2020-01-31").await.total, 3);
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_sentlog"))
        .args([
            "import",
            "no-such.ndjson",
            "--database-url",
            "sqlite::memory:",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no-such.ndjson cannot be read"), "{said}");
}

/// Killed, and waited for, however the test ends.
struct Import(Child);

impl Drop for Import {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The most memory that a process has held, in megabytes.
#[cfg(target_os = "linux")]
fn peak(process: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    kilobytes
        .and_then(|text| text.parse::<u64>().ok())
        .expect("a number")
        / 1000
}

/// The README's promise is of 200 000 recipients and 300 MB.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_message_to_two_hundred_thousand_takes_little_memory() {
    const PEOPLE: u32 = 200_000;
    const MEGABYTES: u64 = 300;
    let log = Log::sqlite().await;
    let mut command = import(&log, "-");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut import = Import(command.spawn().unwrap());
    let mut told = BufReader::new(import.0.stderr.take().unwrap()).lines();
    let mut file = std::io::BufWriter::new(import.0.stdin.take().unwrap());
    let large = line("large");
    write!(file, "{}", large.strip_suffix("]}").unwrap()).unwrap();
    for n in 0..PEOPLE {
        let comma = if n == 0 { "" } else { "," };
        write!(
            file,
            r#"{comma}{{"person":"p{n}","name":"Family{n}, Given","student":"Student{n}, Given","deliveries":[{{"device":"inbox"}},{{"device":"email","address":"parent{n}@mail.example"}},{{"device":"text","address":"(612) {:03}-{:04}"}}]}}"#,
            200 + n / 10_000,
            n % 10_000
        )
        .unwrap();
    }
    // It says that it refuses the second line once it has kept the first, and goes on waiting for a third.
    writeln!(file, "]}}\nno message").unwrap();
    file.flush().unwrap();
    let refused = told.next().unwrap().unwrap();
    assert!(refused.starts_with("line 2: "), "{refused}");
    let peak = peak(&import.0);
    assert!(peak <= MEGABYTES, "{peak} MB");
    drop(file);
    assert_eq!(import.0.wait().unwrap().code(), Some(1));
    let found = log.find("2020-01-31", "2020-01-31").await;
    let detail = log.detail(found.messages[0].id).await;
    assert_eq!(detail.summary.total_recipients, PEOPLE);
}
