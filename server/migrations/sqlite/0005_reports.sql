-- Who is reached no more, and what is kept of receipts besides what they say of a delivery.
-- Its twin for Postgres stands in ../postgres. Times are milliseconds since 1970 (UTC).

-- Addresses that nothing is handed over to, until they are lifted.
create table suppressions (
    device      text    not null check (device in ('inbox', 'email', 'voice', 'text')),
    -- Normalised, as deliveries keep it.
    address_key text    not null,
    why         text    not null check (why in ('stop', 'hard_bounce', 'complaint', 'unsubscribed')),
    at          integer not null,
    primary key (device, address_key)
) without rowid;

-- Tokens that a provider's reports were signed with: each counts once. Forgotten when their time is over.
create table report_tokens (
    provider text not null,
    token    text not null,
    at       integer not null,
    primary key (provider, token)
) without rowid;

create index report_tokens_at on report_tokens (at);

-- Reports that name no delivery of ours, as they came.
create table stray_reports (
    provider    text not null,
    event_id    text not null,
    received_at integer not null,
    raw         text not null,
    primary key (provider, event_id)
) without rowid;

-- When the providers were last asked what is still open of a message, by whichever viewer.
create table refreshes (
    message_id integer primary key references messages (id),
    asked_at   integer not null
);
