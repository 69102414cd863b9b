-- Retention: what of a message has been removed for its age, and when the daily removal is due.
-- Its twin for Postgres stands in ../postgres. Times are milliseconds since 1970 (UTC).

-- When its names, addresses and texts were taken away; null: it has them. From that instant on nobody is shown any.
alter table messages add column personal_data_removed_at integer;
-- Rows that name people are still being removed, batch by batch.
alter table messages add column removing boolean not null default false;
-- Why its deliveries failed, as it was counted while they were there (JSON of [shared::failures::Failures]).
alter table messages add column failures text;

create index messages_personal on messages (created_at, id) where personal_data_removed_at is null;
create index messages_removing on messages (id) where removing;

-- What is done now and then, by whichever process comes first.
create table upkeep (
    work   text    primary key,
    -- Who takes it up moves this on.
    due_at integer not null
);

insert into upkeep (work, due_at) values ('purge', 0);
