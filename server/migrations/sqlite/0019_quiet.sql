-- Until when a provider has asked to be left alone on a device: no process hands it anything before then.
-- Its twin for Postgres stands in ../postgres. Times are milliseconds since 1970 (UTC).
alter table paces add column quiet_until integer;
