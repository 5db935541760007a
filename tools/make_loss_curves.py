#!/usr/bin/env python3
"""Writes tests/goldens/loss_curves.json: PyTorch's losses of 50 SGD steps of small networks.

    tools/make_loss_curves.py

Run it with the Python that has Debian's python3-torch. The file contains only the losses. tools/formula.py (in C++:
tests/support/formula.hpp) computes images, classes and weights, each step in single precision:

* The data set has dataset_size images. Pixel p (row-major in (C, H, W)) of image i is value(images, i * C*H*W + p),
  plus 0.5 if the image's class marks the pixel. Class c marks the pixels with column * classes / W == c (integer
  division), so the classes can be learnt. `images` is the name of the stream, in the file.
* The class of image i is word("classes", i) mod classes.
* Batches are taken in order from image 0. If dataset_size is no multiple of batch_size, the last batch of an epoch is
  shorter. Epochs repeat until `steps` steps are done.
* A weight of rank 2 or 4 with PyTorch's full name n is value(n, i) * scale. scale is 2 * sqrt(6 / fan_in), rounded to
  single precision, with fan_in = I*H*W: Kaiming's uniform for ReLU. i is row-major in PyTorch's (O, I, H, W). For rank
  1, norm weights are 1, norm biases 0, and other biases value(n, i) * 0.25. Running means are 0, running variances 1.
* The loss is cross entropy. The optimizer is SGD with momentum 0.9 without weight decay. All layers are in training
  mode.

Tests compare with "float64". "float32" shows the deviation of PyTorch's own single precision. `running` contains the
sums over channels of some running statistics after the last step, in float64.
"""

import collections
import json
import math
import pathlib

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

from formula import values, words

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "tests" / "goldens" / "loss_curves.json"
STEPS = 50


def simple_cnn(channels, classes, batch_norm):
    layers, widths = [], [channels, 8, 16, 32, 64, classes]
    for i, (c_in, c_out) in enumerate(zip(widths, widths[1:])):
        kernel = 5 if i == 0 else 3
        layers.append(nn.Conv2d(c_in, c_out, kernel, stride=2, padding=kernel // 2, bias=not batch_norm))
        if batch_norm:
            layers.append(nn.BatchNorm2d(c_out))
        if i < len(widths) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


class BasicBlock(nn.Module):
    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.downsample = None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + shortcut)


class ResNetSmall(nn.Module):
    """He et al. 2016 for small images with torchvision's names: stages of 4, 8 and 16 channels with one block each."""

    def __init__(self, channels, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 4, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.layer1 = nn.Sequential(BasicBlock(4, 4, 1))
        self.layer2 = nn.Sequential(BasicBlock(4, 8, 2))
        self.layer3 = nn.Sequential(BasicBlock(8, 16, 2))
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def initialise(network):
    for name, parameter in network.named_parameters():
        module = network.get_submodule(name.rpartition(".")[0])
        if parameter.dim() > 1:
            fan_in = parameter[0].numel()
            array = values(name, parameter.numel()) * np.float32(2 * math.sqrt(6 / fan_in))
        elif isinstance(module, nn.BatchNorm2d):
            array = np.full(parameter.numel(), name.endswith("weight"), dtype=np.float32)
        else:
            array = values(name, parameter.numel()) * np.float32(0.25)
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(array).reshape(parameter.shape))


def make_data(stream, size, shape, classes):
    """Images in float32, and their classes."""
    channels, height, width = shape
    images = values(stream, size * channels * height * width).reshape(size, *shape)
    truth = (words("classes", size) % np.uint32(classes)).astype(np.int64)
    marked = np.arange(width) * classes // width == truth[:, None]
    return images + np.float32(0.5) * marked[:, None, None, :].astype(np.float32), truth


def batches(size, batch_size):
    while True:
        for first in range(0, size, batch_size):
            yield slice(first, min(first + batch_size, size))


def train(make_network, setup, dtype):
    network = make_network()
    initialise(network)
    network.to(dtype).train()
    images, truth = make_data(setup["images"], setup["dataset_size"], setup["image"], setup["classes"])
    images, truth = torch.from_numpy(images).to(dtype), torch.from_numpy(truth)
    optimizer = torch.optim.SGD(network.parameters(), lr=setup["lr"], momentum=0.9)
    losses = []
    for _, batch in zip(range(STEPS), batches(setup["dataset_size"], setup["batch_size"])):
        loss = F.cross_entropy(network(images[batch]), truth[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    running = {name: buffer.sum().item() for name, buffer in network.named_buffers() if "running" in name}
    return losses, running


def main():
    mnist = {"images": "images", "image": [1, 28, 28], "classes": 10, "batch_size": 16}
    # With batch norm and residual sums, a ReLU argument that rounds to the other side of 0 changes
    # the later losses by 1e-3. Small images make that rare, and with this stream every argument of
    # both runs is at least 2e-6 away from 0.
    small = {"images": "images.8", "image": [3, 8, 8], "classes": 5, "batch_size": 16}
    setups = {
        "simple_cnn": (lambda: simple_cnn(1, 10, False), mnist | {"dataset_size": 64, "lr": 0.01}),
        "simple_cnn_remainder": (lambda: simple_cnn(1, 10, False), mnist | {"dataset_size": 53, "lr": 0.01}),
        "simple_cnn_batch_norm": (lambda: simple_cnn(1, 10, True), mnist | {"dataset_size": 64, "lr": 0.01}),
        "simple_cnn_batch_norm_remainder":
            (lambda: simple_cnn(1, 10, True), mnist | {"dataset_size": 53, "lr": 0.01}),
        "resnet_small": (lambda: ResNetSmall(3, 5), small | {"dataset_size": 64, "lr": 0.01}),
        "resnet_small_remainder": (lambda: ResNetSmall(3, 5), small | {"dataset_size": 53, "lr": 0.01}),
    }
    curves = collections.OrderedDict()
    for name, (make_network, setup) in setups.items():
        exact, running = train(make_network, setup, torch.float64)
        single, _ = train(make_network, setup, torch.float32)
        worst = max(abs(a - b) / abs(a) for a, b in zip(exact, single))
        curves[name] = setup | {"momentum": 0.9, "steps": STEPS, "float64": exact, "float32": single,
                                "running": running}
        print(f"{name}: {exact[0]:.4f} -> {exact[-1]:.4f}, float32 within {worst:.1e}")
    OUTPUT.write_text(json.dumps(curves, indent=1) + "\n")


if __name__ == "__main__":
    main()
