"""How often something was tried of late, in fixed windows; a row does not say what was tried."""

from __future__ import annotations

from django.db import models


class TryCount(models.Model):
    """The tries of one kind by one person or address until the window ends.

    ``digest`` stands for what is counted: names that people type may be their passwords.
    """

    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    tries = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.tries} until {self.until:%H:%M:%S}"
