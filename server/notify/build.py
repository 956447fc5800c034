"""Chooses the way messages travel, by the settings' plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.notify.command import CommandNotifier
from server.notify.demo import DemoNotifier
from server.notify.outbox import OutboxNotifier
from server.notify.smtp import MailServer, SmtpNotifier
from server.notify.webhook import WebhookNotifier
from server.ports.notify import Notifier

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifying:
    """The notifier, and in demo mode the codes it handed out by person id, else nothing."""

    notifier: Notifier
    codes: Mapping[str, str]


def build_notifier(settings: Mapping[str, object]) -> Notifying:
    """Return what the settings `notify`, `smtp_*`, `webhook_*`, `notify_command` ask for.

    With `demo` codes stay on this machine, which the settings keep on loopback.
    """
    chosen = _CHOICES[_text(settings["notify"])](settings)
    if not settings["demo"]:
        return Notifying(notifier=chosen, codes={})
    demo = DemoNotifier(chosen)
    return Notifying(notifier=demo, codes=demo.codes)


def _text(value: object) -> str:
    """Return a setting's text; a hidden one is opened only here."""
    opened = getattr(value, "get_secret_value", None)
    return str(opened() if opened else value)


def _outbox(settings: Mapping[str, object]) -> Notifier:
    del settings
    return OutboxNotifier()


def _smtp(settings: Mapping[str, object]) -> Notifier:
    address = _text(settings["smtp_host"])
    server = MailServer(
        address=address,
        port=int(_text(settings["smtp_port"])),
        login=_text(settings["smtp_login"]),
        password=_text(settings["smtp_password"]),
        tls=address not in _LOOPBACK,
    )
    sender, recipient = _text(settings["smtp_from"]), _text(settings["smtp_to"])
    return SmtpNotifier(server, sender=sender, recipient=recipient)


def _webhook(settings: Mapping[str, object]) -> Notifier:
    secret = _text(settings["webhook_secret"])
    return WebhookNotifier(url=_text(settings["webhook_url"]), secret=secret)


def _command(settings: Mapping[str, object]) -> Notifier:
    return CommandNotifier(command=_text(settings["notify_command"]))


_CHOICES = {"outbox": _outbox, "smtp": _smtp, "webhook": _webhook, "command": _command}
