-- Who may do what, and at which schools.
-- Its twin for Postgres stands in ../postgres. Times are milliseconds since 1970 (UTC).

-- The schools and the district's offices: every District/School that a message was sent for, and those that an
-- administrator added ahead of their first message. None is ever removed.
create table organizations (
    id         integer primary key,
    name       text    not null unique,
    created_at integer not null
);

insert into organizations (name, created_at)
select organization, min(created_at) from messages group by organization order by organization;

alter table messages add column organization_id integer references organizations (id);
update messages set organization_id = (select o.id from organizations o where o.name = organization);

-- Who reaches only some schools counts their messages in the index, too.
drop index messages_newest;
create index messages_newest on messages (created_at desc, id desc, visible_from, organization_id);

-- Named sets of permissions.
create table roles (
    name        text    primary key,
    -- As the API spells them, with commas between.
    permissions text    not null,
    -- Those that came with Sentlog stay as they are.
    built_in    boolean not null default false
) without rowid;

insert into roles (name, permissions, built_in) values
    ('viewer', 'view', true),
    ('operator', 'view,cancel,report,see_addresses', true),
    ('admin', 'view,cancel,report,see_addresses,administer', true);

-- One role of a person, at one school or, without one, at all.
create table grants (
    user_id         integer not null references users (id),
    role            text    not null references roles (name),
    organization_id integer references organizations (id)
);

create unique index grants_once on grants (user_id, role, coalesce(organization_id, 0));
create index grants_role on grants (role);

insert into grants (user_id, role) select id, role from users;

-- What the grants come to: for each permission "all", or the ids of the schools (JSON of auth::reach::Rights), so
-- that a request costs no more for them. Whoever changes a grant or a role renews it in the same transaction.
alter table users add column rights text not null default '{}';
update users set rights = case role
    when 'admin' then '{"view":"all","cancel":"all","report":"all","see_addresses":"all","administer":"all"}'
    when 'operator' then '{"view":"all","cancel":"all","report":"all","see_addresses":"all"}'
    else '{"view":"all"}'
end;
alter table users drop column role;

-- Somebody who may sign in no more.
alter table users add column disabled_at integer;

-- Tokens end by themselves, or are taken back.
alter table tokens add column expires_at integer;
alter table tokens add column revoked_at integer;
-- To the minute or so.
alter table tokens add column last_used_at integer;
-- The schools that it may submit for, likewise: "all", or ids.
alter table tokens add column reach text not null default '"all"';
