//! Every path of the API, once.

use crate::message::MessageId;

/// Finds messages (`GET`) and takes one for delivery (`POST`).
pub const MESSAGES: &str = "/api/messages";
/// What the router calls the number of a message in a path.
pub const MESSAGE_ID: &str = "id";
/// One message, as the router spells it.
pub const MESSAGE: &str = "/api/messages/{id}";
/// The recipients of one message, as the router spells it.
pub const DELIVERIES: &str = "/api/messages/{id}/deliveries";
/// Stops one message, as the router spells it.
pub const CANCEL: &str = "/api/messages/{id}/cancel";
/// Sends one message again to those whom it did not reach, as the router spells it.
pub const RESEND: &str = "/api/messages/{id}/resend";
/// The Sent Message Report of one message, as the router spells it.
pub const REPORT: &str = "/api/messages/{id}/report";
/// Who printed reports of one message, as the router spells it.
pub const PRINTS: &str = "/api/messages/{id}/prints";
/// What was done to a message, by whom and when.
pub const HISTORY: &str = "/api/messages/{id}/history";
/// The audit trail.
pub const AUDIT: &str = "/api/audit";
/// Rows that leave as a file.
pub const EXPORTS: &str = "/api/exports";
/// Why deliveries of one message failed, as the router spells it.
pub const FAILURES: &str = "/api/messages/{id}/failures";
/// A long report: fetched once it is done (`GET`), or abandoned (`DELETE`), as the router spells it.
pub const JOB: &str = "/api/reports/{job}";
/// How far a long report is, as the router spells it.
pub const JOB_EVENTS: &str = "/api/reports/{job}/events";
/// The call statuses and what they mean.
pub const CALL_STATUSES: &str = "/api/call-statuses";
/// Asks the providers what is still open of one message, as the router spells it.
pub const REFRESH: &str = "/api/messages/{id}/refresh";
/// Twilio's status callbacks of text messages.
pub const TWILIO_MESSAGES: &str = "/api/receipts/twilio/messages";
/// Twilio's status callbacks of calls, and what a recipient pressed.
pub const TWILIO_CALLS: &str = "/api/receipts/twilio/calls";
/// Text messages that people send to the district's number: STOP and START.
pub const TWILIO_INCOMING: &str = "/api/receipts/twilio/incoming";
/// Mailgun's webhooks.
pub const MAILGUN: &str = "/api/receipts/mailgun";
/// Bounces from any other mail system.
pub const BOUNCES: &str = "/api/receipts/bounces";
/// Who am I (`GET`), sign in (`POST`), sign out (`DELETE`).
pub const SESSION: &str = "/api/session";
/// Signs a visitor of a demonstration in (`POST`), where the server runs as one.
pub const DEMO_SESSION: &str = "/api/session/demo";
/// Sends the browser to sign in elsewhere, where the server knows a provider.
pub const SIGN_ON: &str = "/api/session/sign-on";
/// Where that provider sends it back to.
pub const SIGN_ON_BACK: &str = "/api/session/sign-on/back";
/// News of messages, as server-sent events.
pub const EVENTS: &str = "/api/events";
/// What a person finds in the portal, as the router spells it.
pub const INBOX: &str = "/api/inbox/{person}";
/// Whether the server is up and reaches its database.
pub const HEALTH: &str = "/api/health";
/// The API's description.
pub const OPENAPI: &str = "/api/openapi.json";
/// The API's description to browse.
pub const DOCS: &str = "/api/docs";
/// A file of that, as the router spells it.
pub const DOCS_FILE: &str = "/api/docs/{file}";

