"""The same numbers as they may lie in memory: an answer must not depend on it."""

import numpy as np


def fortran(array):
    """The first axis is the one whose neighbours lie side by side."""
    return np.asfortranarray(array)


def channels_last(array):
    """(..., C, H, W) with the channels of a pixel side by side; of fewer axes, the last two change places."""
    if array.ndim < 2:
        return array
    axis = -3 if array.ndim > 2 else -2
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, axis, -1)), -1, axis)


def reversed_axes(array):
    """Every axis runs backwards through memory."""
    turn = (slice(None, None, -1),) * array.ndim
    return np.ascontiguousarray(array[turn])[turn]


def sliced(array):
    """Every second place of a larger array along each axis; between them is what must not be read."""
    room = np.full([2 * size + 1 for size in array.shape], 99, array.dtype)
    view = room[tuple(slice(1, 2 * size, 2) for size in array.shape)]
    view[...] = array
    return view


def unaligned(array):
    """Behind a single byte, as in a file that is read from memory."""
    room = np.empty(array.nbytes + 1, np.uint8)
    view = room[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


def swapped(array):
    """The bytes of each number in the other order."""
    return array.astype(array.dtype.newbyteorder())


def read_only(array):
    """Not to be written to."""
    found = array.copy()
    found.flags.writeable = False
    return found


def broadcast(array):
    """The first of the last axis's numbers, repeated without taking room: OTHER numbers than the array's."""
    return np.broadcast_to(array[..., :1], array.shape)


LAYOUTS = (fortran, channels_last, reversed_axes, sliced, unaligned, swapped, read_only, broadcast)
