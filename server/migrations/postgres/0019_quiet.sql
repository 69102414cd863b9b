-- Until when a provider has asked to be left alone on a device: no process hands it anything before then.
-- Its twin for SQLite stands in ../sqlite.
alter table paces add column quiet_until timestamptz;
