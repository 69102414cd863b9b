//! Passwords: argon2id, away from the threads that answer requests, and few at a time.

use std::{sync::Arc, thread};

use argon2::{
    Argon2,
    password_hash::{
        Error, PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng,
    },
};
use tokio::sync::Semaphore;

/// The shortest password taken for a new account, in characters (NIST SP 800-63B asks for eight at least).
pub const MIN_LENGTH: usize = 12;

/// The longest, in bytes: nobody types more, and hashing takes longer the more there is.
pub const MAX_LENGTH: usize = 1024;

/// How many hashes are computed at once: one a core, for each takes it for some tens of milliseconds, and 19 MiB.
/// They have threads of their own, so that requests are answered meanwhile; who signs in waits for a turn.
fn at_once() -> usize {
    thread::available_parallelism().map_or(2, usize::from)
}

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Verified for accounts that do not exist, so that they take as long as those that do.
    nobodys: Arc<str>,
}

/// Why a password is not taken; the sentences are for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Too few characters.
    #[error(
        "the password has fewer than 12 characters; choose a longer one, such as a few words in a row"
    )]
    TooShort,
    /// Too many bytes.
    #[error("the password is longer than 1024 bytes; choose a shorter one")]
    TooLong,
}

/// Refuses what is too short or too long to be a new password.
///
/// # Errors
/// Says which.
pub fn check(password: &str) -> Result<(), Unfit> {
    if password.chars().count() < MIN_LENGTH {
        return Err(Unfit::TooShort);
    }
    if password.len() > MAX_LENGTH {
        return Err(Unfit::TooLong);
    }
    Ok(())
}

/// The hash to keep for a password, in PHC form. Takes some tens of milliseconds.
///
/// # Errors
/// Where argon2 refuses it.
pub fn hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(Argon2::default()
        .hash_password(password.as_bytes(), &salt)?
        .to_string())
}

impl Passwords {
    /// Makes ready; hashes once.
    ///
    /// # Errors
    /// Where argon2 does not work here.
    pub fn new() -> Result<Self, Error> {
        Ok(Passwords {
            turns: Arc::new(Semaphore::new(at_once())),
            nobodys: hash("a password of nobody")?.into(),
        })
    }

    /// The hash to keep for a password, made in its turn on a thread of its own.
    ///
    /// # Errors
    /// Where argon2 refuses it.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let _turn = self.turns.acquire().await.map_err(|_| Error::Crypto)?;
        let made = tokio::task::spawn_blocking(move || hash(&password)).await;
        made.unwrap_or(Err(Error::Crypto))
    }

    /// Whether `password` is the one that was hashed. Takes as long where there is no hash.
    pub async fn verify(&self, password: String, hash: Option<String>) -> bool {
        if password.len() > MAX_LENGTH {
            return false;
        }
        let Ok(_turn) = self.turns.acquire().await else {
            return false;
        };
        let nobodys = self.nobodys.clone();
        tokio::task::spawn_blocking(move || {
            let given = hash.as_deref().filter(|hash| !hash.is_empty());
            let verified = PasswordHash::new(given.unwrap_or(&nobodys)).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            verified && given.is_some()
        })
        .await
        .unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_argon2id() {
        assert!(hash("correct horse").unwrap().starts_with("$argon2id$"));
    }

    #[test]
    fn a_short_password_is_refused() {
        assert_eq!(check("eleven char"), Err(Unfit::TooShort));
        assert_eq!(check("twelve chars"), Ok(()));
        assert_eq!(check(&"x".repeat(1025)), Err(Unfit::TooLong));
    }

    #[tokio::test]
    async fn only_the_right_password_opens_and_nothing_opens_an_account_without_one() {
        let passwords = Passwords::new().unwrap();
        let kept = hash("correct horse").unwrap();
        let verify = |password: &str, hash: Option<String>| passwords.verify(password.into(), hash);
        assert!(verify("correct horse", Some(kept.clone())).await);
        assert!(!verify("wrong horse", Some(kept)).await);
        assert!(!verify("", Some(String::new())).await);
        assert!(!verify("a password of nobody", None).await);
    }
}
