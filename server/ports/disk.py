"""What a disk without room means, for everybody who writes to one."""

import errno

from server.ports.store import DiskFullError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class refusing_when_full:  # noqa: N801  reads as a phrase after `with`
    """Turns an OSError for want of room into DiskFullError."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise DiskFullError from error
