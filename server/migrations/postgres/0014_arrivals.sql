-- Large messages come in by many short transactions, so that nobody else who writes waits for all of one.
-- Its twin for SQLite stands in ../sqlite.

-- A message that is coming in. Nobody is shown it, and nothing of it is delivered, until this row goes with the last of
-- those transactions. Where that never comes, what has come in is removed.
create table arrivals (
    message_id bigint      primary key references messages (id),
    -- Since when.
    since      timestamptz not null,
    -- It is being removed: whoever brings it comes too late.
    given_up   boolean     not null default false
);
