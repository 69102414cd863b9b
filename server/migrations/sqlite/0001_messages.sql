-- The log: messages, the people they went to, and what became of each address.
-- Its twin for Postgres stands in ../postgres. Times are milliseconds since 1970 (UTC).

-- One sending. Short columns stand first, so that the log's rows are read without the bodies behind them.
create table messages (
    id                   integer primary key,
    status               text    not null check (status in ('waiting', 'in_progress', 'sent', 'error', 'canceled')),
    created_at           integer not null,
    -- The earlier of the two start times; created_at where neither is given.
    scheduled_at         integer not null,
    -- From when on the log shows it: a scheduler's message only from its start time.
    visible_from         integer not null,
    schedule_id          integer,
    message_type         text    not null,
    organization         text    not null,
    sender               text    not null,
    subject              text    not null,
    -- What the sender calls it: makes a repeated import harmless.
    external_id          text    not null unique,
    category             text,
    inbox_email_start_at integer,
    voice_text_start_at  integer,
    started_at           integer,
    ended_at             integer,
    -- How many distinct addresses stand where (JSON of shared::counting::Tally). Every total derives from
    -- it, so that opening a message of 200 000 recipients reads this row only. Whoever changes a
    -- delivery's status changes the tally in the same transaction.
    tally                text    not null,
    canceled_by          text,
    canceled_at          integer,
    cancel_reason        text,
    -- Where the cancel cut each device (JSON of [shared::message::CanceledDevice]).
    canceled_devices     text,
    -- Who it was sent to (JSON of [shared::message::Criterion]), in the sender's order.
    criteria             text    not null,
    reply_to             text,
    body_inbox           text,
    body_email           text,
    body_voice           text,
    body_text            text,
    -- Who, when and where it cut are kept together; the reason may be missing.
    check ((canceled_by is null) = (canceled_at is null) and (canceled_by is null) = (canceled_devices is null))
);

-- The log's order, newest first. It also answers "how many in this range" on its own.
create index messages_newest on messages (created_at desc, id desc, visible_from);

-- One recipient line: a person, on behalf of at most one student. Lines are numbered from 0 in a message.
create table recipients (
    message_id       integer not null references messages (id),
    line             integer not null,
    -- The sender's key for the person, who may stand on several lines.
    person           text    not null,
    name             text    not null,
    student          text,
    -- Its deliveries are those numbered from deliveries_from up to, not including, deliveries_to.
    -- The two are equal where the person has no device.
    deliveries_from  integer not null,
    deliveries_to    integer not null,
    -- What a search looks in, in lower case. Addresses stand apart, so that who may not see them cannot
    -- find them out by searching either.
    search_names     text    not null,
    search_addresses text    not null,
    primary key (message_id, line)
) without rowid;

-- One recipient line on one device. Numbered from 0 in a message, line by line.
create table deliveries (
    message_id    integer not null references messages (id),
    number        integer not null,
    line          integer not null,
    device        text    not null check (device in ('inbox', 'email', 'voice', 'text')),
    -- As it was submitted, and normalised: two deliveries that reach the same place have the same key.
    address       text    not null,
    address_key   text    not null,
    -- The first delivery of the message with this device and key: itself, or the one it duplicates.
    first_number  integer not null,
    -- The outcome. A duplicate has none of its own: it is read through first_number.
    status        text    check (status in ('queued', 'in_progress', 'sent', 'failed', 'canceled', 'opted_out')),
    call_status   integer,
    reason        text,
    confirmed_at  integer,
    at            integer,
    primary key (message_id, number),
    check ((status is null) = (first_number <> number))
) without rowid;
