"""One random walk from each page: after every act the link and the controls agree, and so does a fresh browser.

The whole, ten walks of fifteen acts each, is `python bench/walks.py`.
"""

from __future__ import annotations

import pytest

from cnnviz.ui.course import COURSE
from door import Door
from walk import walk

ACTS = 8


@pytest.mark.parametrize("page", ["", *(lesson.path[6:-3] for lesson in COURSE)], ids=lambda page: page or "home")
def test_whatever_is_done_link_controls_and_numbers_agree(open_page: Door, page: str):
    assert walk(open_page, page, seed=1, acts=ACTS) == []
