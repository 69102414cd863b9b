-- Resends: a message that goes again to those of another whom it did not reach.
-- Its twin for Postgres stands in ../postgres.

-- The message it resends, to whom of it, the how many-th time, and who asked for it.
alter table messages add column resend_of integer references messages (id);
alter table messages add column resend_which text check (resend_which in ('failed', 'stopped'));
alter table messages add column resend_attempt integer;
alter table messages add column resent_by text;

-- Who asks twice for the same attempt gets the same message.
create unique index messages_resend on messages (resend_of, resend_which, resend_attempt) where resend_of is not null;

-- The delivery of that message which this one repeats. None is repeated twice.
alter table deliveries add column repeats integer;

create index deliveries_repeats on deliveries (message_id, repeats) where repeats is not null;
