-- Where the next refresh of a message begins: everything before this number has been asked about. One that comes to the
-- end of its time leaves off there.
alter table refreshes add column next_number bigint not null default 0;
