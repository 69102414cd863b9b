-- Who did what. Lines are added, never changed or removed; each carries the hash of the line before it.
-- Its twin for Postgres stands in ../postgres. Times are milliseconds since 1970 (UTC).

create table audit (
    -- Without gaps, from 1.
    seq        integer    primary key,
    at         integer    not null,
    -- person, program, shell, system or nobody.
    actor      text    not null,
    -- The account's id, where it was a person.
    actor_id   integer,
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

create trigger audit_keeps_its_lines before update on audit
begin
    select raise(abort, 'the audit trail is only ever added to');
end;

create trigger audit_loses_no_line before delete on audit
begin
    select raise(abort, 'the audit trail is only ever added to');
end;

-- "insert or replace" would remove a line without asking the trigger above.
create trigger audit_replaces_no_line before insert on audit
when exists (select 1 from audit where seq = new.seq)
begin
    select raise(abort, 'the audit trail is only ever added to');
end;
