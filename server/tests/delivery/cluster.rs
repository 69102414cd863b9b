//! A Postgres that a test may stop and start again.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::postgres::{as_postgres, folder_of_postgres, programs, programs_or_skip};

/// A cluster of a test's own, which it may stop and start again. What was committed to it is there however it was
/// stopped.
pub struct Restartable {
    folder: PathBuf,
    server: Child,
}

/// How a cluster is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// As for an upgrade: whoever is connected is cut off, and all is written.
    Fast,
    /// As by a failure: at once, to be recovered at the next start.
    Immediate,
}

impl Restartable {
    /// A new cluster, running; `None`, said out loud, where this machine has no Postgres.
    ///
    /// # Panics
    /// As [`fresh_database`](crate::postgres::fresh_database) does.
    pub fn start() -> Option<Self> {
        const INIT: &str =
            r#"exec "$2/initdb" -D "$1/data" -U postgres --no-sync -A trust -E UTF8 --locale=C"#;
        let programs = programs_or_skip()?;
        let folder = folder_of_postgres();
        let made = as_postgres(INIT, &folder, &programs)
            .stdout(Stdio::null())
            .status();
        assert!(
            made.is_ok_and(|status| status.success()),
            "a cluster can be made"
        );
        let server = Self::run(&folder, &programs);
        Some(Restartable { folder, server })
    }

    /// The URL of its database.
    pub fn url(&self) -> String {
        let folder = self.folder.display();
        format!("postgres://postgres@localhost/postgres?host={folder}")
    }

    /// Stops it, and waits until it has.
    pub fn stop(&mut self, how: Stop) {
        let signal = match how {
            Stop::Fast => "-INT",
            Stop::Immediate => "-QUIT",
        };
        let pid = self.server.id().to_string();
        let told = Command::new("kill").args([signal, &pid]).status();
        assert!(told.is_ok_and(|status| status.success()));
        self.server.wait().expect("it ends");
    }

    /// Starts it again, and waits until it answers.
    pub fn start_again(&mut self) {
        let programs = programs().expect("it was there before");
        self.server = Self::run(&self.folder, &programs);
    }

    fn run(folder: &Path, programs: &Path) -> Child {
        const RUN: &str = r#"
            rm -f "$1/data/postmaster.pid"
            exec "$2/postgres" -D "$1/data" -k "$1" -c listen_addresses='' -c fsync=off"#;
        let mut server = as_postgres(RUN, folder, programs)
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell");
        let pid_file = folder.join("data/postmaster.pid");
        let ready = || fs::read_to_string(&pid_file).is_ok_and(|text| text.contains("\nready"));
        while !ready() {
            assert!(
                matches!(server.try_wait(), Ok(None)),
                "Postgres did not start"
            );
            std::thread::yield_now();
        }
        server
    }
}

impl Drop for Restartable {
    fn drop(&mut self) {
        let pid = self.server.id().to_string();
        Command::new("kill").args(["-QUIT", &pid]).status().ok();
        self.server.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}
