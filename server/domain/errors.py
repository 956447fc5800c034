"""Every refusal the rules can give, each with a stable code for the wire."""

from traceback import walk_tb
from typing import ClassVar


class DomainError(Exception):
    """A refusal. `code` is stable and travels; `facts` are plain values for the text.

    `facts` never hold names, identity numbers, telephone numbers or amounts.
    """

    code: ClassVar[str] = "refused"
    machine: ClassVar[bool] = False
    """Whether this machine is in the way, not what was asked for: the log says so."""
    for_operator: ClassVar[bool] = False
    """Whether the facts are about this machine: they go to the log, not to who asked."""

    def __init__(self, **facts: object) -> None:
        """Keep the facts that the screen needs to say what to do."""
        super().__init__(self.code)
        self.facts = facts

    @property
    def told(self) -> dict[str, object]:
        """The facts for who asked."""
        return {} if self.for_operator else self.facts

    @property
    def noted(self) -> str:
        """The line for the log, empty where nobody but who asked can mend it."""
        causes = [type(each).__qualname__ for each in _chain(self)[1:]]
        line = " because of ".join([f"{self.code} {self.facts}", *causes])
        return line if self.machine else ""


class ForbiddenError(DomainError):
    """The actor may not do this to this thing."""

    code = "forbidden"


class UnreadableError(DomainError):
    """A row was changed behind our back, moved, or written by a different program."""

    code = "unreadable"
    machine = True


class NotFoundError(DomainError):
    """Nothing there, or nothing the actor may know of."""

    code = "not_found"


class StaleRevisionError(DomainError):
    """The draft moved on; `facts["revision"]` is the newer one."""

    code = "stale_revision"


class WrongStateError(DomainError):
    """The thing is in a state in which this is not done; `facts["state"]` names it."""

    code = "wrong_state"


class InvalidValueError(DomainError):
    """A field does not hold; `facts["field"]` names it, `facts["reason"]` says why."""

    code = "invalid_value"


class TooLargeError(DomainError):
    """More than there may be: `facts["limit"]` in bytes, or `facts["files"]` in a case."""

    code = "too_large"


class MissingStepsError(DomainError):
    """Something is owed first; `facts["missing"]` lists the codes of what."""

    code = "missing_steps"


class TooManyTriesError(DomainError):
    """Too many wrong answers; `facts["locked"]` or `facts["retry_at"]` says until when.

    Or too many changed ones: `facts["limit"]` says how many there may be.
    """

    code = "too_many_tries"


class WrongCodeError(DomainError):
    """A code or password did not match; `facts["left"]` tries remain."""

    code = "wrong_code"


class StepUpNeededError(DomainError):
    """The act asks for a fresh second factor."""

    code = "step_up_needed"


class MustChangePasswordError(DomainError):
    """The first password was shown to somebody else: a new one comes before all else."""

    code = "must_change_password"


class SignedOutError(DomainError):
    """No valid staff session or seat stands behind the request."""

    code = "signed_out"


def trail(fault: BaseException) -> str:
    """Return the classes and places of a fault and of what led to it, for the log.

    Never its words: what a parser or a database says quotes names, numbers and amounts.
    """
    return " because of ".join(_steps(each) for each in _chain(fault))


def _chain(fault: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    one: BaseException | None = fault
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return chain


def _steps(fault: BaseException) -> str:
    frames = ((frame.f_code, line) for frame, line in walk_tb(fault.__traceback__))
    steps = (f"\n  {code.co_filename}:{line} {code.co_name}" for code, line in frames)
    return type(fault).__qualname__ + "".join(steps)
