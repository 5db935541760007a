#!/usr/bin/env python3
"""Writes tests/train/goldens/optimizers.csv: eight parameters after 20 steps of torch.optim.

Columns: name, then the parameters. Parameter i starts at cos(i); its gradient in step t (from 1) is
sin(0.7 i + 0.3 t). Needs PyTorch.
"""
import math
import pathlib

import torch

CASES = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "sgd_momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "sgd_all": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, dampening=0.3, weight_decay=0.1),
    "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=0.02),
    "adam_all": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
}


def run(make):
    parameter = torch.tensor([math.cos(i) for i in range(8)], dtype=torch.float64, requires_grad=True)
    optimizer = make([parameter])
    for step in range(1, 21):
        parameter.grad = torch.tensor([math.sin(0.7 * i + 0.3 * step) for i in range(8)], dtype=torch.float64)
        optimizer.step()
    return parameter.tolist()


target = pathlib.Path(__file__).resolve().parent.parent / "tests/train/goldens/optimizers.csv"
rows = [",".join([name, *(f"{value:.9g}" for value in run(make))]) for name, make in CASES.items()]
target.write_text("\n".join(rows) + "\n")
