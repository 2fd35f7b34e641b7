"""What a visitor has set: declared once, read and changed through one door, always the same as the link.

    setting.py  a Setting: its key, start, range or options; how a link says it
    store.py    the door: now, put, link, remember; which key a widget is drawn under
    address.js  one act, one entry in the browser's history
"""

from cnnviz.ui.state.address import address
from cnnviz.ui.state.setting import DECLARED, Setting, flag, integer, one_of, real, starts, words
from cnnviz.ui.state.store import (
    at_call,
    begin_another_picture,
    beginnings,
    by_itself,
    component_state,
    everything,
    forget,
    hear,
    is_arrival,
    is_by_itself,
    is_from_browser,
    link,
    now,
    open_page,
    put,
    recall,
    remember,
    stays,
    uploaded,
    values,
    widget_key,
    write_link,
)  # fmt: skip
