"""Chooses where certificates and time stamps come from; empty words choose this server's own."""

from server.documents.chain import Sources
from server.documents.command_issuer import CommandIssuer
from server.documents.issuer import LocalIssuer
from server.documents.keys import KeyProvider
from server.documents.remote_timestamps import RemoteTimestamps
from server.documents.timestamps import LocalTimestamps


def sources_of(keys: KeyProvider, command: str = "", timestamp_url: str = "") -> Sources:
    """Return the issuer's command, or the local issuer; the authority's address, or the local."""
    issuer = CommandIssuer(command) if command else LocalIssuer(keys)
    stamps = RemoteTimestamps(timestamp_url) if timestamp_url else LocalTimestamps(keys)
    return Sources(issuer, stamps)
