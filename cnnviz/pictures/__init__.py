"""Bytes from a stranger -> a Picture, or a refusal. The only room that imports Pillow.

Each file imports only from those above it:

    limits.py   how much of a stranger's file is taken on
    headers.py  what a file says of itself, read before anything is decoded
    picture.py  a picture as numbers, at any working size, and out again as PNG
    decode.py   the door for a stranger's bytes, and the decoder behind it
    samples.py  the pictures that come with cnnviz; their files are in samples/
    strokes.py  what was drawn on a pad, as the pen's lines and as ink
    digit.py    ink -> a digit of 28 x 28, as MNIST has them
    ruling.py   printed lines taken away from under a digit
    paper.py    the digit in a photograph of paper or of a board
    ready.py    drawings and photographs of digits that come with cnnviz
"""

from cnnviz.pictures.decode import open_picture
from cnnviz.pictures.digit import Prepared, normalised
from cnnviz.pictures.limits import LIMITS, Limits
from cnnviz.pictures.paper import found
from cnnviz.pictures.picture import Picture, encode_png
from cnnviz.pictures.samples import SAMPLES, Sample, sample
from cnnviz.pictures.strokes import Strokes

__all__ = [
    "LIMITS", "SAMPLES", "Limits", "Picture", "Prepared", "Sample", "Strokes", "encode_png", "found", "normalised",
    "open_picture", "sample",
]  # fmt: skip
