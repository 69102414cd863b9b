//! Where the demonstration district is kept: in a file named by when it was begun, because the district ends then.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    failure::{AboutFile, Failure},
    page::entries,
    workspace::Workspace,
};

/// Seconds after which a district is made anew: its last day is over by then, in whatever zone that is.
const OLD: u64 = 20 * 3600;

/// The database of a district of today, which the server fills if it is new; older ones are removed.
///
/// # Errors
/// Where the folder cannot be made or tidied.
pub fn database(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    database_at(&workspace.target("demonstration"), now)
}

fn database_at(folder: &Path, now: u64) -> Result<PathBuf, Failure> {
    fs::create_dir_all(folder).about("make", folder)?;
    let files = entries(folder)?;
    let newest = files
        .iter()
        .filter_map(|path| begun(path))
        .filter(|begun| (now.saturating_sub(OLD)..=now).contains(begun))
        .max();
    // What belongs to it, such as its write-ahead log, has its name with something behind.
    let stays = |path: &Path| newest.is_some() && begun(path) == newest;
    for path in files.iter().filter(|path| !stays(path)) {
        fs::remove_file(path).about("remove", path)?;
    }
    Ok(folder.join(format!("begun-{}.db", newest.unwrap_or(now))))
}

/// When the district of this file was begun, in seconds since 1970.
fn begun(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?.strip_prefix("begun-")?;
    name.split_once(".db")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_780_000_000;

    fn names(folder: &Path) -> Vec<String> {
        let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        let mut names: Vec<_> = entries(folder).unwrap().into_iter().map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn a_district_is_kept_for_its_day_and_made_anew_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = database_at(folder.path(), NOON).unwrap();
        fs::write(&first, "").unwrap();
        fs::write(first.with_extension("db-wal"), "").unwrap();
        assert_eq!(
            database_at(folder.path(), NOON + OLD).unwrap(),
            first,
            "the same day"
        );
        assert_eq!(names(folder.path()).len(), 2);
        let second = database_at(folder.path(), NOON + OLD + 1).unwrap();
        assert_ne!(second, first);
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn what_is_from_the_future_or_of_another_name_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let ahead = database_at(folder.path(), NOON + 60).unwrap();
        fs::write(&ahead, "").unwrap();
        fs::write(folder.path().join("day-20000.db"), "").unwrap();
        assert_ne!(database_at(folder.path(), NOON).unwrap(), ahead);
        assert_eq!(names(folder.path()), [""; 0]);
    }
}
