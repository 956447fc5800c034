"""The browser's types come from the server's description of its messages, no older one."""

import json

from tests.architecture.wire import WRITTEN, described


def test_the_description_the_web_is_built_from_is_the_server_s_own() -> None:
    written = json.loads(WRITTEN.read_text(encoding="utf-8"))
    assert described() == written, "run: make generated"
