"""What is told to who listens, in memory."""

from __future__ import annotations

from funsies.core.digest import Digest
from funsies.store.ports import Subscription
from funsies.store.rows import log_client

from .tables import Locked, Mailbox, atomic


class MemoryNews(Locked):
    """See :class:`~funsies.store.ports.News`."""

    @atomic
    def subscribe(self, client: str) -> Subscription:
        """See :meth:`News.subscribe`."""

        def forget(mailbox: Mailbox) -> None:
            with self._lock:
                others = self._tables.mailboxes.pop(client, [])
                kept = [each for each in others if each is not mailbox]
                if kept:
                    self._tables.mailboxes[client] = kept

        mailbox = Mailbox(forget)
        self._tables.mailboxes.setdefault(client, []).append(mailbox)
        return mailbox

    @atomic
    def is_heard(self, client: str) -> bool:
        """See :meth:`News.is_heard`."""
        return client in self._tables.mailboxes

    @atomic
    def show_tail(self, operation: Digest, tail: bytes) -> None:
        """See :meth:`News.show_tail`."""
        self._tables.tails[operation] = tail
        for mailbox in self._tables.mailboxes.get(log_client(operation), []):
            mailbox.wake()

    @atomic
    def tail(self, operation: Digest) -> bytes | None:
        """See :meth:`News.tail`."""
        return self._tables.tails.get(operation)
