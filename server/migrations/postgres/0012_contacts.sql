-- Who was contacted is looked up by person alone: the other index only misled the planner and cost time.
-- Its twin for SQLite stands in ../sqlite.
drop index contacts_number;
