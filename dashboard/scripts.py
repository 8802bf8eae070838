"""The scripts of a page: small files to read and change, which come to browsers as one.

They are joined when the files are collected, as they stand; while developing each comes by itself. It
knows no page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Library
from django.templatetags.static import static
from whitenoise.storage import CompressedManifestStaticFilesStorage

_VALUES = ("fragments", "tree", "reveal", "node", "lines", "rows", "search")

# In the order in which they are run: what a later one uses comes first.
JOINED = {
    "js/member.js": (
        "django_htmx/htmx-2.min.js",
        *(
            f"js/{name}.js"
            for name in ("copy", "polling", "typed", "find", *_VALUES, "times", "keys", "bell")
        ),
    ),
    # Whoever opens a link gets nothing that polls, is kept, or belongs to an account.
    "js/visitor.js": tuple(f"js/{name}.js" for name in ("copy", *_VALUES, "times")),
}

register = Library()


@register.simple_tag
def script_addresses(joined: str) -> list[str]:
    """Return the addresses to load for one of ``JOINED``: one, or each part's while developing."""
    is_joined = isinstance(staticfiles_storage, JoinedScriptsStorage)
    return [static(name) for name in ((joined,) if is_joined else JOINED[joined])]


class JoinedScriptsStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Joins the scripts before files are named by their content and compressed."""

    def post_process(
        self, paths: dict[str, tuple[Any, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Write the joined files beside the collected ones, and treat them alike."""
        if not dry_run:
            for name, parts in JOINED.items():
                Path(self.path(name)).write_bytes(_joined(paths[part] for part in parts))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run=dry_run, **options)


def _joined(parts: Iterator[tuple[Any, str]]) -> bytes:
    texts = [b'"use strict";\n']
    for storage, path in parts:
        with storage.open(path) as file:
            texts.append(file.read())
    return b"\n".join(texts)
