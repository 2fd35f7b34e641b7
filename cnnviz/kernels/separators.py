"""Which commas, semicolons and bars of a kernel's text stand between numbers, and which stand inside one.

Half the world writes 0,5 for a half, and its spreadsheets copy tabs and save semicolons. A text is read where it can
be meant in one way, and else refused at the first comma in question; it is never read as other numbers than it says.

A comma beside a blank or a bracket, before a sign, or one of several in a row of digits (1,0,-1) separates: no number
ends or begins with one. Of a comma between two digits:

- where blanks (tabs, too) stand between the numbers, as in 0,5 1,0, it is a decimal comma: no list has both;
- where nothing but commas stands between them, 1,0; 0,1 is two rows of two or two halves of a column: refused;
- in brackets, as programs print lists, it separates; [0,5 1,0], where it could do neither alone, is refused;
- beside a decimal point (1.5 2,5), and where all could group thousands (1,234 5,678), it is refused.

In two lines or more with the same single cells between ; or | (0,5;1,0;0,5), these stand between cells, as a
spreadsheet saves them and Markdown draws them; otherwise ; ends a row and | a slice. A blank that may group thousands
(1 234,5) is refused where it is a narrow or a hard one, or commas or tabs say that a spreadsheet wrote it.
"""

from __future__ import annotations

import re

from cnnviz.errors import KernelError
from cnnviz.kernels.weights import LARGEST, quoted

_INSIDE = re.compile(r"[^\s,;|\[\]],[^\s,;|\[\]]")
_WORD = re.compile(r"[^\s;|\[\]]+")
_DECIMAL = re.compile(r"[+-]?[0-9]++,[0-9]++(?:[eE][+-]?[0-9]++)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_CONTINENTAL = re.compile(rf"{_DECIMAL.pattern}|[+-]?[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+,[0-9]++")
_BLANK = re.compile(r"[^\s,;|\[\]][^\S\n]++[^\s,;|\[\]]")  # a blank alone between two cells
_BRACKETED_BLANK = re.compile(r"[^\s,;|\[\]]\s++[^\s,;|\[\]]")  # in brackets a new line is no more than that
_SPACED = re.compile(r",[^\S\n]++[^\s,;|\[\]]")
_BEFORE = re.compile(r"\s,[0-9]")
_GAP = re.compile(r"(?<![0-9.,/])[1-9][0-9]{0,2}[ \u00a0\u2009\u202f][0-9]{3}(?![0-9])")
_CELL = re.compile(r"[^\s,;|]++(?:(?<=[0-9]),[0-9][^\s,;|]*+)?")
_RULE = re.compile(r":?-+:?")


def settled(text: str) -> tuple[str, bool]:
    """The text with tabs between the cells of a table and points for decimal commas; and whether commas are unclear.

    Raises KernelError for a blank that may group thousands.
    """
    text = _table(text)
    tight = [word for word in (found.strip(",") for found in _WORD.findall(text)) if "," in word] \
        if _INSIDE.search(text) else []  # fmt: skip
    gap = _GAP.search(text)
    if gap and (tight or "\t" in text or " " not in gap[0]):
        raise KernelError(
            f"{quoted(gap[0])} can be one number or two; leave out the blank inside a number, or put a comma "
            "between two."
        )
    if not tight:
        return text, False
    bracketed = "[" in text
    separates = not (_BRACKETED_BLANK if bracketed else _BLANK).search(text)
    is_decimal = "." not in text and not _BEFORE.search(text) and all(map(_DECIMAL.fullmatch, tight))
    groups = all(map(_THOUSANDS.fullmatch, tight)) or not is_decimal and all(map(_CONTINENTAL.fullmatch, tight))
    spaced_before = "." not in text and bool(_BEFORE.search(text)) and not all(map(_THOUSANDS.fullmatch, tight))
    if separates and (bracketed or spaced_before or not (is_decimal or groups)):  # 1,2 ,3: nobody sets a half so
        return text, False
    if separates or bracketed or groups or not is_decimal or _SPACED.search(text):
        return text, True
    return re.sub(r"(?<=[0-9]),(?=[0-9])", ".", text), False


def _table(text: str) -> str:
    """A table of single cells between ; or | as the same cells between tabs; any other text as it is."""
    lines = [line.strip() for line in text.split("\n", 10 * LARGEST)]
    if "[" in text or len(lines) > 10 * LARGEST:
        return text
    if all(re.fullmatch(r"\|[^|]+\||", line) for line in lines):  # bars for the brackets of a matrix
        return "\n".join(line.strip("|") for line in lines)
    for mark in ";|":
        if mark not in text or len(lines) == 1:
            continue
        rows = [_cells(line, mark) for line in lines]
        has_heading = bool(rows[1]) and all(map(_RULE.fullmatch, rows[1])) and not re.search("[0-9]", lines[0])
        if has_heading:
            rows[0] = []
        rows = [row for row in rows if not row or any(row) and not all(map(_RULE.fullmatch, row))]
        filled = [row for row in rows if row]
        if len(filled) > 1 - has_heading and all(len(row) > 1 and all(map(_CELL.fullmatch, row)) for row in filled):
            return "\n".join(map("\t".join, rows))
    return text


def _cells(line: str, mark: str) -> list[str]:
    """The cells of a line; a mark at its end, and a bar at its beginning, frames them."""
    line = line.removesuffix(mark)
    line = line.removeprefix(mark) if mark == "|" else line
    return [cell.strip() for cell in line.split(mark)] if line else []
