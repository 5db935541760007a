#!/usr/bin/env python3
"""Writes tests/train/goldens/optimizers.csv: eight parameters after each of 24 steps of torch.optim or
fastai.optimizer, or of the formulas of tools/optimizer_rules.py if neither has the rule.

Columns: name, step, then the parameters. A case that sets only the rate has the defaults of its source. Parameter i
starts at cos(i); its gradient in step t (from 1) is sin(0.7 i + 0.3 t). Rules that work per tensor get a matrix of two
rows and four columns. Needs PyTorch and fastai.
"""
import math
import pathlib

import fastai.optimizer
import torch

from optimizer_rules import Lamb, Lars, Lookahead, Muon, Torch

optim = torch.optim
STEPS = 24
TORCH_CASES = {
    "sgd": lambda p: optim.SGD(p, lr=0.05),
    "sgd_momentum": lambda p: optim.SGD(p, lr=0.05, momentum=0.9),
    "sgd_all": lambda p: optim.SGD(p, lr=0.05, momentum=0.8, dampening=0.3, weight_decay=0.1),
    "sgd_nesterov": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: optim.Adam(p, lr=0.02),
    "adam_all": lambda p: optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
    "adam_fastai": lambda p: fastai.optimizer.Adam(p, lr=0.02),
    "adamw": lambda p: optim.AdamW(p, lr=0.02),
    "adamw_all": lambda p: optim.AdamW(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2),
    "rmsprop": lambda p: optim.RMSprop(p, lr=0.01),
    "rmsprop_all": lambda p: optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-2, momentum=0.5, centered=True,
                                           weight_decay=0.1),
    "adagrad": lambda p: optim.Adagrad(p, lr=0.1),
    "adagrad_all": lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.2, eps=1e-3,
                                           weight_decay=0.1),
    "radam": lambda p: optim.RAdam(p, lr=0.05),
    "radam_all": lambda p: optim.RAdam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
}


def adam(p, **k):
    return optim.Adam(p, betas=(0.9, 0.999), eps=1e-8, **k)


def sgd(p, **k):
    return optim.SGD(p, momentum=0.9, **k)


def lars(trust, clip):
    return Lars(0.9, trust, 1e-8, clip, False, True, lambda w: 0 * w)


# Rule, learning rate, decoupled decay.
FORMULA_CASES = {
    "lookahead_adam": (Lookahead(Torch(adam), 6, 0.5), 0.02, 0),
    "lookahead_sgd": (Lookahead(Torch(sgd), 3, 0.8), 0.05, 0.1),
    "lamb": (Lamb(0.9, 0.999, 1e-6, 10), 0.02, 0),
    "lars": (lars(0.001, False), 5, 0),
    "larc": (lars(0.02, True), 0.05, 0.1),
    "muon": (Muon(0.95, 2, 4, 5, True, True, False), 0.02, 0.1),
}


def gradient(step):
    return torch.tensor([math.sin(0.7 * i + 0.3 * step) for i in range(8)], dtype=torch.float64)


def start():
    return torch.tensor([math.cos(i) for i in range(8)], dtype=torch.float64, requires_grad=True)


def run_torch(make):
    parameter = start()
    optimizer = make([parameter])
    for step in range(1, STEPS + 1):
        parameter.grad = gradient(step)
        optimizer.step()
        yield parameter.tolist()


def run_formula(rule, lr, decoupled):
    parameter = start()
    for step in range(1, STEPS + 1):
        rule.step(parameter, gradient(step), step, lr, 0, 1 - lr * decoupled)
        yield parameter.tolist()


target = pathlib.Path(__file__).resolve().parent.parent / "tests/train/goldens/optimizers.csv"
found = {name: run_torch(make) for name, make in TORCH_CASES.items()}
found |= {name: run_formula(*case) for name, case in FORMULA_CASES.items()}
rows = [",".join([name, str(step), *(f"{value:.9g}" for value in values)])
        for name, trace in found.items() for step, values in enumerate(trace, 1)]
target.write_text("\n".join(rows) + "\n")
