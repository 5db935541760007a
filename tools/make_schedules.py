#!/usr/bin/env python3
"""Writes tests/train/goldens/schedules.csv: values of schedules, from fastai's definitions written anew.

Columns: name, progress, value. Needs nothing but Python.
"""
import math
import pathlib


def cosine(start, end, progress):
    return start + (1 + math.cos(math.pi * (1 - progress))) * (end - start) / 2


def rise_and_fall(share, start, middle, end, progress):
    if progress < share:
        return cosine(start, middle, progress / share)
    return cosine(middle, end, (progress - share) / (1 - share))


SCHEDULES = {
    "cosine": lambda p: cosine(0.3, -0.1, p),
    "one_cycle_rate": lambda p: rise_and_fall(0.25, 0.06 / 25, 0.06, 0.06 / 1e5, p),
    "one_cycle_momentum": lambda p: rise_and_fall(0.25, 0.95, 0.85, 0.95, p),
    "one_cycle_late": lambda p: rise_and_fall(0.99, 0.002 / 5, 0.002, 0.002 / 1e4, p),
}
POINTS = [0, 0.01, 0.1, 0.2, 0.249, 0.25, 0.251, 0.4, 0.5, 0.75, 0.9, 0.99, 0.995, 1]

target = pathlib.Path(__file__).resolve().parent.parent / "tests/train/goldens/schedules.csv"
rows = [f"{name},{p!r},{schedule(p)!r}" for name, schedule in SCHEDULES.items() for p in POINTS]
target.write_text("\n".join(rows) + "\n")
