-- Who printed what. Its twin for Postgres stands in ../postgres.

-- One report that left the server.
create table prints (
    id         integer primary key,
    message_id integer not null references messages (id),
    printed_by text    not null,
    printed_at integer not null,
    -- The options as the API spells them; devices with commas between.
    devices    text    not null,
    detail     text    not null check (detail in ('all', 'summary', 'failed')),
    format     text    not null check (format in ('pdf', 'csv', 'docx')),
    -- Whether the addresses in it were masked.
    masked     boolean not null
);

create index prints_newest on prints (message_id, id desc);

-- A message's failures are few among its deliveries, and are counted each time it is opened.
create index deliveries_failed on deliveries (message_id, number) where status = 'failed';
