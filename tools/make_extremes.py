#!/usr/bin/env python3
"""Writes tests/goldens/extremes.safetensors: the results of each operation for extreme inputs.

    tools/make_extremes.py build/release/tests/test_backend [--missing]

With --missing, cases that the file already has are kept as they are. Needs mpmath, NumPy and PyTorch. The cases are
those of tests/backend/extreme_*.cpp. For finite inputs the expected values are computed in 50 digits
(tools/extreme_ops.py) and rounded once. If inputs are infinite or NaN, the expected values are PyTorch's in float32
(tools/golden_ops.py). The script prints a table that compares PyTorch's float32 with the 50 digits: the largest error
of each result, relative to its largest magnitude.
"""

import json
import struct
import sys

import numpy as np
import torch

import extreme_ops
import golden_ops
from formula import filled, words
from make_goldens import GOLDENS, read_cases, samples, write_goldens


def arrays(case):
    """Inputs, parameters and the output's gradient, as float32 or class numbers."""
    inputs = []
    for i, spec in enumerate(case["inputs"]):
        stream = f"{case['name']}/input.{i}"
        if spec["dtype"] == "i64":
            numbers = words(stream, spec["shape"][0]) % np.uint32(case["inputs"][0]["shape"][1])
            inputs.append(numbers.astype(np.int64))
        else:
            inputs.append(filled(stream, spec["shape"], **spec["fill"]))
    parameters = [filled(f"{case['name']}/parameter.{i}", spec["shape"], **spec["fill"])
                  for i, spec in enumerate(case["parameters"])]
    grad = filled(f"{case['name']}/output_grad", case["output"], **case["output_grad_fill"])
    return inputs, parameters, grad


def wanted(case, name):
    kind, _, index = name.partition(".")
    if kind == "input_grad":
        return case["training"] and case["input_grads"][int(index)]
    if kind == "parameter_grad":
        return case["training"] and int(index) < len(case["parameters"]) - case["states"]
    return True


def run_exactly(case):
    inputs, parameters, grad = arrays(case)
    inputs = [x if x.dtype == np.int64 else extreme_ops.exact(x) for x in inputs]
    parameters = [extreme_ops.exact(p) for p in parameters]
    output, backward = extreme_ops.OPS[case["type"]](case, inputs, parameters)
    fused = {"attributes": case["activation"]}
    activated, activation_backward = extreme_ops.activation(fused, [output], [])
    found = {"output": activated}
    if case["training"]:
        found |= backward(activation_backward(extreme_ops.exact(grad))["input_grad.0"])
    first_state = len(parameters) - case["states"]
    found |= {f"state.{i}": parameters[i] for i in range(first_state, len(parameters))}
    return {name: array for name, array in found.items() if wanted(case, name)}


def run_pytorch(case):
    inputs, parameters, grad = arrays(case)
    trained = len(parameters) - case["states"]
    inputs = [torch.from_numpy(x).requires_grad_(case["training"] and i < len(case["input_grads"])
                                                 and case["input_grads"][i]) for i, x in enumerate(inputs)]
    parameters = [torch.from_numpy(p).requires_grad_(case["training"] and i < trained)
                  for i, p in enumerate(parameters)]
    output = golden_ops.OPS[case["type"]](case, inputs, parameters)
    output = golden_ops.activation_function(x=output, **case["activation"])
    if case["training"]:
        output.backward(torch.from_numpy(grad))
    found = {"output": output}
    found |= {f"input_grad.{i}": x.grad for i, x in enumerate(inputs) if x.requires_grad}
    found |= {f"parameter_grad.{i}": p.grad for i, p in enumerate(parameters) if p.requires_grad}
    found |= {f"state.{i}": p for i, p in enumerate(parameters) if i >= trained}
    return {name: tensor.detach().numpy() for name, tensor in found.items()}


def errors(exact, single):
    """The largest error of each result, relative to its largest magnitude."""
    def error(name):
        largest = max(abs(v) for v in exact[name].ravel())
        worst = max(abs(extreme_ops.mpmath.mpf(float(s)) - e)
                    for s, e in zip(single[name].ravel(), exact[name].ravel()))
        return float(worst / largest) if largest else float(worst)
    return "  ".join(f"{name} {error(name):.1e}" for name in exact)


def run(case):
    found = run_pytorch(case)
    if case["finite"]:
        exact = run_exactly(case)
        print(f"{case['name']:40} {errors(exact, found)}")
        with np.errstate(over="ignore"):
            return {name: array.astype(np.float64).astype(np.float32) for name, array in exact.items()}
    return found


def known_results():
    """The results in the file, by case."""
    data = (GOLDENS / "extremes.safetensors").read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    known = {}
    for key, entry in json.loads(data[8:start]).items():
        if key == "__metadata__":
            continue
        case, name = key.split("/")
        first, last = entry["data_offsets"]
        array = np.frombuffer(data[start + first:start + last], dtype="<f4")
        known.setdefault(case, {})[name] = array.reshape(entry["shape"])
    return known


def main(program, only_missing):
    known = known_results() if only_missing else {}
    write_goldens("extremes.safetensors", read_cases(program)["extremes"],
                  lambda case: known.get(case["name"]) or run(case), samples)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--missing"]):
        sys.exit(__doc__)
    main(sys.argv[1], len(sys.argv) == 3)
