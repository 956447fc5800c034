"""The project speaks one language: what it names, it names in the words of mediation."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOT, files, shown

NEVER = {
    "breakout",
    "call",
    "contract",
    "data",
    "guest",
    "helper",
    "host",
    "info",
    "manager",
    "meeting",
    "user",
    "util",
}
NEVER |= {f"{word}s" for word in NEVER}

OTHERS_WORDS = {
    "data_received",  # asyncio's name for a protocol's turn, and its argument
    "answer_call",  # a party calls for the mediator, and is answered; nobody is "in a call"
    "call_mediator",
    "CallMediator",
    "user_agent",  # HTTP's name for a browser
    "userAgent",
    "signed_data",  # pyHanko's, for what it hands a signature validator by name
    "public_key_info",
}
"""Names that a standard or a library gave, and that would be harder to read under another."""

ADDRESSES = {"host", "media_host", "smtp_host"}
NETWORK = (
    "server/config.py",
    "server/media/",
    "server/media_config.py",
    "server/media_wiring.py",
    "server/notify/",
    "server/setting_forms.py",
)
"""Where a host is what the network calls one; nowhere does a host preside."""

WIRE = {"call", "data"}
WIRE_USERS = ("server/signalling/messages.py", "server/media/streams.py")
"""Where the name is the protocol's: a party's call for the mediator, a stream's bytes."""

FOLDERS = {"data"}
FOLDER_USERS = ("server/config.py", "server/rehearsal/")
"""Where `data` is HEYI_DATA, the data folder."""


CLAIMED = "数字证书"
"""What licensed authorities issue; a certificate of this server's is never called so."""


def test_no_text_calls_our_certificates_what_they_are_not() -> None:
    shipped = [*files("server"), *files("web"), *files("docs"), *files("recordings")]
    shipped += [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md"]
    assert len(shipped) > 400
    assert [shown(one) for one in shipped if CLAIMED.encode() in one.read_bytes()] == []


def words_of(name: str) -> list[str]:
    """Split a name in any casing into its words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\W]+", " ", name)
    return spaced.lower().split()


def names_defined(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that a module chooses itself, with its line; a name it only uses is not."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.alias(asname=str(chosen)):
                yield chosen, 0
            case ast.Attribute(value=ast.Name(id="self"), attr=chosen, ctx=ast.Store()):
                yield chosen, node.lineno
            case _:
                pass


def names_declared(source: str) -> Iterator[tuple[str, int]]:
    """Yield what a TypeScript file declares with a keyword of its own."""
    for number, line in enumerate(source.splitlines(), 1):
        for found in DECLARATION.finditer(line):
            yield found.group(1), number


DECLARATION = re.compile(r"\b(?:class|const|enum|function|interface|let|type)\s+([A-Za-z_$][\w$]*)")


def is_foreign_to_us(name: str) -> bool:
    return name not in OTHERS_WORDS and not NEVER.isdisjoint(words_of(name))


def test_python_names_use_the_words_of_mediation() -> None:
    found = [
        f"{shown(path)}:{line} {name}"
        for path in files("server", endings=(".py",))
        for name, line in names_defined(ast.parse(path.read_text(encoding="utf-8")))
        if is_foreign_to_us(name) and not name.startswith("__")
        if not (name in ADDRESSES and shown(path).startswith(NETWORK))
        if not (name in FOLDERS and shown(path).startswith(FOLDER_USERS))
        if not (name in WIRE and shown(path) in WIRE_USERS)
    ]
    assert found == []


def test_typescript_names_use_the_words_of_mediation() -> None:
    found = [
        f"{shown(path)}:{line} {name}"
        for path in files("web", endings=(".ts", ".vue", ".mjs"))
        for name, line in names_declared(path.read_text(encoding="utf-8"))
        if is_foreign_to_us(name) and shown(path) not in GENERATED
    ]
    assert found == []


GENERATED = ("web/packages/core/src/api/schema.ts",)


def test_files_are_named_in_the_words_of_mediation() -> None:
    sources = [
        *files("server", endings=(".py", ".typ")),
        *files("web", endings=(".ts", ".vue", ".css")),
    ]
    assert [shown(path) for path in sources if is_foreign_to_us(path.stem)] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("save_user_data", ["save", "user", "data"]),
        ("MeetingHost", ["meeting", "host"]),
        ("HTTPData", ["http", "data"]),
        ("metadata", ["metadata"]),
        ("_callback", ["callback"]),
        ("USERS", ["users"]),
    ],
)
def test_a_name_is_split_into_its_words(name: str, words: list[str]) -> None:
    assert words_of(name) == words
