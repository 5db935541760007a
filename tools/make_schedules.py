#!/usr/bin/env python3
"""Writes tests/train/goldens/schedules.csv: values of schedules, from torch.optim.lr_scheduler or, where PyTorch has
none, from fastai's definitions written anew.

Columns: name, progress, value. Needs PyTorch.
"""
import math
import pathlib

import torch
from torch.optim import lr_scheduler


def cosine(start, end, progress):
    return start + (1 + math.cos(math.pi * (1 - progress))) * (end - start) / 2


def rise_and_fall(share, start, middle, end, progress):
    if progress < share:
        return cosine(start, middle, progress / share)
    return cosine(middle, end, (progress - share) / (1 - share))


def fastai_sgdr(lr_max, cycles, factor, progress):
    lengths = [factor**i for i in range(cycles)]
    shares = [length / sum(lengths) for length in lengths]
    for share in shares[:-1]:
        if progress < share:
            return cosine(lr_max, 0, progress / share)
        progress -= share
    return cosine(lr_max, 0, progress / shares[-1])


FASTAI = {
    "cosine": lambda p: cosine(0.3, -0.1, p),
    "linear": lambda p: 0.3 + (-0.1 - 0.3) * p,
    "exponential": lambda p: 0.3 * (0.01 / 0.3)**p,
    "polynomial": lambda p: 0.3 + (0.1 - 0.3) * p**3,
    "one_cycle_rate": lambda p: rise_and_fall(0.25, 0.06 / 25, 0.06, 0.06 / 1e5, p),
    "one_cycle_momentum": lambda p: rise_and_fall(0.25, 0.95, 0.85, 0.95, p),
    "one_cycle_late": lambda p: rise_and_fall(0.99, 0.002 / 5, 0.002, 0.002 / 1e4, p),
    "flat_cos": lambda p: rise_and_fall(0.75, 0.06, 0.06, 0.06 / 1e5, p),
    "sgdr_fastai": lambda p: fastai_sgdr(0.1, 4, 2, p),
}
POINTS = [0, 0.01, 0.1, 0.2, 0.249, 0.25, 0.251, 0.4, 0.5, 0.75, 0.9, 0.99, 0.995, 1]

STEPS = 70


def torch_rates(make, steps=STEPS, lr=0.1):
    """Progress and rate before each step."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)
    schedule = make(optimizer)
    for step in range(steps):
        yield step / steps, optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]
        optimizer.step()
        schedule.step()


def warm_cosine(optimizer):
    return lr_scheduler.SequentialLR(optimizer, [
        lr_scheduler.LinearLR(optimizer, start_factor=0.125, total_iters=14),
        lr_scheduler.CosineAnnealingLR(optimizer, T_max=56),
    ], milestones=[14])


TORCH = {
    "torch_linear": lambda o: lr_scheduler.LinearLR(o, start_factor=0.25, end_factor=0.75, total_iters=STEPS),
    "torch_cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.01),
    "torch_exponential": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.001**(1 / STEPS)),
    "torch_polynomial": lambda o: lr_scheduler.LambdaLR(o, lambda t: (1 - t / STEPS)**2),
    "torch_step": lambda o: lr_scheduler.StepLR(o, step_size=21, gamma=0.5),
    "torch_multi_step": lambda o: lr_scheduler.MultiStepLR(o, milestones=[7, 21, 63], gamma=0.25),
    "torch_warm_cosine": warm_cosine,
    "torch_restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=10, T_mult=2, eta_min=0.001),
    "torch_triangular": lambda o: lr_scheduler.CyclicLR(o, 0.02, 0.1, step_size_up=7, step_size_down=28,
                                                        cycle_momentum=False),
    "torch_triangular2": lambda o: lr_scheduler.CyclicLR(o, 0.02, 0.1, step_size_up=7, mode="triangular2",
                                                         cycle_momentum=False),
}


def torch_one_cycle():
    """Of N steps PyTorch rises until step .3 N - 1 and ends at step N - 1: here the progress .3 and 1."""
    rates = torch_rates(lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.1, total_steps=STEPS + 1), STEPS)
    peak, last = 0.3 * (STEPS + 1) - 1, STEPS
    for step, (_, rate, momentum) in enumerate(rates):
        progress = 0.3 * step / peak if step < peak else 0.3 + 0.7 * (step - peak) / (last - peak)
        yield "torch_one_cycle_rate", progress, rate
        yield "torch_one_cycle_momentum", progress, momentum


found = [(name, p, schedule(p)) for name, schedule in FASTAI.items() for p in POINTS]
found += [(name, p, rate) for name, make in TORCH.items() for p, rate, _ in torch_rates(make)]
found += torch_one_cycle()
target = pathlib.Path(__file__).resolve().parent.parent / "tests/train/goldens/schedules.csv"
rows = [f"{name},{p!r},{value!r}" for name, p, value in found]
target.write_text("\n".join(rows) + "\n")
