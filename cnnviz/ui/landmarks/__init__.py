"""What Streamlit's own elements do not say of themselves, said to those who cannot see them.

Its containers are divs without a role, its page links do not tell which page is open, and the buttons of its sidebar
have an icon for a name. `landmarks` draws nothing: its script gives those elements their roles and names, again
whenever Streamlit has drawn some anew. Nor do they say what is set on them before Python answers: echo.js does.
"""

from cnnviz.ui.component import component

_component = component("landmarks")


def landmarks(current: str, sidebar: str) -> None:
    """Say what the page's own parts are.

    current  the lesson that is open, as the row of lessons calls it
    sidebar  what lies in the sidebar, in words that the button which opens it then shows: "Picture, kernel"
    """
    _component(key="landmarks", data={"current": current, "sidebar": sidebar})
