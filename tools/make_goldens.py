#!/usr/bin/env python3
"""Writes tests/goldens/{ops,updates}.safetensors: PyTorch's results in float64 for every case of tests/backend.

    tools/make_goldens.py build/release/tests/test_backend

Run it with the Python that has Debian's python3-torch. The test program prints its cases, so they are defined once, in
C++. tools/golden_ops.py has the operations in PyTorch. tools/formula.py computes inputs, parameters and output
gradients. If a tensor has more than MAX_SAMPLES elements, only the elements (i * 7919) mod n for i < MAX_SAMPLES are
stored, in row-major order of the logical shape.
"""

import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch

from formula import filled, words
from golden_ops import OPS, activation_function
from optimizer_rules import Optimizer

MAX_SAMPLES = 64
GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "goldens"


def read_cases(program):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cases.json")
        subprocess.run([program, "--gtest_filter=CaseList.IsWrittenOnRequest"], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "LEHR_WRITE_CASES": path})
        return json.loads(pathlib.Path(path).read_text())


def leaf(spec, stream, wants_grad):
    tensor = torch.from_numpy(filled(stream, spec["shape"], **spec["fill"]).astype(np.float64))
    return tensor.requires_grad_(wants_grad)


def classes(spec, stream, count):
    numbers = words(stream, spec["shape"][0]) % np.uint32(count)
    return torch.from_numpy(numbers.astype(np.int64))


def run(case):
    """The tensors of one case, with the names that the tests use."""
    inputs = []
    for i, spec in enumerate(case["inputs"]):
        stream = f"{case['name']}/input.{i}"
        wanted = i < len(case["input_grads"]) and case["input_grads"][i]
        inputs.append(classes(spec, stream, case["inputs"][0]["shape"][1]) if spec["dtype"] == "i64"
                      else leaf(spec, stream, wanted))
    trained = len(case["parameters"]) - case["states"]
    wants_parameters = case["training"] and case["parameter_grads"]
    parameters = [leaf(spec, f"{case['name']}/parameter.{i}", wants_parameters and i < trained)
                  for i, spec in enumerate(case["parameters"])]
    output = activation_function(x=OPS[case["type"]](case, inputs, parameters), **case["activation"])
    assert list(output.shape) == case["output"], (case["name"], output.shape)
    if case["training"] and output.requires_grad:
        output.backward(torch.from_numpy(filled(f"{case['name']}/output_grad", output.shape,
                                                **case["output_grad_fill"]).astype(np.float64)))
    found = {"output": output}
    found |= {f"input_grad.{i}": x.grad for i, x in enumerate(inputs) if x.requires_grad}
    found |= {f"parameter_grad.{i}": p.grad for i, p in enumerate(parameters) if p.requires_grad}
    found |= {f"state.{i}": p for i, p in enumerate(parameters) if i >= trained}
    return {name: tensor.detach().numpy() for name, tensor in found.items()}


def run_updates(case):
    """The parameters after each step, one row per step."""
    row = [case["elements"]]
    values = filled(f"{case['name']}/parameters", row).astype(np.float64)
    optimizer = Optimizer(case, values, case["tensors"])
    rows = []
    for step in range(1, case["steps"] + 1):
        optimizer.step(step, filled(f"{case['name']}/gradient.{step}", row).astype(np.float64))
        rows.append(values.astype("<f4"))
    return {"steps": np.stack(rows)}


def samples(array):
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.size > MAX_SAMPLES:
        flat = flat[np.arange(MAX_SAMPLES) * 7919 % flat.size]
    return flat.astype("<f4")


def write_safetensors(path, tensors, metadata):
    header, offset = {"__metadata__": metadata}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(a.tobytes() for a in tensors.values()))


def write_goldens(file_name, cases, run_case, keep):
    tensors = {}
    for case in cases:
        for name, array in run_case(case).items():
            tensors[f"{case['name']}/{name}"] = keep(array)
    GOLDENS.mkdir(exist_ok=True)
    path = GOLDENS / file_name
    write_safetensors(path, tensors, {"torch": torch.__version__, "max_samples": str(MAX_SAMPLES)})
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")


def main(program):
    cases = read_cases(program)
    write_goldens("ops.safetensors", cases["ops"], run, samples)
    write_goldens("updates.safetensors", cases["updates"], run_updates, lambda array: array)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
