"""The sentences by which an agreement says who its parties and their agents are.

Contents follow 人民调解法 art. 29 and the national form: name, sex, people, birth, age,
work, identity number, telephone, address; for organisations credit code, address and
legal representative; for agents what they may do.
"""

from datetime import date

from server.domain.case import Case, Party, PartyKind, Person, PersonRole
from server.domain.identity_numbers import age_on
from server.domain.jurisdiction.entries import AgentAct
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.jurisdiction.texts import Text
from server.domain.representation import by_law, in_term

_SEX = {"male": Text(zh="男", en="male"), "female": Text(zh="女", en="female")}
_NO_SEX = Text(zh="", en="")
_CARDS = frozenset({"resident_identity_card", "temporary_identity_card", "household_register"})


def identity_lines(case: Case, party: Party, pack: JurisdictionPack, day: date) -> tuple[str, ...]:
    """Return the party's own sentence and one for each agent whose power runs on the day."""
    writer = _Zh(case, pack, day) if _chinese(pack) else _En(case, pack, day)
    agents = (
        person
        for person in case.people_of(party.id)
        if person.role is PersonRole.AGENT
        and person.authority is not None
        and in_term(person.authority, day)
    )
    return (writer.party(party), *(writer.agent(person, party) for person in agents))


def _chinese(pack: JurisdictionPack) -> bool:
    return pack.languages[0].startswith("zh")


class _Zh:
    """Writes them in Chinese."""

    language = "zh-CN"

    def __init__(self, case: Case, pack: JurisdictionPack, day: date) -> None:
        self.case, self.pack, self.day = case, pack, day

    def party(self, party: Party) -> str:
        side = next(s.name.zh for s in self.pack.sides if s.code == party.side)
        known = self._organisation(party) if party.kind is PartyKind.ORGANISATION else None
        own = (p for p in self.case.people_of(party.id) if p.role is PersonRole.PARTY)
        person = next(own, None)
        told = known or (self._person(person, party) if person else [party.name])
        return f"{side}（{party.label}）：" + "，".join(part for part in told if part) + "。"

    def _organisation(self, party: Party) -> list[str]:
        return [
            party.name,
            f"统一社会信用代码{party.uscc}" if party.uscc else "",
            f"地址{party.address}" if party.address else "",
            f"法定代表人{party.legal_representative}" if party.legal_representative else "",
            f"职务{party.legal_representative_post}" if party.legal_representative_post else "",
        ]

    def _person(self, person: Person, party: Party) -> list[str]:
        return [
            person.name,
            self._sex(person),
            person.ethnic,
            self._birth(person.birth),
            person.occupation,
            self._number(person),
            f"联系方式{person.mobile}" if person.mobile else "",
            f"住{party.address}" if party.address else "",
        ]

    def _sex(self, person: Person) -> str:
        return _SEX.get(person.gender, _NO_SEX).in_language(self.language)

    def _birth(self, birth: date | None) -> str:
        if birth is None:
            return ""
        return f"{birth.year}年{birth.month}月{birth.day}日出生，{age_on(birth, self.day)}岁"

    def _number(self, person: Person) -> str:
        if not person.id_no:
            return ""
        name = self.pack.identity_document(person.id_kind).name.zh
        return f"{'公民身份号码' if person.id_kind in _CARDS else name + '号码'}{person.id_no}"

    def agent(self, person: Person, party: Party) -> str:
        law = by_law(person, self.pack)
        told = [person.name, self._sex(person), self._standing(person, party)]
        told.append(self._number(person))
        sentence = "，".join(part for part in told if part)
        if law:
            return f"法定代理人：{sentence}。"
        return f"委托代理人：{sentence}。代理权限：{self._power(person)}。"

    def _standing(self, person: Person, party: Party) -> str:
        if by_law(person, self.pack) and person.relation:
            return f"与{party.label}的关系：{person.relation}"
        return person.relation or person.occupation

    def _power(self, person: Person) -> str:
        held = person.authority.scopes if person.authority else frozenset()
        special = self.pack.agent_may(AgentAct.CONCEDE, held)
        names = "；".join(s.name.zh for s in self.pack.agent_scopes if s.code in held)
        return f"{'特别授权' if special else '一般授权'}（{names}）"


class _En(_Zh):
    """Writes them in English."""

    language = "en"

    def party(self, party: Party) -> str:
        side = next(s.name.en for s in self.pack.sides if s.code == party.side)
        told = [party.name, party.uscc, party.address, party.legal_representative]
        own = (p for p in self.case.people_of(party.id) if p.role is PersonRole.PARTY)
        if (person := next(own, None)) is not None:
            born = self._birth(person.birth)
            told.extend((self._sex(person), born, self._number(person), person.mobile))
        return f"{side} ({party.label}): {', '.join(part for part in told if part)}."

    def _birth(self, birth: date | None) -> str:
        return f"born {birth.isoformat()}, aged {age_on(birth, self.day)}" if birth else ""

    def _number(self, person: Person) -> str:
        if not person.id_no:
            return ""
        return f"{self.pack.identity_document(person.id_kind).name.en} {person.id_no}"

    def agent(self, person: Person, party: Party) -> str:
        told = ", ".join(part for part in (person.name, self._number(person)) if part)
        return f"Agent of {party.label}: {told}. Power: {self._power(person)}."

    def _power(self, person: Person) -> str:
        held = person.authority.scopes if person.authority else frozenset()
        return "; ".join(s.name.en for s in self.pack.agent_scopes if s.code in held)
