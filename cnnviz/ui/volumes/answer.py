"""What a network's last numbers come to, to be drawn beside them: a bar and words for each, and the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.errors import ArrayError, SettingError


@dataclass(frozen=True, eq=False)
class Answer:
    """The verdict, and a row for each number of the last layer. All words are plain text.

    verdict  one short sentence: "It reads a 7."
    more     what belongs to it, in smaller letters: "98.2 %; then a 9 with 1.1 %"
    rows     (label, length of its bar from 0 to 1, words) of each number, in their order
    winner   the row that is marked
    codes    (rows, height, width) from -1 to 1: what each number was measured from, drawn as bitmaps; or None

    Raises SettingError for a winner that is no row, ArrayError for codes that do not belong to the rows.
    """

    verdict: str
    more: str
    rows: Sequence[tuple[str, float, str]]
    winner: int
    codes: np.ndarray | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.winner < len(self.rows):
            raise SettingError(f"The winner is row {self.winner} of {len(self.rows)}, counted from 0.")
        if self.codes is not None and (self.codes.ndim != 3 or len(self.codes) != len(self.rows)):
            raise ArrayError(f"{len(self.rows)} rows have a code each, (rows, height, width), not {self.codes.shape}.")

    @property
    def header(self) -> dict[str, object]:
        """As it goes to the browser, without the codes."""
        rows = [(label, round(float(share), 4), text) for label, share, text in self.rows]
        return {"verdict": self.verdict, "more": self.more, "rows": rows, "winner": self.winner}
