-- People who sign in elsewhere, by OpenID Connect.
-- Its twin for SQLite stands in ../sqlite.

-- Whom a provider calls so. Bound to the account for good: names and addresses change, and may be given to others.
create table identities (
    issuer     text        not null,
    subject    text        not null,
    user_id    bigint      not null unique references users (id) on delete cascade,
    created_at timestamptz not null,
    -- When they signed in last.
    seen_at    timestamptz not null,
    primary key (issuer, subject)
);

-- A sign-in that has gone to the provider and has not come back. It is taken once, by the browser that began it.
create table sign_ins (
    -- SHA-256 of what that browser's cookie holds.
    key        text        primary key,
    state      text        not null,
    nonce      text        not null,
    verifier   text        not null,
    -- The path to go on to.
    next       text        not null,
    created_at timestamptz not null
);

create index sign_ins_created on sign_ins (created_at);
