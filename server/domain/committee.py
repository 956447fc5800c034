"""A people's mediation committee: the issuer and sealer of every agreement.

The seal and the authority are the committee's (人民调解法 arts. 8, 34), never the
justice office's, which only guides it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.ids import CommitteeId, FileId
from server.domain.retention import Keeping
from server.domain.sealing_rule import SealingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Committee:
    """One committee, the tenant of everything below it."""

    id: CommitteeId
    name: str
    short_name: str
    number_prefix: str
    office: str = ""
    office_phone: str = ""
    address: str = ""
    court: str = ""
    jurisdiction: str = "zh_cn"
    seal_image: FileId | None = None
    keeping: tuple[Keeping, ...] = ()
    """Its own rules for how long files are kept; the jurisdiction's suggestions hold besides."""
    sealing: SealingRule = field(default_factory=SealingRule)
    remind_days: int = 3
    """So many days before an instalment its payer is reminded; 0 where nobody is."""
    version: int = 0

    @property
    def place(self) -> str:
        """Where its agreements are made, as the seal prints it."""
        return self.address or self.name

    @property
    def sealed_words(self) -> Mapping[str, str]:
        """What the seal prints of it, by the field in which it stands.

        Where there is no image, a seal with the name in it is drawn.
        """
        named = self.seal_image is None or not self.address
        name = self.name if named else ""
        return {"number_prefix": self.number_prefix, "address": self.address, "name": name}
