-- Why a delivery failed, as far as it is the same for all that failed so: `reason` without the address and the numbers
-- that a mail system gives to each letter. Null where `reason` is that already, and in rows that are older than this.
alter table deliveries add column cause text;
