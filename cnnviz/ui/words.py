"""Words for all pages: what is said in one lesson reads as it does in another. Numbers are cnnviz.numbers' matter."""

from collections.abc import Sequence

from cnnviz.numbers import many, number, percent

__all__ = ["a", "capital", "listed", "many", "number", "percent"]


def a(name: str) -> str:
    """With its article: a 7, an 8."""
    return f"{'an' if name.startswith(('8', '11', '18')) else 'a'} {name}"


def listed(items: Sequence[object], last: str = "and") -> str:
    """1, 2 and 4; of nothing, nothing."""
    names = [str(item) for item in items]
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def capital(name: str) -> str:
    """A name at the beginning of a sentence."""
    return name[:1].upper() + name[1:]
