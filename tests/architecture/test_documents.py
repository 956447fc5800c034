"""What the documents point at exists."""

import re

import pytest

from tests.architecture.tree import ROOT, files, shown

LINK = re.compile(r"\]\(([^)\s]+)\)")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|TBD)\b")
TEXTS = (".css", ".html", ".md", ".mjs", ".py", ".toml", ".ts", ".typ", ".vue", ".yaml", ".yml")


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{shown(page)}: {target}"
        for page in files(endings=(".md",))
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not target.startswith(("http://", "https://", "#", "mailto:"))
        and not (page.parent / target.split("#")[0]).exists()
    ]
    assert broken == []


def test_every_decision_stands_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    records = [path.name for path in folder.glob("[0-9]*.md")]
    assert records
    assert [name for name in records if f"({name})" not in listed] == []


def test_nothing_is_left_for_later() -> None:
    left = [
        f"{shown(path)}:{number}"
        for path in files(endings=TEXTS)
        if path.name != "test_documents.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert left == []


def test_no_setting_to_be_copied_has_a_comment_behind_it() -> None:
    """systemd takes such a comment of an EnvironmentFile for part of the value."""
    behind = [
        f"{shown(page)}: {line.strip()}"
        for page in files(endings=(".md",))
        for line in page.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*HEYI_\w+=\S*\s+#", line)
    ]
    assert behind == []


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("Caddyfile", r"^\s+respond /metrics 404$"),
        ("nginx.conf", r"^\s+location = /metrics \{\n\s+return 404;"),
    ],
    ids=["caddy", "nginx"],
)
def test_the_proxies_keep_the_figures_to_this_machine(name: str, refusal: str) -> None:
    text = (ROOT / "docs" / "deploy" / name).read_text(encoding="utf-8")
    assert re.search(refusal, text, re.MULTILINE)
