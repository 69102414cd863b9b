//! Passwords: argon2id, away from the threads that answer requests, and few at a time.

use std::{sync::Arc, thread};

use argon2::{
    Argon2,
    password_hash::{
        Error, PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng,
    },
};
use tokio::sync::Semaphore;
use zxcvbn::zxcvbn;

/// The shortest password taken for a new account, in characters (NIST SP 800-63B asks for eight at least).
pub const MIN_LENGTH: usize = 12;

/// The longest, in bytes: nobody types more, and hashing takes longer the more there is.
pub const MAX_LENGTH: usize = 1024;

/// What is found by fewer guesses is no password: attempts are so limited ([`attempts`](super::attempts)) that whoever
/// tries all the time makes less than a million a year.
const FEWEST_GUESSES: u64 = 1_000_000;

/// So many characters are looked at for what is easy to guess; more take longer than they tell.
const LOOKED_AT: usize = 64;

/// Shorter parts of a name, such as an initial, are in every password.
const SHORTEST: usize = 3;

/// What everybody here knows, and tries first.
const PRODUCT: &str = "sentlog";

/// How many may wait for their turn. Beyond those nobody would be answered before their patience ends.
const MOST_WAITING: usize = 64;

/// How many hashes are computed at once: each takes a core for some tens of milliseconds, and 19 MiB. Where there is
/// more than one core, one is left to those who look something up.
pub fn at_once() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Turns,
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
    /// Found by few guesses.
    #[error(
        "the password is easy to guess: many people use it, or it is made of a name, a date, a row of keys or a \
         repetition; choose another, such as four words that have nothing to do with each other"
    )]
    Guessable,
}

/// Too many wait for their turn already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are to be hashed at once")]
pub struct Busy;

/// Refuses what is too short, too long or too easily guessed to be the new password of the account `name`. Takes some
/// milliseconds.
///
/// # Errors
/// Says which.
pub fn check(password: &str, name: &str) -> Result<(), Unfit> {
    if password.chars().count() < MIN_LENGTH {
        return Err(Unfit::TooShort);
    }
    if password.len() > MAX_LENGTH {
        return Err(Unfit::TooLong);
    }
    let start: String = password.chars().take(LOOKED_AT).collect();
    let parts = name.split(|c: char| !c.is_alphanumeric());
    let known = [PRODUCT, name].into_iter().chain(parts);
    let known: Vec<&str> = known.filter(|word| word.len() >= SHORTEST).collect();
    match zxcvbn(&start, &known).guesses() {
        0..FEWEST_GUESSES => Err(Unfit::Guessable),
        _ => Ok(()),
    }
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
            turns: Turns::new(at_once(), MOST_WAITING),
            nobodys: hash("a password of nobody")?.into(),
        })
    }

    /// The hash to keep for a password, made in its turn on a thread of its own; `Err` of argon2 where it refuses it.
    ///
    /// # Errors
    /// Where too many wait already.
    pub async fn hash(&self, password: String) -> Result<Result<String, Error>, Busy> {
        let made = self.turns.take(move || hash(&password)).await?;
        Ok(made.unwrap_or(Err(Error::Crypto)))
    }

    /// Whether `password` is the one that was hashed. Takes as long where there is no hash.
    ///
    /// # Errors
    /// Where too many wait already.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Busy> {
        if password.len() > MAX_LENGTH {
            return Ok(false);
        }
        let nobodys = self.nobodys.clone();
        let verified = self.turns.take(move || {
            let given = hash.as_deref().filter(|hash| !hash.is_empty());
            let verified = PasswordHash::new(given.unwrap_or(&nobodys)).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            verified && given.is_some()
        });
        Ok(verified.await?.unwrap_or(false))
    }
}

/// Turns to work, and places to wait for one.
#[derive(Clone, Debug)]
struct Turns {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Turns {
    fn new(at_once: usize, waiting: usize) -> Self {
        Turns {
            turns: Arc::new(Semaphore::new(at_once)),
            places: Arc::new(Semaphore::new(at_once + waiting)),
        }
    }

