-- What is to count once: a message that is brought again is answered as it was at first, and a report that comes late
-- does not undo what a person has said since. Its twin for Postgres stands in ../postgres. Times are milliseconds
-- since 1970 (UTC).

-- The deliveries that were left out of a message, because their address is none, as its sender was told; only where
-- there are any.
create table refusals (
    message_id integer primary key references messages (id),
    -- A JSON array.
    refused    text    not null
);

-- Addresses whose owner lately asked to be reached again, and when: what is reported of before opts nobody out.
-- Forgotten after some days, when nothing is reported any more of what went before.
create table opt_ins (
    device      text    not null check (device in ('inbox', 'email', 'voice', 'text')),
    address_key text    not null,
    at          integer not null,
    primary key (device, address_key)
) without rowid;

create index opt_ins_at on opt_ins (at);
