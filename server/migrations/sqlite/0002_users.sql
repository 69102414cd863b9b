-- Who may read the log, and who is reading it now.
-- Its twin for Postgres stands in ../postgres. Times are milliseconds since 1970 (UTC).

-- One account.
create table users (
    id            integer primary key,
    name          text    not null,
    -- The name in lower case: one account, however its name is typed.
    name_key      text    not null unique,
    role          text    not null check (role in ('viewer', 'operator', 'admin')),
    -- An argon2id hash in PHC form; empty where no password opens the account.
    password_hash text    not null,
    created_at    integer not null
);

-- One sign-in on one browser.
create table sessions (
    -- SHA-256 of what the browser's cookie holds, so that a copy of this table opens no session.
    key        text    primary key,
    -- What axum-login keeps of it (JSON).
    data       text    not null,
    -- The session ends a fixed time after created_at, and sooner when it is left idle since seen_at.
    created_at integer not null,
    seen_at    integer not null
);

create index sessions_seen on sessions (seen_at);
