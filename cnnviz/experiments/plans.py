"""Networks that a visitor can have trained, how, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from cnnviz.checks import one_of
from cnnviz.experiments.live import first_layer, trainable
from cnnviz.graph import Graph
from cnnviz.layers import BatchNorm2d, Dropout, Layer, Parameters
from cnnviz.layers.typed import read, written
from cnnviz.models import Trained
from cnnviz.models.lenet5 import layer_names, prepare
from cnnviz.numbers import grouped, number, percent
from cnnviz.signatures import checked
from cnnviz.training import OPTIMISERS, Recipe

NETWORKS = {
    "LeNet-5": "conv 6 5x5; {0}; max 2x2; conv 16 5x5; {0}; max 2x2; fc 120; {0}; fc 84; {0}; fc 10",
    "One CONV": "conv 8 5x5; {0}; max 4x4; fc 10",
    "FC only": "fc 32; {0}; fc 10",
}
DROP = 0.5
DIGITS = tuple("0123456789")


@checked
def composed(name: str, function: str, dropout: bool, norm: bool) -> str:
    """The stack of one of NETWORKS: with batch norm behind each CONV, with dropout before the last layer.

    Raises SettingError for another name, and for an activation that there is not.
    """
    one_of(name, "name", NETWORKS)
    layers: list[Layer] = []
    for layer in read(NETWORKS[name].format(function)):
        layers += [layer, BatchNorm2d()] if norm and layer.kind == "CONV" else [layer]
    if dropout:
        layers.insert(-1, Dropout(DROP))
    return written(layers)


@checked
@dataclass(frozen=True)
class Plan:
    """What is to be trained, and how.

    name    of the network, for people
    stack   its layers as text
    recipe  how it learns
    """

    name: str
    stack: str
    recipe: Recipe

    @cached_property
    def network(self) -> Graph:
        """Raises what `live.trainable` raises."""
        return trainable(self.stack)

    @property
    def settings(self) -> dict[str, Any]:
        """What the job is given."""
        return {"stack": self.stack, "recipe": asdict(self.recipe)}

    @property
    def layer(self) -> str:
        """What the first layer with weights is called: C1 or F1."""
        return layer_names(self.network)[first_layer(self.network)]

    def told(self) -> str:
        """In a few words: LeNet-5, Adam 0.003, batches of 32, 3 passes."""
        recipe = self.recipe
        passes = f"{recipe.epochs} pass{'es' if recipe.epochs > 1 else ''}"
        method = f"{OPTIMISERS[recipe.optimiser].name} {number(recipe.learning_rate)}"
        return f"{self.name}, {method}, batches of {recipe.batch_size}, {passes}"

    def trained(self, parameters: Sequence[Parameters], held: float, step: int) -> Trained:
        """The network with what it has learnt."""
        return Trained(
            name=f"Yours: {self.name}",
            network=self.network,
            parameters=[*parameters],
            names=layer_names(self.network),
            classes=DIGITS,
            prepare=prepare,
            source=f"You trained it: {self.told()}; after {grouped(step)} steps, {percent(held)} of held-out digits.",
        )
