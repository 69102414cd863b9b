//! Who is signed in, for every part of the page.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    problem::ProblemType,
    session::{CurrentUser, Permission, SessionInfo},
};

use crate::{
    api::{self, Failure},
    location,
    log::address,
    place::{Place, go},
};

/// Before the server is asked once more, where it could not say who is signed in.
const AGAIN: Duration = Duration::from_secs(3);

/// Who is signed in, as far as known.
#[derive(Clone, Copy)]
pub struct Session {
    info: RwSignal<Option<SessionInfo>>,
    asked: RwSignal<bool>,
    place: RwSignal<Place>,
}

impl Session {
    /// Nothing known yet.
    pub fn new(place: RwSignal<Place>) -> Self {
        Session {
            info: RwSignal::new(None),
            asked: RwSignal::new(false),
            place,
        }
    }

    /// Asks the server until it says. Nobody is led from the log to the sign-in page.
    pub fn ask(self) {
        spawn_local(async move {
            match api::session().await {
                Ok(info) => {
                    let nobody = info.user.is_none();
                    self.set(info);
                    if nobody && self.place.get_untracked() == Place::Log {
                        self.ended_by(&Failure::Problem(ProblemType::NotSignedIn.because("")));
                    }
                }
                // Whatever the person does meanwhile meets the same fault and shows it in its place.
                Err(_) => set_timeout(
                    move || {
                        if self.info.with_untracked(Option::is_none) {
                            self.ask();
                        }
                    },
                    AGAIN,
                ),
            }
            self.asked.set(true);
        });
    }

    /// Whether the server has been asked who is signed in, and has said so or failed to.
    pub fn was_asked(&self) -> bool {
        self.asked.get()
    }

    /// What the server said about the session; `None` before it has.
    pub fn info(&self) -> Option<SessionInfo> {
        self.info.get()
    }

    /// Takes what the server said.
    pub fn set(&self, info: SessionInfo) {
        self.info.set(Some(info));
    }

    /// Where the page is.
    pub const fn place(&self) -> RwSignal<Place> {
        self.place
    }

    /// Who is signed in.
    pub fn user(&self) -> Option<CurrentUser> {
        self.info.with(|info| info.as_ref()?.user.clone())
    }

    /// Whether the person may do `permission`. While that is not known the page withholds nothing: the server
    /// says no where it must.
    pub fn may(&self, permission: Permission) -> bool {
        self.info.with(|info| {
            let may = |info: &SessionInfo| info.user.as_ref().is_some_and(|u| u.may(permission));
            info.as_ref().is_none_or(may)
        })
    }

    /// Goes to the sign-in page where `failure` says that the session has ended, and says whether it did.
    /// Signing in leads back to where the person was.
    pub fn ended_by(&self, failure: &Failure) -> bool {
        let ended = failure.is(ProblemType::NotSignedIn);
        if ended && self.place.get_untracked() != Place::SignIn {
            self.info.update(|info| {
                if let Some(info) = info {
                    info.user = None;
                }
            });
            let mut address = String::from("/sign-in?next=");
            address::encode(&location::here(), &mut address);
            location::replace(&address);
            self.place.set(Place::SignIn);
        }
        ended
    }

    /// Goes on to where the person wanted to be before signing in.
    pub fn enter(&self, info: SessionInfo) {
        self.set(info);
        let next = destination(&location::query());
        location::replace(&next);
        go(self.place);
        // Another page's address, which only the server knows.
        if self.place.get_untracked() == Place::Nowhere {
            drop(window().location().reload());
        }
    }
}

/// Where to go after signing in: a path of this page, never another site.
fn destination(query: &str) -> String {
    query
        .trim_start_matches('?')
        .split('&')
        .find_map(|pair| pair.strip_prefix("next="))
        .map(address::decode)
        .filter(|next| next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'))
        .filter(|next| !next.starts_with("/sign-in"))
        .unwrap_or_else(|| "/".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_back_to_where_one_was() {
        assert_eq!(destination("?next=/?subject%3Da"), "/?subject=a");
        assert_eq!(destination(""), "/");
    }

    #[test]
    fn signing_in_never_leads_to_another_site() {
        for next in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/sign-in",
        ] {
            let mut query = String::from("?next=");
            address::encode(next, &mut query);
            assert_eq!(destination(&query), "/", "{next}");
        }
    }
}
