"""Ten digits drawn on 12 rows of 7 cells: what the outputs of the 1998 LeNet-5 measure their distance to.

The paper draws the whole of ASCII this way (its figure 3). These ten are drawn anew in that style, not copied from it
cell by cell.
Source of the idea: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998), section II.B.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 12, 7

_DRAWN = """
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
..###..  ...##..  .#####.  .#####.  .....##  #######  ..####.  #######  .#####.  .#####.
.##.##.  .####..  ##...##  ##...##  ....###  ##.....  .##....  ##...##  ##...##  ##...##
##...##  ...##..  .....##  .....##  ...####  ##.....  ##.....  .....##  ##...##  ##...##
##...##  ...##..  .....##  .....##  ..##.##  ######.  ##.....  ....##.  .##.##.  ##...##
##...##  ...##..  ....##.  ..####.  .##..##  .....##  ######.  ....##.  ..###..  ##...##
##...##  ...##..  ...##..  .....##  ##...##  .....##  ##...##  ...##..  .##.##.  .######
##...##  ...##..  ..##...  .....##  #######  .....##  ##...##  ...##..  ##...##  .....##
##...##  ...##..  .##....  .....##  .....##  .....##  ##...##  ..##...  ##...##  .....##
.##.##.  ...##..  ##.....  ##...##  .....##  ##...##  ##...##  ..##...  ##...##  ....##.
..###..  .######  #######  .#####.  .....##  .#####.  .#####.  ..##...  .#####.  .####..
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
"""


def _codes() -> NDArray[np.float32]:
    cells = np.array([[list(drawn) for drawn in line.split()] for line in _DRAWN.split("\n") if line])
    codes = np.where(cells == "#", np.float32(1), np.float32(-1)).transpose(1, 0, 2).reshape(10, ROWS * COLUMNS)
    codes.setflags(write=False)
    return codes


# (10, 84) float32: for each digit its 84 cells, row by row, +1 for ink and -1 for none.
DIGITS = _codes()
