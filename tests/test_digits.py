"""The digits that come along: MNIST's, balanced, and as MNIST lays them out."""

import numpy as np
import pytest

from cnnviz.errors import SettingError
from cnnviz.models import digits
from cnnviz.models.digits import FILE


@pytest.mark.parametrize(("part", "each"), [("train", 1_000), ("test", 200)])
def test_equally_many_of_each(part, each):
    given = digits(part)
    assert len(given) == 10 * each and given.images.shape == (10 * each, 28, 28)
    assert given.images.dtype == given.labels.dtype == np.uint8
    assert np.bincount(given.labels).tolist() == [each] * 10
    assert digits(part) is given
    for tenth in np.split(given.labels, 10):  # mixed: the first few are a sample of all
        assert np.bincount(tenth, minlength=10).min() > each / 10 / 2
    with pytest.raises(ValueError, match="read-only"):
        given.images[0, 0, 0] = 1


@pytest.mark.parametrize("part", ["train", "test"])
def test_as_mnist_lays_them_out(part):
    """Ink bright on 0, within 20 x 20, its centre of mass in the middle (Y. LeCun et al., "The MNIST database")."""
    images = digits(part).images
    assert images.min() == 0 and (images.max((1, 2)) > 200).all() and np.median(images) == 0
    assert (images.reshape(len(images), -1) > 0).mean() < 0.25
    for axis in (1, 2):
        inked = (images > 0).any(3 - axis)
        assert (inked.sum(1) <= 20).all()
        mass = images.sum(3 - axis, dtype=np.int64)
        middle = (mass * np.arange(28)).sum(1) / mass.sum(1)
        assert np.abs(middle - 13.5).max() < 1.1


def test_training_digits_are_none_of_the_test_digits():
    test = {image.tobytes() for image in digits("test").images}
    train = [image.tobytes() for image in digits("train").images]
    assert len({*train}) == 10_000 and not test & {*train}


def test_another_part():
    with pytest.raises(SettingError, match="The part is 'validation'; it is train or test"):
        digits("validation")


def test_the_file_is_small_and_told_of():
    assert FILE.stat().st_size < 2_100_000
    told = (FILE.parent / "README.md").read_text(encoding="utf-8")
    for words in ("Y. LeCun", "C. Cortes", "CC BY-SA 3.0", "scripts/digits.py", FILE.name):
        assert words in told
