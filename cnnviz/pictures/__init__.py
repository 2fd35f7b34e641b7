"""Bytes from a stranger -> a Picture, or a refusal. The only room that imports Pillow.

Each file imports only from those above it:

    limits.py   how much of a stranger's file is taken on
    headers.py  what a file says of itself, read before anything is decoded
    picture.py  a picture as numbers, at any working size, and out again as PNG
    decode.py   the door for a stranger's bytes, and the decoder behind it
    samples.py  the pictures that come with cnnviz; their files are in samples/
"""

from cnnviz.pictures.decode import open_picture
from cnnviz.pictures.limits import LIMITS, Limits
from cnnviz.pictures.picture import Picture, encode_png
from cnnviz.pictures.samples import SAMPLES, Sample, sample

__all__ = ["LIMITS", "SAMPLES", "Limits", "Picture", "Sample", "encode_png", "open_picture", "sample"]