/// Changes one's own password.
pub const PASSWORD: &str = "/api/session/password";
/// Ends one's own sessions but this.
pub const OTHER_SESSIONS: &str = "/api/session/others";
/// Takes up a link by which somebody chooses their password.
pub const WELCOME: &str = "/api/welcome";
/// Says whose link it is.
pub const INVITED: &str = "/api/welcome/link";
/// The people who may sign in, and another one.
pub const PEOPLE: &str = "/api/people";
/// What somebody may do, as the router spells it.
pub const PERSON_GRANTS: &str = "/api/people/{user}/grants";
/// Whether somebody may sign in, as the router spells it.
pub const PERSON_DISABLED: &str = "/api/people/{user}/disabled";
/// A link by which somebody chooses another password, as the router spells it.
pub const PERSON_LINK: &str = "/api/people/{user}/link";
/// Somebody's sessions, as the router spells it.
pub const PERSON_SESSIONS: &str = "/api/people/{user}/sessions";
/// The roles.
pub const ROLES: &str = "/api/roles";
/// One role, as the router spells it.
pub const ROLE: &str = "/api/roles/{role}";
/// The schools, and another one.
pub const SCHOOLS: &str = "/api/schools";
/// The programs that may submit messages, and another one.
pub const TOKENS: &str = "/api/tokens";
/// One of these, as the router spells it.
pub const TOKEN: &str = "/api/tokens/{token}";
/// Everybody's sessions.
pub const SESSIONS: &str = "/api/sessions";
/// One of these, as the router spells it.
pub const ONE_SESSION: &str = "/api/sessions/{session}";

/// One message.
pub fn message(id: MessageId) -> String {
    MESSAGE.replace("{id}", &id.to_string())
}

/// The recipients of one message.
pub fn deliveries(id: MessageId) -> String {
    DELIVERIES.replace("{id}", &id.to_string())
}

/// Stops one message.
pub fn cancel(id: MessageId) -> String {
    CANCEL.replace("{id}", &id.to_string())
}

/// Sends one message again to those whom it did not reach.
pub fn resend(id: MessageId) -> String {
    RESEND.replace("{id}", &id.to_string())
}

/// Asks the providers what is still open of one message.
pub fn refresh(id: MessageId) -> String {
    REFRESH.replace("{id}", &id.to_string())
}

/// The Sent Message Report of one message.
pub fn report(id: MessageId) -> String {
    REPORT.replace("{id}", &id.to_string())
}

/// [`HISTORY`] of this message.
pub fn history(id: MessageId) -> String {
    HISTORY.replace("{id}", &id.to_string())
}

/// Who printed reports of one message.
pub fn prints(id: MessageId) -> String {
    PRINTS.replace("{id}", &id.to_string())
}

/// Why deliveries of one message failed.
pub fn failures(id: MessageId) -> String {
    FAILURES.replace("{id}", &id.to_string())
}

/// A file of the API's description to browse.
pub fn docs(file: &str) -> String {
    DOCS_FILE.replace("{file}", file)
}

/// A long report.
pub fn job(job: &str) -> String {
    JOB.replace("{job}", job)
}

/// What somebody may do.
pub fn person_grants(user: i64) -> String {
    PERSON_GRANTS.replace("{user}", &user.to_string())
}

/// Whether somebody may sign in.
pub fn person_disabled(user: i64) -> String {
    PERSON_DISABLED.replace("{user}", &user.to_string())
}

/// A link by which somebody chooses another password.
pub fn person_link(user: i64) -> String {
    PERSON_LINK.replace("{user}", &user.to_string())
}

/// Somebody's sessions.
pub fn person_sessions(user: i64) -> String {
    PERSON_SESSIONS.replace("{user}", &user.to_string())
}

/// One role, its name percent-encoded.
pub fn role(encoded: &str) -> String {
    ROLE.replace("{role}", encoded)
}

/// One token, its name percent-encoded.
pub fn token(encoded: &str) -> String {
    TOKEN.replace("{token}", encoded)
}

/// One session, what it is called by percent-encoded.
pub fn one_session(encoded: &str) -> String {
    ONE_SESSION.replace("{session}", encoded)
}

/// How far a long report is.
pub fn job_events(job: &str) -> String {
    JOB_EVENTS.replace("{job}", job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_own_paths() {
        assert_eq!(message(MessageId(7)), "/api/messages/7");
        assert_eq!(deliveries(MessageId(7)), "/api/messages/7/deliveries");
        assert_eq!(cancel(MessageId(7)), "/api/messages/7/cancel");
    }
}
