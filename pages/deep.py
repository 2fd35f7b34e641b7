"""Deep CNN: Edges first, then shapes, then parts: what a network that learnt from a million photographs sees."""

from cnnviz.ui import frame

frame.page("Deep CNN")
frame.title(
    "Deep CNN", "Edges first, then shapes, then parts: what a network that learnt from a million photographs sees."
)
