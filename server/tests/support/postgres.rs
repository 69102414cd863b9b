//! A throwaway Postgres: one cluster a test run, one database a test, gone with the process that asked.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Makes a cluster in `$1` with the programs in `$2`, says when it answers, and ends with standard input:
/// that is a pipe, which the system closes however the tests end. Unix socket only.
const SCRIPT: &str = r#"
    "$2/initdb" -D "$1/data" -U postgres --no-sync -A trust -E UTF8 --locale=C >"$1/log" 2>&1 || exit 1
    "$2/postgres" -D "$1/data" -k "$1" -c listen_addresses='' -c fsync=off -c synchronous_commit=off \
        -c full_page_writes=off -c max_connections=300 >>"$1/log" 2>&1 </dev/null &
    server=$!
    until grep -q '^ready' "$1/data/postmaster.pid" 2>/dev/null; do
        kill -0 $server 2>/dev/null || exit 1
        sleep 0.05
    done
    # Who asked may be gone by now; the server must not outlive it for that.
    trap '' PIPE
    echo ready
    read -r _
    kill -QUIT $server
    wait $server
    rm -rf "$1"
"#;

struct Cluster {
    folder: PathBuf,
    /// Its standard input stays open as long as this process lives.
    _server: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();

/// The URL of a new, empty database; `None`, said out loud, where this machine has no Postgres.
///
/// # Panics
/// Where Postgres is missing although `REQUIRE_POSTGRES=1` asks for it, or does not start.
pub async fn fresh_database() -> Option<String> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let cluster = CLUSTER.get_or_init(start).as_ref()?;
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let made = Command::new(programs()?.join("psql"))
        .args(["-X", "-q", "-U", "postgres", "-h"])
        .arg(&cluster.folder)
        .args(["-c", &format!("create database {name}"), "postgres"])
        .status()
        .expect("psql stands beside the server");
    assert!(made.success(), "Postgres made no database");
    let folder = cluster.folder.display();
    Some(format!(
        "postgres://postgres@localhost/{name}?host={folder}"
    ))
}

fn start() -> Option<Cluster> {
    let programs = programs_or_skip()?;
    let folder = folder_of_postgres();
    let mut child = as_postgres(SCRIPT, &folder, &programs)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a shell");
    let output = child.stdout.take().expect("standard output is a pipe");
    let mut ready = String::new();
    BufReader::new(output).read_line(&mut ready).ok();
    assert_eq!(
        ready.trim(),
        "ready",
        "Postgres did not start; its log:\n{}",
        fs::read_to_string(folder.join("log")).unwrap_or_default()
    );
    Some(Cluster {
        folder,
        _server: child,
    })
}

/// Where Postgres keeps its programs; `None`, said out loud, where this machine has none.
pub fn programs_or_skip() -> Option<PathBuf> {
    let found = programs();
    if found.is_none() {
        let required = std::env::var_os("REQUIRE_POSTGRES").is_some_and(|value| value == "1");
        assert!(
            !required,
            "REQUIRE_POSTGRES is set, and Postgres is missing"
        );
        // Not `eprintln!`, which the test harness would swallow.
        let line = b"SKIPPED on Postgres: its programs are not in /usr/lib/postgresql\n";
        io::stderr().write_all(line).ok();
    }
    found
}

/// A new folder that Postgres may write to.
pub fn folder_of_postgres() -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix("sentlog-postgres-")
        .tempdir()
        .expect("a temporary folder can be made")
        .keep();
    if let Some((user, group)) = who_runs_postgres() {
        chown(&folder, Some(user), Some(group)).expect("root may give a folder away");
    }
    folder
}

/// Runs `script` with the folder and the programs as `$1` and `$2`, as somebody whom Postgres runs for.
pub fn as_postgres(script: &str, folder: &Path, programs: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, "postgres"]);
    command.arg(folder).arg(programs).current_dir(folder);
    if let Some((user, group)) = who_runs_postgres() {
        command.uid(user).gid(group);
    }
    command.process_group(0).stdin(Stdio::null());
    command
}

/// Whom to run Postgres as, where it is not oneself: it refuses to run as root.
fn who_runs_postgres() -> Option<(u32, u32)> {
    let root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    root.then(|| postgres_user().expect("Postgres came with a user of its own"))
}

/// Where the newest Postgres on this machine keeps its programs.
pub fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .max_by_key(|bin| version(bin))
}

fn version(bin: &Path) -> u32 {
    let folder = bin.parent().and_then(Path::file_name);
    folder
        .and_then(|name| name.to_str()?.parse().ok())
        .unwrap_or_default()
}

/// The user and group of `postgres`.
fn postgres_user() -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = users
        .lines()
        .find_map(|line| line.strip_prefix("postgres:"))?
        .split(':')
        .skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
