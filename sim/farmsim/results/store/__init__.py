"""The result store of a sweep: one SQLite file that survives kills, and its export. sqlite3 stays in here."""
