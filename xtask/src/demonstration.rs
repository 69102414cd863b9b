//! Where the demonstration district is kept: one file a day, because the district ends on the day it is made.

use std::{
    fs,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    failure::{AboutFile, Failure},
    page::entries,
    workspace::Workspace,
};

const SECONDS_A_DAY: u64 = 86_400;

/// The database of today's district, which the server fills if it is new; older ones are removed.
///
/// # Errors
/// Where the folder cannot be made or tidied.
pub fn database(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.target("demonstration");
    fs::create_dir_all(&folder).about("make", &folder)?;
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let name = format!("day-{}.db", seconds / SECONDS_A_DAY);
    for path in entries(&folder)? {
        let today = path
            .file_name()
            .is_some_and(|file| file.to_string_lossy().starts_with(&name));
        if !today {
            fs::remove_file(&path).about("remove", &path)?;
        }
    }
    Ok(folder.join(name))
}
