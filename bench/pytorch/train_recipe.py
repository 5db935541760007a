#!/usr/bin/python3
"""Trains simple_cnn on MNIST with PyTorch eager by one of lehr's recipes; prints one JSON line.

The other side of bench/time_to_accuracy; runs alone as well. Images are float32, normalised and in the network's
layout before the training's clock starts; each epoch takes them in a new random order. Needs Debian's python3-torch.
"""
import argparse
import json
import math
import sys
import time
import tomllib

import torch
from torch import nn

from train_mnist import LAYOUTS, read_set, simple_cnn

KNOWN = {"model", "channels", "batch-norm", "optimizer", "schedule", "lr", "batch-size", "epochs", "label-smoothing"}
OPTIMIZERS = {
    "adam": lambda parameters, lr: torch.optim.Adam(parameters, lr=lr),
    "adamw": lambda parameters, lr: torch.optim.AdamW(parameters, lr=lr),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="DIR", required=True, help="folder of MNIST's IDX files")
    parser.add_argument("--recipe", metavar="FILE", required=True, help="a file of cli/recipes/")
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default="channels_last")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def read_recipe(file):
    with open(file, "rb") as stream:
        recipe = tomllib.load(stream)
    unknown = set(recipe) - KNOWN
    if unknown or recipe.get("model") != "simple-cnn" or recipe.get("schedule") != "one-cycle":
        sys.exit(f"{file}: this script knows simple-cnn, one-cycle and {sorted(KNOWN)}, found {sorted(unknown)}")
    return recipe


def cosine(start, end, share):
    return start + (1 - math.cos(math.pi * share)) * (end - start) / 2


def one_cycle(lr_max, progress):
    """The rate and the momentum of fastai's schedule."""
    if progress < 0.25:
        share = progress / 0.25
        return cosine(lr_max / 25, lr_max, share), cosine(0.95, 0.85, share)
    share = (progress - 0.25) / 0.75
    return cosine(lr_max, lr_max / 1e5, share), cosine(0.85, 0.95, share)


def train(model, images, labels, recipe, layout):
    optimizer = OPTIMIZERS[recipe["optimizer"]](model.parameters(), recipe["lr"])
    loss_function = nn.CrossEntropyLoss(label_smoothing=recipe.get("label-smoothing", 0.0))
    size, epochs = recipe["batch-size"], recipe["epochs"]
    batches = math.ceil(len(labels) / size)
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(len(labels))
        for batch, ids in enumerate(order.split(size)):
            lr, momentum = one_cycle(recipe["lr"], (epoch * batches + batch) / (epochs * batches))
            for group in optimizer.param_groups:
                group["lr"], group["betas"] = lr, (momentum, group["betas"][1])
            optimizer.zero_grad(set_to_none=True)
            loss_function(model(images[ids].contiguous(memory_format=layout)), labels[ids]).backward()
            optimizer.step()


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(images.split(1000), labels.split(1000)))
    return right / len(labels)


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    recipe = read_recipe(arguments.recipe)
    layout = LAYOUTS[arguments.layout]
    images, labels = read_set(arguments.data, "train")
    mean, std = images.mean(), images.std()
    images.sub_(mean).div_(std)
    model = simple_cnn(recipe.get("batch-norm", False), recipe.get("channels", [8, 16, 32, 64]))
    for layer in model:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight)
    model = model.to(memory_format=layout)
    begin = time.perf_counter()
    train(model, images, labels, recipe, layout)
    seconds = time.perf_counter() - begin
    valid_images, valid_labels = read_set(arguments.data, "t10k")
    valid_images = valid_images.sub_(mean).div_(std).contiguous(memory_format=layout)
    print(json.dumps({"layout": arguments.layout, "threads": arguments.threads, "torch": torch.__version__,
                      "train_seconds": seconds, "valid_accuracy": accuracy(model, valid_images, valid_labels)}))


if __name__ == "__main__":
    main()
