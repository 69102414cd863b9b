//! `sentlog import` as somebody runs it: what it prints, how it ends, and what it needs.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    log::{Log, on_both_databases},
    purging::{sentlog, url},
    retention::{by_hand, trail},
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

/// Killed, and waited for, however the test ends.
struct Import(Child);

impl Import {
    /// Starts one that reads what is written to it.
    fn start(log: &Log) -> Import {
        let mut command = import(log, "-");
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        Import(command.spawn().expect("it starts"))
    }

    /// What it says to whoever sits at the terminal.
    fn told(&mut self) -> impl Iterator<Item = String> + use<> {
        let told = self.0.stderr.take().expect("it is piped");
        BufReader::new(told).lines().map_while(Result::ok)
    }

    /// What it reads from.
    fn file(&mut self) -> ChildStdin {
        self.0.stdin.take().expect("it is piped")
    }

    /// Asks it to stop, as Ctrl+C does.
    #[cfg(unix)]
    fn interrupt(&self) {
        let pid = self.0.id().to_string();
        let told = Command::new("kill").args(["-INT", &pid]).status();
        assert!(told.expect("it is told").success());
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// What the trail says of each import: its beginnings, and its ends.
async fn recorded(log: &Log) -> Vec<Value> {
    let imports = trail(log).await.into_iter();
    imports
        .filter_map(|(action, details)| (action == "imported").then_some(details))
        .collect()
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

    async fn its_beginning_and_its_end_are_recorded(log: Log) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("history.ndjson");
        let text = [&line("one"), "[1, 2]", &line("one")].join("\n");
        fs::write(&path, &text).expect("it is written");
        let status = import(&log, path.to_str().expect("its name is text")).output();
        assert_eq!(status.expect("it runs").status.code(), Some(1));
        let begun = json!({"stage": "begun", "file": "history.ndjson", "bytes": text.len()});
        let done = json!({
            "stage": "done", "file": "history.ndjson", "begun": 1, "messages": 1, "already_there": 1, "refused": 1,
        });
        assert_eq!(recorded(&log).await, [begun, done]);
        let listed = sentlog(&log.db, &["audit", "list"]).output().expect("it runs").stdout;
        let listed = String::from_utf8(listed).expect("it prints text");
        let says = |what: &str| assert!(listed.contains(what), "{listed}");
        says(&format!("Began to import history.ndjson ({} bytes)", text.len()));
        says("Imported 1 message from history.ndjson, 1 already there, 1 line refused");
    }

    async fn one_that_is_killed_has_a_beginning_without_an_end(log: Log) {
        let mut import = Import::start(&log);
        let (mut file, mut told) = (import.file(), import.told());
        writeln!(file, "{}\nno message", line("one")).expect("it reads");
        assert!(told.next().expect("it says so").starts_with("line 2: "));
        drop(import);
        let begun = json!({"stage": "begun", "file": null, "bytes": null});
        assert_eq!(recorded(&log).await, [begun]);
        assert_eq!(log.find("2020-01-31", "2020-01-31").await.total, 1);
    }

    async fn one_that_the_database_breaks_off_is_recorded_as_stopped(log: Log) {
        let mut import = Import::start(&log);
        let (mut file, mut told) = (import.file(), import.told());
        writeln!(file, "{}\nno message", line("one")).expect("it reads");
        assert!(told.next().expect("it says so").starts_with("line 2: "));
        by_hand(&log, "alter table recipients rename to elsewhere").await;
        let to_somebody = line("two").replace("[]", r#"[{"person":"p","name":"P","deliveries":[]}]"#);
        writeln!(file, "{to_somebody}").expect("it reads");
        let said = told.next().expect("it says so");
        assert!(said.starts_with("The import stopped: the log could not keep a message"), "{said}");
        assert_eq!(import.0.wait().expect("it ends").code(), Some(1));
        assert_eq!(recorded(&log).await[1..], [stopped(1)]);
    }

    async fn without_a_trail_nothing_is_taken(log: Log) {
        by_hand(&log, "alter table audit rename to elsewhere").await;
        let mut import = Import::start(&log);
        writeln!(import.file(), "{}", line("one")).ok();
        let said = import.told().next().expect("it says so");
        assert!(said.starts_with("Nothing was taken, for the audit trail would not say so"), "{said}");
        assert_eq!(import.0.wait().expect("it ends").code(), Some(1));
        assert_eq!(log.find("2020-01-31", "2020-01-31").await.total, 0);
    }
}

/// What is recorded of one that was stopped after so many messages and one refused line.
fn stopped(messages: u64) -> Value {
    json!({
        "stage": "stopped", "file": null, "begun": 1, "messages": messages, "already_there": 0, "refused": 1,
    })
}

#[cfg(unix)]
on_both_databases! {
    async fn one_that_is_interrupted_keeps_the_message_in_hand_and_says_that_it_stopped(log: Log) {
        let mut import = Import::start(&log);
        let (mut file, mut told) = (import.file(), import.told());
        writeln!(file, "{}\nno message", line("one")).expect("it reads");
        assert!(told.next().expect("it says so").starts_with("line 2: "));
        import.interrupt();
        assert!(told.next().expect("it says so").starts_with("Stopping after the message in hand"));
        writeln!(file, "{}\n{}", line("two"), line("three")).expect("it reads");
        let said = told.next().expect("it says so");
        assert!(said.starts_with("The import stopped: it was told to stop"), "{said}");
        assert_eq!(import.0.wait().expect("it ends").code(), Some(1));
        assert_eq!(recorded(&log).await[1..], [stopped(2)]);
        assert_eq!(log.find("2020-01-31", "2020-01-31").await.total, 2);
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
    let mut import = Import::start(&log);
    let (mut told, mut file) = (import.told(), std::io::BufWriter::new(import.file()));
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
    let refused = told.next().unwrap();
    assert!(refused.starts_with("line 2: "), "{refused}");
    let peak = peak(&import.0);
    assert!(peak <= MEGABYTES, "{peak} MB");
    drop(file);
    assert_eq!(import.0.wait().unwrap().code(), Some(1));
    let found = log.find("2020-01-31", "2020-01-31").await;
    let detail = log.detail(found.messages[0].id).await;
    assert_eq!(detail.summary.total_recipients, PEOPLE);
}
