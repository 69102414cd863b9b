//! The administration's endpoints, one typed function each.

use app::api::{Answer, get, only, tell, tell_only};
use gloo_net::http::Request;
use shared::{
    administration::{
        Disabled, Ended, Invited, LinkKey, NewPassword, NewPerson, NewSchool, NewToken,
        PasswordLink, PersonGrant, PersonGrants, PersonMade, RolePermissions, School, TokenMade,
        Welcome,
    },
    paths,
    session::{Permission, SessionInfo},
};

/// A name as part of a path.
fn encoded(name: &str) -> String {
    js_sys::encode_uri_component(name).into()
}

/// Makes an account.
pub async fn add_person(new: &NewPerson) -> Answer<PersonMade> {
    tell(Request::post(paths::PEOPLE), new).await
}

/// Replaces what somebody may do.
pub async fn grant(user: i64, grants: Vec<PersonGrant>) -> Answer<()> {
    let path = paths::person_grants(user);
    tell_only(Request::put(&path), &PersonGrants { grants }).await
}

/// Lets somebody sign in no more, or again.
pub async fn disable(user: i64, disabled: bool) -> Answer<()> {
    let path = paths::person_disabled(user);
    tell_only(Request::put(&path), &Disabled { disabled }).await
}

/// Makes a link by which somebody chooses another password.
pub async fn link(user: i64) -> Answer<PasswordLink> {
    get(Request::post(&paths::person_link(user))).await
}

/// Signs somebody out everywhere.
pub async fn sign_out_person(user: i64) -> Answer<Ended> {
    get(Request::delete(&paths::person_sessions(user))).await
}

/// Makes a role, or changes what it may do.
pub async fn put_role(role: &str, permissions: Vec<Permission>) -> Answer<()> {
    let path = paths::role(&encoded(role));
    tell_only(Request::put(&path), &RolePermissions { permissions }).await
}

/// Deletes a role that nobody has.
pub async fn remove_role(role: &str) -> Answer<()> {
    only(Request::delete(&paths::role(&encoded(role)))).await
}

/// Adds a school.
pub async fn add_school(new: &NewSchool) -> Answer<School> {
    tell(Request::post(paths::SCHOOLS), new).await
}

/// Makes a token.
pub async fn add_token(new: &NewToken) -> Answer<TokenMade> {
    tell(Request::post(paths::TOKENS), new).await
}

/// Takes a token back.
pub async fn revoke_token(token: &str) -> Answer<()> {
    only(Request::delete(&paths::token(&encoded(token)))).await
}

/// Ends one session.
pub async fn end_session(session: &str) -> Answer<()> {
    let path = paths::one_session(&encoded(session));
    only(Request::delete(&path)).await
}

/// Ends everybody's sessions but this.
pub async fn end_all_sessions() -> Answer<Ended> {
    get(Request::delete(paths::SESSIONS)).await
}

/// Ends one's own sessions but this.
pub async fn end_own_sessions() -> Answer<Ended> {
    get(Request::delete(paths::OTHER_SESSIONS)).await
}

/// Changes one's own password.
pub async fn change_password(new: &NewPassword) -> Answer<()> {
    tell_only(Request::post(paths::PASSWORD), new).await
}

/// Says whose link it is.
pub async fn invited(key: String) -> Answer<Invited> {
    tell(Request::post(paths::INVITED), &LinkKey { key }).await
}

/// Uses a link up.
pub async fn welcome(welcome: &Welcome) -> Answer<SessionInfo> {
    tell(Request::post(paths::WELCOME), welcome).await
}
