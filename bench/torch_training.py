"""PyTorch's gradients of whole networks, its optimisers and its training, kept: python bench/torch_training.py

Writes tests/data/torch_training.npz. Needs PyTorch (made with 2.13.0) and NumPy, and nothing of cnnviz; neither the
app nor its tests need PyTorch. Each case is a group of arrays "<case>/<array>", with its settings as JSON in
"<case>/settings". An array of layer 3 is called "3.weight", its gradient "3.weight gradient".
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

FILE = Path(__file__).resolve().parent.parent / "tests" / "data" / "torch_training.npz"

LENET = "conv 3 5x5; relu; max 2x2; conv 4 3x3; relu; max 2x2; fc 6; relu; fc 5; relu; fc 3"
NORMED = "conv 4 3x3 p1; batch norm; relu; dropout 0.4; conv 3 3x2 s2; tanh; global avg; fc 4; batch norm; fc 3"
OTHERS = (
    "conv 4 3x3 p1 g2 reflect; gelu; avg 3x3 s2 p1; conv 4 3x3 p1 circular; leaky relu; conv 2 2x2 p1 replicate; fc 3"
)
RESIDUAL = (
    "conv 4 3x3 p1 no bias; batch norm; relu; "
    "[conv 4 3x3 p1 no bias; batch norm; relu; conv 4 3x3 p1 no bias; batch norm | same] add; relu; "
    "[conv 6 3x3 s2 p1 no bias; batch norm; relu; conv 6 3x3 p1 no bias; batch norm"
    " | conv 6 1x1 s2 no bias; batch norm] add; relu; global avg; fc 3"
)
INVERTED = (
    "conv 4 3x3 s2 p1 no bias; batch norm; relu; "
    "[conv 8 1x1 no bias; batch norm; relu; conv 8 3x3 p1 g8 no bias; batch norm; relu; conv 4 1x1 no bias; batch norm"
    " | same] add; conv 8 1x1 no bias; relu; conv 8 3x3 s2 p1 g8 no bias; relu; conv 6 1x1 no bias; "
    "[global avg; conv 2 1x1; relu; conv 6 1x1; sigmoid | same] multiply; global avg; fc 3"
)
TABLE = ((0, 1), (1, 2), (0, 2), (0, 1, 2))


def drawn(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape) / 2).requires_grad_()


def taken(arrays):
    return {name: array.detach().clone() for name, array in arrays.items()}


def lenet(x, p):
    x = functional.max_pool2d(functional.conv2d(x, p["0.weight"], p["0.bias"]).relu(), 2)
    x = functional.max_pool2d(functional.conv2d(x, p["3.weight"], p["3.bias"]).relu(), 2).flatten(1)
    x = functional.linear(x, p["6.weight"], p["6.bias"]).relu()
    x = functional.linear(x, p["8.weight"], p["8.bias"]).relu()
    return functional.linear(x, p["10.weight"], p["10.bias"])


def lenet_parameters(rng):
    return {
        "0.weight": drawn(rng, 3, 1, 5, 5), "0.bias": drawn(rng, 3),
        "3.weight": drawn(rng, 4, 3, 3, 3), "3.bias": drawn(rng, 4),
        "6.weight": drawn(rng, 6, 16), "6.bias": drawn(rng, 6),
        "8.weight": drawn(rng, 5, 6), "8.bias": drawn(rng, 5),
        "10.weight": drawn(rng, 3, 5), "10.bias": drawn(rng, 3),
    }  # fmt: skip


def normed(x, p, running, training, kept):
    def norm(x, layer):
        statistics = running[f"{layer}.running_mean"], running[f"{layer}.running_var"]
        return functional.batch_norm(x, *statistics, p[f"{layer}.weight"], p[f"{layer}.bias"], training)

    x = norm(functional.conv2d(x, p["0.weight"], p["0.bias"], padding=1), 1).relu()
    if training:
        x = x * kept / 0.6
    x = functional.conv2d(x, p["4.weight"], p["4.bias"], stride=2).tanh().mean((2, 3))
    return functional.linear(norm(functional.linear(x, p["7.weight"], p["7.bias"]), 8), p["9.weight"], p["9.bias"])


def others(x, p):
    def padded(x, mode):
        return functional.pad(x, (1, 1, 1, 1), mode)

    x = functional.gelu(functional.conv2d(padded(x, "reflect"), p["0.weight"], p["0.bias"], groups=2))
    x = functional.conv2d(padded(functional.avg_pool2d(x, 3, 2, 1), "circular"), p["3.weight"], p["3.bias"])
    x = functional.conv2d(padded(functional.leaky_relu(x), "replicate"), p["5.weight"], p["5.bias"])
    return functional.linear(x.flatten(1), p["6.weight"], p["6.bias"])


def squash(x):
    return 1.7159 * torch.tanh(2 / 3 * x)


def in_1998(x, p, linked, codes):
    def subsample(x, layer):
        sums = 4 * functional.avg_pool2d(x, 2)
        return squash(sums * p[f"{layer}.weight"][:, None, None] + p[f"{layer}.bias"][:, None, None])

    x = subsample(squash(functional.conv2d(x, p["0.weight"], p["0.bias"])), 2)
    x = subsample(squash(functional.conv2d(x, p["4.weight"] * linked, p["4.bias"])), 6)
    x = squash(functional.linear(x.flatten(1), p["8.weight"], p["8.bias"]))
    return (x[:, None] - codes).square().sum(-1)


def with_gradients(x, output, parameters, rng):
    towards = torch.from_numpy(rng.standard_normal(output.shape))
    found = torch.autograd.grad(output, [x, *parameters.values()], towards)
    named = {f"{name} gradient": gradient for name, gradient in zip(parameters, found[1:])}
    return {"input": x, "output": output, "output_gradient": towards, "for_input": found[0], **parameters, **named}


def networks(rng):
    x, p = drawn(rng, 3, 1, 16, 15), lenet_parameters(rng)
    p["6.weight"] = drawn(rng, 6, 8)
    yield "network lenet", {"stack": LENET}, with_gradients(x, lenet(x, p), p, rng)

    x = drawn(rng, 3, 2, 7, 8)
    p = {
        "0.weight": drawn(rng, 4, 2, 3, 3), "0.bias": drawn(rng, 4), "1.weight": drawn(rng, 4), "1.bias": drawn(rng, 4),
        "4.weight": drawn(rng, 3, 4, 3, 2), "4.bias": drawn(rng, 3), "7.weight": drawn(rng, 4, 3),
        "7.bias": drawn(rng, 4), "8.weight": drawn(rng, 4), "8.bias": drawn(rng, 4),
        "9.weight": drawn(rng, 3, 4), "9.bias": drawn(rng, 3),
    }  # fmt: skip
    names = [f"{layer}.running_{name}" for layer in (1, 8) for name in ("mean", "var")]
    running = {name: torch.from_numpy(rng.random(4) + 0.5) for name in names}
    for training in (True, False):
        before, seed = taken(running), 17
        kept = torch.from_numpy(np.random.default_rng(seed).random((3, 4, 7, 8)) >= 0.4)
        output = normed(x, p, running, training, kept)
        after = {f"{name} after": value for name, value in taken(running).items()}
        settings = {"stack": NORMED, "training": training, "seed": seed}
        yield f"network normed {training}", settings, {**with_gradients(x, output, p, rng), **before, **after}

    x = drawn(rng, 2, 4, 7, 8)
    p = {
        "0.weight": drawn(rng, 4, 2, 3, 3), "0.bias": drawn(rng, 4), "3.weight": drawn(rng, 4, 4, 3, 3),
        "3.bias": drawn(rng, 4), "5.weight": drawn(rng, 2, 4, 2, 2), "5.bias": drawn(rng, 2),
        "6.weight": drawn(rng, 3, 50), "6.bias": drawn(rng, 3),
    }  # fmt: skip
    yield "network others", {"stack": OTHERS}, with_gradients(x, others(x, p), p, rng)

    x = drawn(rng, 2, 1, 14, 14)
    linked = torch.zeros(4, 3, 1, 1, dtype=torch.float64)
    for filter, maps in enumerate(TABLE):
        linked[filter, list(maps)] = 1
    codes = torch.from_numpy(rng.choice([-1.0, 1.0], (3, 6)))
    p = {
        "0.weight": drawn(rng, 3, 1, 3, 3), "0.bias": drawn(rng, 3), "2.weight": drawn(rng, 3), "2.bias": drawn(rng, 3),
        "4.weight": drawn(rng, 4, 3, 3, 3), "4.bias": drawn(rng, 4), "6.weight": drawn(rng, 4), "6.bias": drawn(rng, 4),
        "8.weight": drawn(rng, 6, 16), "8.bias": drawn(rng, 6),
    }  # fmt: skip
    arrays = with_gradients(x, in_1998(x, p, linked, codes), p, rng)
    yield "network 1998", {"table": TABLE}, {**arrays, "10.codes": codes}


def branches(rng):
    """A small ResNet (K. He et al., 2016), and MobileNetV2's blocks (M. Sandler et al., 2018) with a gate behind them
    (J. Hu et al., 2018)."""

    def filters(p, layer, *shape):
        p[f"{layer}.weight"] = drawn(rng, *shape)

    def norms(p, **channels):
        for layer, count in channels.items():
            p[f"{layer[1:]}.weight"], p[f"{layer[1:]}.bias"] = drawn(rng, count), drawn(rng, count)

    def norm(x, p, layer):  # in training: the statistics are the batch's own
        return functional.batch_norm(x, None, None, p[f"{layer}.weight"], p[f"{layer}.bias"], True)

    def conv(x, p, layer, **settings):
        return functional.conv2d(x, p[f"{layer}.weight"], p.get(f"{layer}.bias"), **settings)

    def residual(x, p):
        x = norm(conv(x, p, 0, padding=1), p, 1).relu()
        x = (norm(conv(norm(conv(x, p, 3, padding=1), p, 4).relu(), p, 6, padding=1), p, 7) + x).relu()
        more = norm(conv(norm(conv(x, p, 11, stride=2, padding=1), p, 12).relu(), p, 14, padding=1), p, 15)
        x = (more + norm(conv(x, p, 16, stride=2), p, 17)).relu().mean((2, 3))
        return functional.linear(x, p["21.weight"], p["21.bias"])

    x, p = drawn(rng, 2, 3, 9, 8), {}
    for layer, shape in {0: (4, 3, 3, 3), 3: (4, 4, 3, 3), 6: (4, 4, 3, 3), 11: (6, 4, 3, 3), 14: (6, 6, 3, 3),
                         16: (6, 4, 1, 1), 21: (3, 6)}.items():  # fmt: skip
        filters(p, layer, *shape)
    norms(p, n1=4, n4=4, n7=4, n12=6, n15=6, n17=6)
    p["21.bias"] = drawn(rng, 3)
    yield "network residual", {"stack": RESIDUAL, "training": True}, with_gradients(x, residual(x, p), p, rng)

    def inverted(x, p):
        x = norm(conv(x, p, 0, stride=2, padding=1), p, 1).relu()
        wide = norm(conv(norm(conv(x, p, 3), p, 4).relu(), p, 6, padding=1, groups=8), p, 7).relu()
        x = conv(norm(conv(wide, p, 9), p, 10) + x, p, 13).relu()
        x = conv(conv(x, p, 15, stride=2, padding=1, groups=8).relu(), p, 17)
        gate = conv(conv(x.mean((2, 3), keepdim=True), p, 19).relu(), p, 21).sigmoid()
        return functional.linear((gate * x).mean((2, 3)), p["26.weight"], p["26.bias"])

    x, p = drawn(rng, 2, 3, 11, 9), {}
    for layer, shape in {0: (4, 3, 3, 3), 3: (8, 4, 1, 1), 6: (8, 1, 3, 3), 9: (4, 8, 1, 1), 13: (8, 4, 1, 1),
                         15: (8, 1, 3, 3), 17: (6, 8, 1, 1), 19: (2, 6, 1, 1), 21: (6, 2, 1, 1),
                         26: (3, 6)}.items():  # fmt: skip
        filters(p, layer, *shape)
    norms(p, n1=4, n4=8, n7=8, n10=4)
    p |= {"19.bias": drawn(rng, 2), "21.bias": drawn(rng, 6), "26.bias": drawn(rng, 3)}
    yield "network inverted", {"stack": INVERTED, "training": True}, with_gradients(x, inverted(x, p), p, rng)


def optimiser(kind, parameters, rate):
    make = {"adam": torch.optim.Adam, "momentum": torch.optim.SGD, "sgd": torch.optim.SGD}[kind]
    return make(parameters, rate, **({"momentum": 0.9} if kind == "momentum" else {}))


def optimisers(rng):
    for kind in ("adam", "momentum", "sgd"):
        start, gradients = drawn(rng, 7), rng.standard_normal((6, 7)) * [1, 1e-3, 10, 1e-9, 1, 0, 1]
        arrays = {"start": start.detach().clone(), "gradients": gradients}
        chosen, after = optimiser(kind, [start], 0.03), []
        for gradient in gradients:
            start.grad = torch.from_numpy(gradient)
            chosen.step()
            after.append(start.detach().clone())
        yield f"optimiser {kind}", {"optimiser": kind, "learning_rate": 0.03}, {**arrays, "after": torch.stack(after)}


def trainings(rng):
    """Every step sees all inputs, so that their order makes no difference."""
    for kind, rate in (("adam", 0.02), ("momentum", 0.05), ("sgd", 0.3)):
        p = lenet_parameters(rng)
        p["6.weight"] = drawn(rng, 6, 8)
        images, labels = (
            torch.from_numpy(rng.standard_normal((12, 1, 16, 15))),
            torch.from_numpy(rng.integers(0, 3, 12)),
        )
        arrays = {"images": images, "labels": labels, **taken(p)}
        first = [p["0.weight"], p["0.bias"]]
        groups = [{"params": first, "lr": 4 * rate}, {"params": [*p.values()][2:], "lr": rate}]
        chosen, steps, losses = optimiser(kind, groups, rate), 6, []
        falling = torch.optim.lr_scheduler.LambdaLR(chosen, lambda step: 1 - step / 6)
        for _ in range(steps):
            chosen.zero_grad()
            loss = functional.cross_entropy(lenet(images, p), labels)
            loss.backward()
            chosen.step()
            falling.step()
            losses.append(loss.item())
        after = {f"{name} after": value for name, value in taken(p).items()}
        settings = {"stack": LENET, "optimiser": kind, "learning_rate": rate, "epochs": steps, "first_layer": 4}
        yield f"training {kind}", settings, {**arrays, **after, "losses": np.array(losses)}


def losses(rng):
    scores, labels = drawn(rng, 5, 4), torch.from_numpy(rng.integers(0, 4, 5))
    with torch.no_grad():
        scores[1] *= 400  # probabilities too small for float64
    loss = functional.cross_entropy(scores, labels)
    (gradient,) = torch.autograd.grad(loss, scores)
    yield "loss", {}, {"scores": scores, "labels": labels, "loss": loss, "gradient": gradient}


def main():
    rng, kept = np.random.default_rng(4), {}
    for make in (networks, optimisers, trainings, losses, branches):
        for name, settings, arrays in make(rng if make is not branches else np.random.default_rng(5)):
            kept[f"{name}/settings"] = np.array(json.dumps(settings))
            for key, array in arrays.items():
                kept[f"{name}/{key}"] = array.detach().numpy() if isinstance(array, torch.Tensor) else array
    np.savez_compressed(FILE, **kept)
    print(f"{FILE.name}: {len(kept)} arrays, {FILE.stat().st_size / 1000:.0f} kB, from PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
