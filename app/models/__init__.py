"""The casebook: keys, database, records, change log, queries and migrations."""
