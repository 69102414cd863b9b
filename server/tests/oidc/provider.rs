//! The provider `oidc-provider` (npm), started for a test and gone with it.

use std::{
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::door::BACK;

const STORIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end");

/// A provider.
pub struct Provider {
    /// Its address.
    pub issuer: String,
    child: Child,
    /// Kept, so that it may say more.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Provider {
    /// Starts one; `None`, said out loud, where its npm package is not installed and need not be.
    pub fn start() -> Option<Self> {
        if !Path::new(STORIES)
            .join("node_modules/oidc-provider")
            .exists()
        {
            assert!(
                std::env::var_os("REQUIRE_OIDC").is_none(),
                "oidc-provider is not installed: run `npm ci` in end2end/"
            );
            println!("Skipped: oidc-provider is not installed (`npm ci` in end2end/).");
            return None;
        }
        let mut child = Command::new("node")
            .args(["harness/provider.mjs", BACK])
            .current_dir(STORIES)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = lines
            .by_ref()
            .map_while(Result::ok)
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(&line).ok())
            .find_map(|said| said["issuer"].as_str().map(str::to_owned))
            .expect("the provider starts");
        Some(Provider {
            issuer,
            child,
            _output: lines,
        })
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
