"""Bytes from a stranger -> a Picture, or a refusal. The only room that imports Pillow.

Each file imports only from those above it:

    limits.py   how much of a stranger's file is taken on
    names.py    a stranger's words, fit to stand in a sentence of ours
    told.py     what a file says of itself before anything is decoded, and the refusals that name its kind
    exif.py     one number out of a block of EXIF
    png.py      what a PNG says of itself,
    jpeg.py     a JPEG, and whether its picture is whole,
    bmp.py      a BMP, and the pixels of those under bit masks
    headers.py  which kind a file is; what a GIF or a WebP says of itself
    picture.py  a picture as numbers, at any working size, and out again as PNG
    colour.py   what a colour profile makes of a file's numbers, in sRGB
    rows.py     a decoded picture as levels, a strip of rows at a time, on white
    decode.py   the door for a stranger's bytes, and the decoder behind it
    film.py     frames of an animated picture, or of one that is made of a still
    photo.py    a visitor's picture, kept as its file and decoded again when its pixels are asked for
    samples.py  the pictures that come with cnnviz; their files are in samples/
    strokes.py  what was drawn on a pad, as the pen's lines and as ink
    digit.py    ink -> a digit of 28 x 28, as MNIST has them
    apart.py    which parts of the ink are one digit, and which are several
    mnist.py    a picture that is a digit of MNIST already
    ruling.py   printed lines taken away from under a digit
    sheet.py    a sheet of paper that lies on a table
    paper.py    the digit in a photograph of paper or of a board
    ready.py    drawings and photographs of digits that come with cnnviz
"""

from cnnviz.pictures.apart import drawn
from cnnviz.pictures.decode import open_picture
from cnnviz.pictures.digit import Prepared, Seen, normalised
from cnnviz.pictures.film import Film, open_film, with_disc
from cnnviz.pictures.limits import LIMITS, Limits
from cnnviz.pictures.paper import found
from cnnviz.pictures.picture import Picture, encode_png
from cnnviz.pictures.samples import SAMPLES, Sample, sample
from cnnviz.pictures.strokes import Strokes

__all__ = [
    "LIMITS", "SAMPLES", "Film", "Limits", "Picture", "Prepared", "Sample", "Seen", "Strokes", "drawn", "encode_png",
    "found", "normalised", "open_film", "open_picture", "sample", "with_disc",
]  # fmt: skip
