"""A stranger's words, fit to stand in a sentence of ours."""

from __future__ import annotations

import unicodedata


def printable(words: str, most: int) -> str:
    """At most `most` printable characters of `words`, on one line; as they are otherwise, capitals included."""
    words = words[: 20 * most]  # a profile's name may have megabytes
    # C: control, direction marks and other invisible formatting, surrogates, unassigned. Ends of line become spaces.
    shown = "".join(c for c in words if c.isspace() or unicodedata.category(c)[0] != "C")
    shown = " ".join(shown.split())
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def of_file(name: object) -> str:
    """At most 60 printable characters of the last part of a path; "" if nothing is left."""
    last = str(name).replace("\\", "/").rsplit("/", 1)[-1] if isinstance(name, str) else ""
    shown = printable(last, 60)
    return shown if shown.strip(".") else ""
