#!/usr/bin/env python3
"""Writes tests/train/goldens/grad_cam.json: the Grad-CAM of each class for one picture and resnet-small, by PyTorch.

    tools/make_grad_cam.py

Needs PyTorch. Weights and picture are numbers of formula.py.
"""

import json
import pathlib

import torch
from torch import nn

from formula import filled, words

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "train" / "goldens"
CLASSES, SIDE = 5, 16


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Identity() if inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + self.downsample(x)).relu()


class ResNetSmall(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2))
        self.layer3 = nn.Sequential(Block(32, 64, 2))
        self.fc = nn.Linear(64, CLASSES)

    def maps(self, x):
        return self.layer3(self.layer2(self.layer1(self.bn1(self.conv1(x)).relu())))

    def scores(self, maps):
        return self.fc(maps.mean((2, 3)))


def main():
    torch.set_default_dtype(torch.float64)
    model = ResNetSmall().eval()
    state = model.state_dict()
    for name, value in state.items():
        if name.endswith("num_batches_tracked"):
            continue
        norm = value.dim() == 1 and not name.startswith("fc.")
        positive = norm and name.endswith(("weight", "running_var"))
        numbers = filled(name, value.shape, 0.5, 1.0) if positive else filled(name, value.shape, 1.0)
        state[name] = torch.tensor(numbers, dtype=torch.float64)
    model.load_state_dict(state)
    picture = (words("picture", SIDE * SIDE * 3) & 255).astype(float).reshape(SIDE, SIDE, 3).transpose(2, 0, 1)
    maps = model.maps((torch.tensor(picture.copy())[None] / 255 - 0.5) / 0.25).detach().requires_grad_()
    golden = []
    for number in range(CLASSES):
        gradient, = torch.autograd.grad(model.scores(maps)[0, number], maps)
        heat = (gradient.mean((2, 3), keepdim=True) * maps).sum(1).relu()
        golden.append([round(value, 8) for value in heat.flatten().tolist()])
    (GOLDENS / "grad_cam.json").write_text(json.dumps(golden) + "\n")


main()
