#!/usr/bin/env python3
"""Writes tests/store/goldens/torch_model.safetensors with the format's own package.

Needs PyTorch and `pip install safetensors`; the test reads the file and must write the same bytes.
"""
import pathlib

import torch
from safetensors.torch import save_file

target = pathlib.Path(__file__).resolve().parent.parent / "tests/store/goldens/torch_model.safetensors"
target.parent.mkdir(parents=True, exist_ok=True)
save_file(
    {
        "0.weight": torch.arange(18, dtype=torch.float32).reshape(2, 1, 3, 3),
        "1.running_mean": torch.tensor([-1.0, 0.0]),
        "1.num_batches_tracked": torch.tensor(12),
        "pixels": torch.tensor([7, 8, 9], dtype=torch.uint8),
    },
    str(target),
    metadata={"format": "pt"},
)
