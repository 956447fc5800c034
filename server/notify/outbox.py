"""Sends nothing: staff copy or print the links from the outbox. Carries no codes."""

from server.ports.notify import Message, MessageState


class OutboxNotifier:
    """The default, which needs no gateway."""

    @property
    def carries_codes(self) -> bool:
        """A code that staff pass on would prove nothing about the person."""
        return False

    async def send(self, message: Message) -> MessageState:
        """Leave the message where it is."""
        del message
        return MessageState.WAITING
