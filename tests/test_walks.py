"""A visitor who does anything, on each page: after every act the link and the controls agree, and a fresh browser too.

Ten longer walks a page: bench/walks.py.
"""

from __future__ import annotations

import pytest

from cnnviz.ui.course import COURSE
from walk import walk


@pytest.mark.parametrize("page", ["", *(lesson.slug for lesson in COURSE)])
def test_a_walk_leaves_link_controls_and_numbers_alike(open_page, page):
    assert walk(open_page, page, seed=1, acts=8) == []
