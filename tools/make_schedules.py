#!/usr/bin/env python3
"""Writes tests/train/goldens/schedules.csv and schedule_steps.csv: values of schedules from torch.optim.lr_scheduler
and fastai.

    tools/make_schedules.py

schedules.csv contains schedules with various settings: name, progress, value. schedule_steps.csv contains every schedule
that has a name on the command line, at every step of trainings of several lengths: name, steps, step, rate, momentum
(-1 if the schedule sets none). A length is left out if PyTorch cannot express it in whole steps. Needs PyTorch and
fastai.
"""
import math
import pathlib

import torch
from fastai.callback.schedule import SchedCos, combine_scheds, combined_cos
from torch.optim import lr_scheduler

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "tests/train/goldens"


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


# fastai's formulas in double precision; fastai itself computes shares in single precision.
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
LR = 0.1


def torch_rates(make, steps):
    """Rate and momentum of each step."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR, momentum=0.9)
    schedule = make(optimizer)
    for _ in range(steps):
        yield optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]
        optimizer.step()
        schedule.step()


def warm_cosine(optimizer, warm, rest, factor):
    return lr_scheduler.SequentialLR(optimizer, [
        lr_scheduler.LinearLR(optimizer, start_factor=factor, total_iters=warm),
        lr_scheduler.CosineAnnealingLR(optimizer, T_max=rest),
    ], milestones=[warm])


TORCH = {
    "torch_linear": lambda o: lr_scheduler.LinearLR(o, start_factor=0.25, end_factor=0.75, total_iters=STEPS),
    "torch_cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.01),
    "torch_exponential": lambda o: lr_scheduler.ExponentialLR(o, gamma=0.001**(1 / STEPS)),
    "torch_polynomial": lambda o: lr_scheduler.PolynomialLR(o, total_iters=STEPS, power=2),
    "torch_step": lambda o: lr_scheduler.StepLR(o, step_size=21, gamma=0.5),
    "torch_multi_step": lambda o: lr_scheduler.MultiStepLR(o, milestones=[7, 21, 63], gamma=0.25),
    "torch_warm_cosine": lambda o: warm_cosine(o, 14, 56, 0.125),
    "torch_restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=10, T_mult=2, eta_min=0.001),
    "torch_triangular": lambda o: lr_scheduler.CyclicLR(o, 0.02, 0.1, step_size_up=7, step_size_down=28,
                                                        cycle_momentum=False),
    "torch_triangular2": lambda o: lr_scheduler.CyclicLR(o, 0.02, 0.1, step_size_up=7, mode="triangular2",
                                                         cycle_momentum=False),
}

# By name and number of steps. The divisor says which numbers of steps PyTorch can express.
NAMED_TORCH = {
    "constant": (1, lambda o, n: lr_scheduler.ConstantLR(o, factor=1, total_iters=n)),
    "cosine": (1, lambda o, n: lr_scheduler.CosineAnnealingLR(o, T_max=n)),
    "exponential": (1, lambda o, n: lr_scheduler.ExponentialLR(o, gamma=0.001**(1 / n))),
    "linear": (1, lambda o, n: lr_scheduler.LinearLR(o, start_factor=1, end_factor=0, total_iters=n)),
    "polynomial": (1, lambda o, n: lr_scheduler.PolynomialLR(o, total_iters=n, power=2)),
    "step": (3, lambda o, n: lr_scheduler.StepLR(o, step_size=n // 3, gamma=0.1)),
    "multi-step": (1, lambda o, n: lr_scheduler.MultiStepLR(
        o, milestones=[math.ceil(n / 2), math.ceil(3 * n / 4)], gamma=0.1)),
    "one-cycle-pytorch": (1, lambda o, n: lr_scheduler.OneCycleLR(o, max_lr=LR, total_steps=n)),
    "sgdr": (7, lambda o, n: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=n // 7, T_mult=2)),
    "triangular": (1, lambda o, n: lr_scheduler.CyclicLR(o, LR / 10, LR, step_size_up=n / 6, cycle_momentum=False)),
}
WITH_MOMENTUM = {"one-cycle", "one-cycle-pytorch"}
NAMED_FASTAI = {
    "one-cycle": combined_cos(0.25, LR / 25, LR, LR / 1e5),
    "flat-cos": combined_cos(0.75, LR, LR, LR / 1e5),
}
FASTAI_MOMENTUM = combined_cos(0.25, 0.95, 0.85, 0.95)
FASTAI_SGDR = combine_scheds([1 / 7, 2 / 7, 4 / 7], [SchedCos(LR, 0) for _ in range(3)])
LENGTHS = [1, 2, 3, 4, 5, 7, 10, 24, 70]


def named_steps():
    for name, (divisor, make) in NAMED_TORCH.items():
        for steps in LENGTHS:
            if steps % divisor:
                continue
            for step, (rate, momentum) in enumerate(torch_rates(lambda o: make(o, steps), steps)):
                yield name, steps, step, rate, momentum if name in WITH_MOMENTUM else -1
    for name, schedule in NAMED_FASTAI.items():
        for steps in LENGTHS:
            for step in range(steps):
                momentum = FASTAI_MOMENTUM(step / steps) if name in WITH_MOMENTUM else -1
                yield name, steps, step, float(schedule(step / steps)), float(momentum)
    for steps in (5, 24):  # no restart falls on a step; fastai's single precision could miss it
        for step in range(steps):
            yield "sgdr", steps, step, float(FASTAI_SGDR(step / steps)), -1


def write(name, rows):
    (GOLDENS / name).write_text("".join(",".join(map(str, row)) + "\n" for row in rows))


write("schedules.csv",
      [(name, repr(p), repr(schedule(p))) for name, schedule in FASTAI.items() for p in POINTS] +
      [(name, repr(step / STEPS), repr(rate))
       for name, make in TORCH.items() for step, (rate, _) in enumerate(torch_rates(make, STEPS))])
write("schedule_steps.csv", named_steps())
