"""A dial: a name, a number to type, a slider, and words below. The page hears of every move, Python of the last."""

from collections.abc import Callable

from cnnviz.ui import state
from cnnviz.ui.component import component

_component = component("dial")


def dial(
    name: str,
    label: str,
    value: int,
    range: tuple[int, int],
    *,
    words: str,
    help: str,
    act: str,
    on_set: Callable[[float | str], None],
    on_act: Callable[[], None] | None,
) -> None:
    """Show a value, and let it be set; what others in the browser tell of the setting `name` it follows.

    words, help  below it, and behind a question mark
    act          what the button after the words says; "" where there is none
    on_set       called with the number that was set, or typed and may not be one of the range; with text that is none
    on_act       called when the button is pressed
    """
    key = f"dial-{name}"

    def done() -> None:
        # All that the browser does not know to be heard, from the oldest on (acts.js). Anything can come from there.
        told = state.component_state(key, "acts")
        for one in told if isinstance(told, list) else ():
            match one:
                case [int(number), what] if number > state.recall(f"{key}-heard", 0):
                    state.remember(f"{key}-heard", number)
                    if what is True and on_act:
                        on_act()
                    elif isinstance(what, (int, float, str)) and not isinstance(what, bool):
                        on_set(what)

    shown = {"name": name, "label": label, "value": value, "range": range, "words": words, "help": help, "act": act}
    alone = state.is_by_itself()
    _component(key=key, data={**shown, "alone": alone, "heard": state.recall(f"{key}-heard", 0)}, on_acts_change=done)
