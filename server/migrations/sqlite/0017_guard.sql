-- Where a sign-in that has gone to the provider was begun, so that no network takes the place of all the others.
-- Its twin for Postgres stands in ../postgres.

alter table sign_ins add column address text not null default '';

create index sign_ins_address on sign_ins (address);
