-- Who did what. Lines are added, never changed or removed; each carries the hash of the line before it.
-- Its twin for SQLite stands in ../sqlite.

create table audit (
    -- Without gaps, from 1.
    seq        bigint    primary key,
    at         timestamptz    not null,
    -- person, program, shell, system or nobody.
    actor      text    not null,
    -- The account's id, where it was a person.
    actor_id   bigint,
    actor_name text,
    -- Where the request came from.
    address    text,
    action     text    not null,
    -- message, user, token, role, …
    subject    text,
    subject_id text,
    -- A small JSON object, without bodies, addresses or passwords.
    details    text    not null,
    -- The hash of the line before it.
    previous   text    not null,
    -- SHA-256 of all the above, as store::audit writes them down.
    hash       text    not null
);

create index audit_subject on audit (subject, subject_id, seq);

create function audit_refuses() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is only ever added to';
end
$$;

create trigger audit_keeps_its_lines before update or delete on audit
    for each row execute function audit_refuses();

create trigger audit_loses_no_line before truncate on audit
    for each statement execute function audit_refuses();
