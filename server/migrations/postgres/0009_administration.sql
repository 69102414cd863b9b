-- What the administration page shows of sessions, and the links by which people choose their password.
-- Its twin for SQLite stands in ../sqlite.

-- Whose session it is is kept beside what axum-login keeps, so that somebody's sessions can be found. Those that are
-- open cannot be told apart afterwards: everybody signs in once more.
delete from sessions;
alter table sessions add column user_id bigint references users (id) on delete cascade;
-- Where it was begun: an address of the network, and what the browser calls itself.
alter table sessions add column address text;
alter table sessions add column browser text;
create index sessions_user on sessions (user_id);

-- A link that is good for one use: whoever follows it chooses the password of an account, or, where it names none,
-- becomes the first administrator.
create table links (
    -- SHA-256 of the key in the link.
    key        text        primary key,
    user_id    bigint      unique references users (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
