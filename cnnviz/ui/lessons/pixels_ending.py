"""What the first lesson says of the numbers of a picture."""

import numpy as np

from cnnviz.numbers import grouped, times, up_to
from cnnviz.pictures import Picture
from cnnviz.ui.cached import CHANNELS
from cnnviz.ui.lessons import Ending
from cnnviz.ui.memory import SMALL, by_digest, remembered


@remembered(64, each=SMALL, by=by_digest)
def levels(picture: Picture) -> list[tuple[int, int, float]]:
    """Smallest, largest and mean level, 0 to 255, of each plane."""
    # The mean is exact: a sum of whole numbers, divided once.
    return [
        (int(plane.min()), int(plane.max()), int(plane.sum(dtype=np.int64)) / plane.size) for plane in picture.levels()
    ]


def _number(level: float, divisor: float) -> str:
    """A level in the values that the visitor chose: whole ones as they are, others with two digits more.

    Not words.number: as many decimals as the panels beside it give, so that both say the same of a number.
    """
    return up_to(level / divisor, 1 if divisor == 1 else 3)


def ending(picture: Picture, divisor: float) -> Ending:
    """What is seen on this picture, and a question for its controls; HTML, without a word of the visitor's."""
    depth, height, width = picture.shape
    found = levels(picture)
    planes = "; ".join(
        f"{name} from {_number(least, divisor)} to {_number(most, divisor)}, mean {_number(mean, divisor)}"
        for name, (least, most, mean) in zip(CHANNELS[depth], found, strict=True)
    )
    count = grouped(depth * height * width)
    see = f"This picture is {times(height, width, depth)} = {count} numbers: {planes}. {_scale(divisor)}"
    if depth == 1:
        return Ending(
            see,
            f"The same picture in RGB: how many numbers will it be? Three times {count} is the guess; "
            "set Depth to RGB and read the volume.",
        )
    return Ending(
        f"{see} {_brightest([mean for _, _, mean in found], picture)}",
        "A white thing is bright in red too. What do green and blue hold at the reddest place, and what at the "
        "brightest? Press both buttons and compare the bars.",
    )


def _scale(divisor: float) -> str:
    """Why 255, and that it is no law."""
    if divisor == 1:
        return "255 is the most that 8 bits hold; Values 0–1 shows the same numbers divided by it."
    return "These are the levels 0 to 255 divided by 255: the same picture, in the numbers that networks prefer."


def _brightest(means: list[float], picture: Picture) -> str:
    """Which plane is the brightest on the whole. Equal means alone are no grey: stripes of red, green and blue."""
    names = [name for name, mean in zip(CHANNELS[3], means, strict=True) if mean == max(means)]
    if len(names) == 3:
        red, green, blue = picture.levels()
        if (red == green).all() and (red == blue).all():
            return "All three planes are equal at every pixel: together they are grey."
        return "On the whole all three planes are equally bright, but not at every pixel: where they differ is colour."
    if len(names) == 2:
        return f"On the whole {names[0]} and {names[1]} are equally bright, brighter than the third."
    return f"On the whole the {names[0]} plane is the brightest."
