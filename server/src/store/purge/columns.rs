//! What of each table goes at which age, and why. A column that nobody has decided about fails a test.

/// When a column's content goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goes {
    /// At the age of personal data.
    WithNames,
    /// At the age of totals, with its message.
    WithTotals,
    /// By rules of its own, which are said with it.
    ByItself,
    /// Never by age.
    Never,
}

use Goes::{ByItself, Never, WithNames, WithTotals};

/// Every column of the database: its table, when it goes, and the names of the columns of which that is true.
pub const COLUMNS: &[(&str, Goes, &[&str])] = &[
    // What was said may name anybody, and so may whom it was for and why it was stopped; where answers go is an address.
    (
        "messages",
        WithNames,
        &[
            "criteria",
            "reply_to",
            "body_inbox",
            "body_email",
            "body_voice",
            "body_text",
            "cancel_reason",
        ],
    ),
    // Who sent, canceled or resent it is staff, who answer for what they did. The subject stays, for without it nobody knows
    // what a total is of. The sender's own id stays, so that a repeat still sends nothing twice. Totals are in `tally`,
    // `canceled_devices` and `failures`, which are made without names and addresses.
    (
        "messages",
        WithTotals,
        &[
            "id",
            "status",
            "created_at",
            "scheduled_at",
            "visible_from",
            "schedule_id",
            "message_type",
            "organization",
            "sender",
            "subject",
            "external_id",
            "category",
            "inbox_email_start_at",
            "voice_text_start_at",
            "started_at",
            "ended_at",
            "tally",
            "canceled_by",
            "canceled_at",
            "canceled_devices",
            "delivered_by",
            "urgent",
            "given_up",
            "revision",
            "changed_at",
            "check_at",
            "resend_of",
            "resend_which",
            "resend_attempt",
            "resent_by",
            "organization_id",
            "personal_data_removed_at",
            "removing",
            "failures",
        ],
    ),
    // Names, students, and the sender's keys for people; whole rows.
    (
        "recipients",
        WithNames,
        &[
            "message_id",
            "line",
            "person",
            "name",
            "student",
            "deliveries_from",
            "deliveries_to",
            "search_names",
            "search_addresses",
        ],
    ),
    // Addresses, and providers' words that repeat them. Of few people even a time tells who; whole rows.
    (
        "deliveries",
        WithNames,
        &[
            "message_id",
            "number",
            "line",
            "device",
            "address",
            "address_key",
            "first_number",
            "status",
            "call_status",
            "reason",
            "cause",
            "confirmed_at",
            "at",
            "claim",
            "attempt",
            "due_at",
            "provider",
            "provider_id",
            "repeats",
        ],
    ),
    // Who was contacted by phone.
    ("contacts", WithNames, &["message_id", "person", "number"]),
    // Of whom an address was none.
    ("refusals", WithNames, &["message_id", "refused"]),
    // What a provider sent names the address, often more.
    (
        "receipts",
        WithNames,
        &[
            "provider",
            "event_id",
            "message_id",
            "number",
            "at",
            "received_at",
            "raw",
        ],
    ),
    // The same, of nobody that is known: by the day it came.
    (
        "stray_reports",
        WithNames,
        &["provider", "event_id", "received_at", "raw"],
    ),
    // What people find in the portal; its texts go with the message's bodies.
    (
        "inbox",
        WithNames,
        &["message_id", "number", "person", "at"],
    ),
    // Who printed is staff. A print says nothing of a recipient; its file was never kept.
    (
        "prints",
        WithTotals,
        &[
            "id",
            "message_id",
            "printed_by",
            "printed_at",
            "devices",
            "detail",
            "format",
            "masked",
        ],
    ),
    (
        "refreshes",
        WithTotals,
        &["message_id", "asked_at", "next_number"],
    ),
    // There only as long as something is to be handed over: a message with any is not touched.
    (
        "lanes",
        ByItself,
        &["message_id", "device", "due_at", "next_number", "turn"],
    ),
    (
        "claims",
        ByItself,
        &[
            "id",
            "message_id",
            "device",
            "provider",
            "lease_until",
            "from_number",
            "to_number",
        ],
    ),
    // There only while a message comes in, an hour at most; then it goes with all that has come in.
    ("arrivals", ByItself, &["message_id", "since", "given_up"]),
    // Whoever said STOP is to be left alone for good, and a dead address is to stay unused: until somebody lifts it.
    (
        "suppressions",
        Never,
        &["device", "address_key", "why", "at"],
    ),
    // Forgotten after hours or days, when what they prove is refused for its age, or is repeated no more.
    ("report_tokens", ByItself, &["provider", "token", "at"]),
    // Forgotten after some days, when nothing is reported any more of what was sent before.
    ("opt_ins", ByItself, &["device", "address_key", "at"]),
    // Ended sessions are forgotten every ten minutes; links when they have run out, and sign-ins elsewhere that never
    // came back after a day, at the latest by a purge.
    (
        "sessions",
        ByItself,
        &[
            "key",
            "data",
            "created_at",
            "seen_at",
            "user_id",
            "address",
            "browser",
        ],
    ),
    (
        "links",
        ByItself,
        &["key", "user_id", "created_at", "expires_at"],
    ),
    (
        "sign_ins",
        ByItself,
        &[
            "key",
            "state",
            "nonce",
            "verifier",
            "next",
            "created_at",
            "address",
        ],
    ),
    // Staff's accounts, which an administrator disables, and what they may do.
    (
        "users",
        Never,
        &[
            "id",
            "name",
            "name_key",
            "password_hash",
            "created_at",
            "rights",
            "disabled_at",
        ],
    ),
    (
        "identities",
        Never,
        &["issuer", "subject", "user_id", "created_at", "seen_at"],
    ),
    ("grants", Never, &["user_id", "role", "organization_id"]),
    ("roles", Never, &["name", "permissions", "built_in"]),
    (
        "tokens",
        Never,
        &[
            "id",
            "name",
            "name_key",
            "key",
            "created_at",
            "expires_at",
            "revoked_at",
            "last_used_at",
            "reach",
        ],
    ),
    // Who did what. It holds staff's names and network addresses, and nothing of recipients.
    (
        "audit",
        Never,
        &[
            "seq",
            "at",
            "actor",
            "actor_id",
            "actor_name",
            "address",
            "action",
            "subject",
            "subject_id",
            "details",
            "previous",
            "hash",
        ],
    ),
    // Nobody's.
    ("organizations", Never, &["id", "name", "created_at"]),
    ("paces", Never, &["provider", "free_at", "quiet_until"]),
    ("upkeep", Never, &["work", "due_at"]),
];
