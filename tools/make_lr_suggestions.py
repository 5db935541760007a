#!/usr/bin/env python3
"""Writes tests/train/goldens/lr_suggestions.json: curves of a rate finder and fastai's four suggestions.

    tools/make_lr_suggestions.py

The rules are implemented here from their descriptions, with numpy. They use the smoothed losses without the first tenth
of the sweep and the last five points. `valley` is the point a third plus a sixth into the longest falling subsequence.
`steep` is the steepest fall over ln lr. `minimum` is a tenth of the rate with the lowest loss. `slide` moves a window of
15 points left from the right end while the gradients at its ends differ by more than .005; it is the final position.
"""

import json
import pathlib

import numpy as np

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "train" / "goldens"
SWEEP = 100


def valley(rates, losses):
    length = np.ones(len(losses), dtype=int)
    for i in range(1, len(losses)):
        shorter = [length[j] for j in range(i) if losses[i] < losses[j]]
        length[i] = 1 + max(shorter, default=0)
    end = int(np.argmax(length))
    third = length[end] / 3
    return rates[max(end - length[end] + int(third) + int(third / 2), 0)]


def steep(rates, losses):
    return rates[int(np.argmin(np.diff(losses) / np.diff(np.log(rates))))]


def slide(rates, losses):
    if len(losses) <= 15:
        return None
    gradient = np.gradient(losses)
    left = found = len(losses) - 16
    while left >= 0 and abs(gradient[left + 15] - gradient[left]) > 0.005:
        found = left
        left -= 1
    return rates[found]


def suggestions(rates, losses):
    rates, losses = rates[SWEEP // 10:-5], losses[SWEEP // 10:-5]
    return {"valley": valley(rates, losses), "steep": steep(rates, losses),
            "minimum": rates[int(np.argmin(losses))] / 10, "slide": slide(rates, losses)}


def main():
    rng = np.random.default_rng(1)
    rates = 1e-7 * (10 / 1e-7) ** (np.arange(SWEEP) / (SWEEP - 1))
    x = np.linspace(0, 1, SWEEP)
    curves = {
        "smooth": 2.3 - 2 / (1 + np.exp(-20 * (x - 0.55))) + 8 * np.clip(x - 0.8, 0, None) ** 2,
        "rising_late": 2.3 - 1.5 * (np.clip(x - 0.3, 0, 0.4) / 0.4) ** 1.5 + 30 * np.clip(x - 0.85, 0, None) ** 2,
        "falling": 3 - 2 * x - 0.3 * x ** 2,
        "wavy": 2.3 - 2 / (1 + np.exp(-15 * (x - 0.5))) + 0.02 * np.sin(40 * x),
        "noisy": 2.3 - 2 / (1 + np.exp(-15 * (x - 0.5))) + 0.01 * rng.normal(size=SWEEP),
        "stopped_early": (2.3 - 2 / (1 + np.exp(-20 * (x - 0.3))))[:70],
    }
    golden = {name: {"rates": list(rates[:len(losses)]), "losses": list(losses),
                     **suggestions(rates[:len(losses)], losses)} for name, losses in curves.items()}
    (GOLDENS / "lr_suggestions.json").write_text(json.dumps(golden) + "\n")


main()
