"""Damages a row of the database behind the server's back, as a bad disk does."""

import sqlite3
from contextlib import closing
from pathlib import Path


def spoil(folder: Path, statement: str, *values: str) -> None:
    """Run a statement that changes one row, and no other, of the one database below a folder."""
    [file] = folder.rglob("heyi.db")
    with closing(sqlite3.connect(file)) as database, database:
        guards = database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        for (name,) in guards.fetchall():  # a bad disk asks no trigger
            database.execute(f'DROP TRIGGER "{name}"')
        assert database.execute(statement, values).rowcount == 1
