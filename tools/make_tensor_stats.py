#!/usr/bin/python3
"""Writes tests/goldens/tensor_stats.json: what PyTorch says of tensors that the tests make alike (tests/support/formula.hpp).

Each has mean, unbiased std, min, max, the counts of fastai's near-zero, and torch.histc(x.abs(), 40, 0, 10). "relu" tensors
are cut off below 0 first.
"""

import json
import pathlib

import torch
from formula import filled

CASES = [
    # name, count, scale, offset, levels, relu
    ("around zero", 10007, 6, 0.25, 0, False),
    ("after relu", 30000, 5, -0.5, 0, True),
    ("on the edges of bins", 5003, 24, 0, 96, False),
    ("far from zero", 4099, 0.5, 100, 0, False),
    ("tiny", 2049, 1e-6, 0, 0, False),
    ("large", 3000, 300, 0, 0, False),
    ("beyond one octave", 2048, 33, 0, 0, False),
    ("few", 3, 2, 0, 0, False),
]


def stats(tensor):
    return {
        "mean": tensor.double().mean().item(),
        "std": tensor.double().std().item(),
        "min": tensor.min().item(),
        "max": tensor.max().item(),
        "norm": tensor.double().norm().item(),
        "near_zero": int((tensor <= 0.05).sum()),
        "near_zero_abs": int((tensor.abs() <= 0.05).sum()),
        "zero": int((tensor == 0).sum()),
        "histc": [int(count) for count in tensor.abs().histc(40, 0, 10)],
        "beyond": int((tensor.abs() > 10).sum()),
    }


def main():
    cases = []
    for name, count, scale, offset, levels, relu in CASES:
        tensor = torch.from_numpy(filled(name, (count,), scale, offset, levels))
        tensor = tensor.relu() if relu else tensor
        cases.append({"name": name, "count": count, "scale": scale, "offset": offset, "levels": levels, "relu": relu,
                      **stats(tensor)})
    file = pathlib.Path(__file__).resolve().parent.parent / "tests/goldens/tensor_stats.json"
    file.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
