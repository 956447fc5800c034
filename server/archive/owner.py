"""Whose records an archive keeps: a mark beside them, made once, by the first that comes."""

from server.ports.archive import OwnedElsewhereError

EXPLAINED = """
和议把此处的卷宗记录归于上面这个名称的数据库。另一个和议不会在这里保存任何内容。
Heyi keeps the records here for the database of the name above. No other Heyi puts anything here.
"""


def mark_of(owner: str) -> bytes:
    """Return the mark's content."""
    return f"{owner}\n{EXPLAINED}".encode()


def expect_own(mark: bytes, owner: str, where: str) -> None:
    """Raise OwnedElsewhereError unless it is the owner's."""
    if mark.partition(b"\n")[0] != owner.encode():
        raise OwnedElsewhereError(where=where)
