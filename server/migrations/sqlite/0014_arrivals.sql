-- Large messages come in by many short transactions, so that nobody else who writes waits for all of one.
-- Its twin for Postgres stands in ../postgres. Times are milliseconds since 1970 (UTC).

-- A message that is coming in. Nobody is shown it, and nothing of it is delivered, until this row goes with the last of
-- those transactions. Where that never comes, what has come in is removed.
create table arrivals (
    message_id integer primary key references messages (id),
    -- Since when.
    since      integer not null,
    -- It is being removed: whoever brings it comes too late.
    given_up   boolean not null default false
);
