"""Words that a pack brings: in each of its languages, with the law they rest on.

A text that people answer is known by the hash of its exact words, so that an answer always
belongs to what was on the screen.
"""

from dataclasses import asdict, dataclass

from server.domain.canonical import canonical_json, sha256_hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text in Chinese and English; a pack without Chinese leaves `zh` empty."""

    zh: str = ""
    en: str

    def in_language(self, language: str) -> str:
        """Return the Chinese for `zh…` where there is one, else the English."""
        return self.zh if self.zh and language.startswith("zh") else self.en

    def fill(self, **values: str) -> "Text":
        """Return the text with its `{names}` replaced in both languages."""
        return Text(zh=self.zh.format(**values), en=self.en.format(**values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of an enumeration. A historic one is read, never newly chosen."""

    code: str
    name: Text
    historic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeBlock:
    """A short notice: a title, lines that fit a phone, and the law (empty where none)."""

    code: str
    title: Text
    lines: tuple[Text, ...]
    law: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with answers of equal weight; an empty tuple means yes or no."""

    code: str
    text: Text
    lines: tuple[Text, ...] = ()
    answers: tuple[Choice, ...] = ()
    law: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """One consent: what is asked, and what follows from each answer.

    `statement` and `points` are the card, `terms` the full wording that is agreed to, the two
    consequences stand above the two answers. Nothing is preselected. `all_parties`: it takes
    effect only once every party has agreed.
    """

    scope: str
    title: Text
    statement: tuple[Text, ...]
    points: tuple[Text, ...]
    question: Text
    on_agree: tuple[Text, ...]
    on_refuse: tuple[Text, ...]
    terms: tuple[Text, ...]
    law: Text
    refusal_ends_online: bool = False
    all_parties: bool = False

    @property
    def code(self) -> str:
        """The scope, under the name every other entry has."""
        return self.scope


Answerable = ConsentText | NoticeBlock | Question


def shown(notice: NoticeBlock) -> dict[str, str]:
    """Return what a log says of a notice that people were shown: which, in exactly which words."""
    return {"notice": notice.code, "version": text_version(notice)}


def text_version(text: Answerable) -> str:
    """Return the SHA-256 of a text's RFC 8785 bytes, every language in it, in hexadecimal."""
    return sha256_hex(canonical_json(asdict(text)))