    /// Works in its turn, on a thread of its own; `None` where the work panicked. The turn is the work's, not its
    /// asker's: whoever hangs up meanwhile makes no room for another.
    async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, Busy> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Busy)?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _held = (turn, place);
            work()
        });
        Ok(done.await.ok())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    };

    use tokio::sync::{mpsc, oneshot};

    use super::*;

    #[test]
    fn a_password_is_kept_as_argon2id() {
        assert!(hash("correct horse").unwrap().starts_with("$argon2id$"));
    }

    #[test]
    fn a_short_password_is_refused() {
        assert_eq!(check("eleven char", "ada"), Err(Unfit::TooShort));
        assert_eq!(check("twelve chars", "ada"), Ok(()));
        assert_eq!(check(&"x".repeat(1025), "ada"), Err(Unfit::TooLong));
    }

    #[test]
    fn a_common_password_is_refused_however_it_is_dressed_up() {
        for common in [
            "passwordpassword",
            "Password1234",
            "p@ssword12345",
            "qwertyuiop123",
            "123456789012",
            "aaaaaaaaaaaaaaaa",
            "iloveyou2024",
            "abcdefghijklmn",
            "sentlogsentlog",
            "sentlog123456",
        ] {
            assert_eq!(check(common, "ada"), Err(Unfit::Guessable), "{common}");
        }
        for fine in [
            "correct horse battery",
            "a lamp under the green river",
            "mW7#kq-02Lpx",
            "zwei Lampen am Fluss",
            "длинный пароль реки",
        ] {
            assert_eq!(check(fine, "ada"), Ok(()), "{fine}");
        }
    }

    #[test]
    fn a_password_is_not_made_of_its_owners_name() {
        let own = [
            "quillfeatherquillfeather",
            "Quillfeather12",
            "2024quillfeather",
        ];
        for password in own {
            assert_eq!(check(password, "ada"), Ok(()), "{password}");
            for name in ["quillfeather", "ada.Quillfeather@district.example"] {
                assert_eq!(
                    check(password, name),
                    Err(Unfit::Guessable),
                    "{password} of {name}"
                );
            }
        }
    }

    #[test]
    fn a_long_password_is_refused_for_how_it_begins() {
        assert_eq!(
            check(&"ab".repeat(MAX_LENGTH / 2), "ada"),
            Err(Unfit::Guessable)
        );
        assert_eq!(
            check(&"a lamp under the green river ".repeat(35), "ada"),
            Ok(())
        );
    }

    #[tokio::test]
    async fn only_the_right_password_opens_and_nothing_opens_an_account_without_one() {
        let passwords = Passwords::new().unwrap();
        let kept = hash("correct horse").unwrap();
        let verify = |password: &str, hash: Option<String>| passwords.verify(password.into(), hash);
        assert_eq!(verify("correct horse", Some(kept.clone())).await, Ok(true));
        assert_eq!(verify("wrong horse", Some(kept)).await, Ok(false));
        assert_eq!(verify("", Some(String::new())).await, Ok(false));
        assert_eq!(verify("a password of nobody", None).await, Ok(false));
    }

    #[tokio::test]
    async fn who_hangs_up_makes_no_room_for_another_before_the_work_is_done() {
        const AT_ONCE: usize = 2;
        let turns = Turns::new(AT_ONCE, 10);
        let (begun, mut begins) = mpsc::unbounded_channel();
        let (gate, open) = std::sync::mpsc::channel::<()>();
        let open = Arc::new(Mutex::new(open));
        let working = Arc::new(AtomicUsize::new(0));
        let ask = || {
            let (turns, begun, open) = (turns.clone(), begun.clone(), open.clone());
            let working = working.clone();
            tokio::spawn(async move {
                let work = move || {
                    begun.send(working.fetch_add(1, SeqCst) + 1).ok();
                    open.lock().unwrap().recv().ok();
                    working.fetch_sub(1, SeqCst);
                };
                turns.take(work).await
            })
        };
        let first = [ask(), ask()];
        for _ in 0..AT_ONCE {
            begins.recv().await.unwrap();
        }
        for asked in first {
            asked.abort();
            assert!(asked.await.unwrap_err().is_cancelled());
        }
        assert_eq!(turns.turns.available_permits(), 0, "they work on");
        let next: Vec<_> = (0..10).map(|_| ask()).collect();
        for _ in 0..next.len() + AT_ONCE {
            gate.send(()).unwrap();
        }
        for asked in next {
            assert_eq!(asked.await.unwrap(), Ok(Some(())));
        }
        drop(begun);
        while let Ok(at_once) = begins.try_recv() {
            assert!(at_once <= AT_ONCE, "{at_once} at once");
        }
    }

    #[tokio::test]
    async fn who_finds_no_place_to_wait_is_told_at_once() {
        let turns = Turns::new(1, 1);
        let (gate, open) = std::sync::mpsc::channel::<()>();
        let held = turns.places.clone().try_acquire_owned().unwrap();
        let (begun, begins) = oneshot::channel();
        let first = {
            let turns = turns.clone();
            let work = move || {
                begun.send(()).ok();
                open.recv().ok();
            };
            tokio::spawn(async move { turns.take(work).await })
        };
        begins.await.unwrap();
        assert_eq!(turns.take(|| ()).await, Err(Busy));
        gate.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(Some(())));
        drop(held);
        assert_eq!(turns.take(|| ()).await, Ok(Some(())));
    }
}
