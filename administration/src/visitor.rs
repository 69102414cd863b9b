//! A session that has ended leads to the sign-in page, which is the log's, and from there back here.

use app::{api::Failure, location};
use leptos::prelude::*;
use shared::problem::ProblemType;

/// Goes to the sign-in page.
pub fn sign_in() {
    let here = js_sys::encode_uri_component(&location::here());
    let address = format!("/sign-in?next={}", String::from(here));
    // A browser that refuses leaves the page as it is, and the next request says the same.
    drop(window().location().replace(&address));
}

/// Goes to the sign-in page where `failure` says that the session has ended, and says whether it did.
pub fn ended_by(failure: &Failure) -> bool {
    let ended = failure.is(ProblemType::NotSignedIn);
    if ended {
        sign_in();
    }
    ended
}
