-- What delivering needs: who delivers a message, what is in whose hands, what comes back.
-- Its twin for Postgres stands in ../postgres. Times are milliseconds since 1970 (UTC).

-- Who delivers it: 'providers' as they are set up, or 'sandbox' alone, as the demonstration's. Null: it was
-- delivered elsewhere and is history, whatever its status; nothing of it is ever handed over.
alter table messages add column delivered_by text check (delivered_by in ('providers', 'sandbox'));
-- An emergency goes first, and at any hour.
alter table messages add column urgent boolean not null default false;
-- Deliveries whose hand-over was given up.
alter table messages add column given_up integer not null default 0;
-- How often it has changed since it came in, and when last: its last sign of life.
alter table messages add column revision integer not null default 0;
alter table messages add column changed_at integer;
-- When to look whether it has fallen silent.
alter table messages add column check_at integer;

create index messages_changed on messages (changed_at) where changed_at is not null;
create index messages_check on messages (check_at) where check_at is not null;

-- The claim it is in, while a worker hands it over.
alter table deliveries add column claim integer;
-- How often it was claimed.
alter table deliveries add column attempt integer not null default 0;
-- When to try again, while queued; when to ask its provider for news, while in progress.
alter table deliveries add column due_at integer;
-- Who has it, and by which name: receipts find it so.
alter table deliveries add column provider text;
alter table deliveries add column provider_id text;

create index deliveries_due on deliveries (status, device, due_at) where due_at is not null;
create unique index deliveries_provider on deliveries (provider, provider_id) where provider_id is not null;
create index deliveries_duplicates on deliveries (message_id, first_number) where first_number <> number;

-- What of a message waits to be claimed: a lane for each of its devices, from its start time until its last
-- delivery is claimed. A cancel takes the lanes away, so that it costs the same however many were queued.
create table lanes (
    message_id  integer not null references messages (id),
    device      text    not null check (device in ('inbox', 'email', 'voice', 'text')),
    -- When it starts.
    due_at      integer not null,
    -- Everything before this number has been claimed.
    next_number integer not null,
    -- Batches claimed: who had fewer turns goes first, so that a long message does not hold up a short one.
    turn        integer not null,
    primary key (message_id, device)
) without rowid;

create index lanes_due on lanes (device, due_at);

-- A batch in a worker's hands. Where the worker falls silent until lease_until, the batch is settled.
create table claims (
    id          integer primary key,
    message_id  integer not null references messages (id),
    device      text    not null,
    provider    text    not null,
    lease_until integer not null,
    -- Its deliveries are among these numbers, and carry its id.
    from_number integer not null,
    to_number   integer not null
);

-- When each provider with a rate may be handed the next delivery, by whichever process.
create table paces (
    provider text    primary key,
    free_at  integer not null
);

-- Which person was contacted by phone through which delivery, while a message is being delivered here.
create table contacts (
    message_id integer not null references messages (id),
    person     text    not null,
    number     integer not null,
    primary key (message_id, person, number)
) without rowid;

create index contacts_number on contacts (message_id, number);

-- What providers reported, as it came. The same event twice counts once.
create table receipts (
    provider    text    not null,
    event_id    text    not null,
    message_id  integer not null references messages (id),
    number      integer not null,
    at          integer not null,
    received_at integer not null,
    raw         text    not null,
    primary key (provider, event_id)
) without rowid;

create index receipts_delivery on receipts (message_id, number);

-- Programs that may submit messages.
create table tokens (
    id         integer primary key,
    name       text    not null,
    -- The name in lower case.
    name_key   text    not null unique,
    -- SHA-256 of the token, so that a copy of this table lets nobody in.
    key        text    not null unique,
    created_at integer not null
);

-- The portal's inbox: what each person finds there. What a message says stands with the message.
create table inbox (
    message_id integer not null references messages (id),
    number     integer not null,
    person     text    not null,
    at         integer not null,
    primary key (message_id, number)
) without rowid;

create index inbox_person on inbox (person, at desc);
