"""What the entries of a record's log say, whether or not their chain holds."""

from collections.abc import Iterator, Mapping, Sequence

from server.domain.reading import read_json

Body = Mapping[str, object]


def log_bodies(log: bytes) -> list[Body]:
    """Return the body of each entry; a line that is none is judged by the chain alone."""
    return list(_bodies(log))


def last_facts(log: Sequence[Body], kind: str) -> Body:
    """Return the facts of the last entry of this kind, none where there is no such entry."""
    found = facts_of(log, kind)
    return found[-1] if found else {}


def facts_of(log: Sequence[Body], kind: str) -> list[Body]:
    """Return the facts of every entry of this kind, oldest first."""
    return [facts_in(body) for body in log if body.get("kind") == kind]


def facts_in(body: Body) -> Body:
    """Return the facts of one entry."""
    facts = body.get("facts")
    return facts if isinstance(facts, dict) else {}


def _bodies(log: bytes) -> Iterator[Body]:
    for line in log.split(b"\n"):
        try:
            entry = read_json(line)
        except ValueError:
            continue
        body = entry.get("body") if isinstance(entry, dict) else None
        if isinstance(body, dict):
            yield body
