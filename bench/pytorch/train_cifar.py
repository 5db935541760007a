#!/usr/bin/python3
"""Trains lehr's airbench network on small pictures with PyTorch by one of lehr's recipes; prints one JSON line.

The other side of bench/time_to_cifar; runs alone as well, also on a GPU (--device cuda). All pictures are decoded before
the clock starts and lie normalised in memory as float32. Each epoch takes them in a new order, shifted by up to an eighth
of the side (reflected edges) and mirrored at random, as lehr's augmentation "light" does. Needs PyTorch and Pillow.
"""
import argparse
import concurrent.futures
import io
import json
import math
import os
import pathlib
import resource
import sys
import tarfile
import time
import tomllib

import numpy
import torch
from PIL import Image
from torch import nn

from airbench import OWN_WIDTHS, Muon, airbench
from train_mnist import LAYOUTS
from train_recipe import one_cycle

KNOWN = {"model": "airbench", "augment": "light", "optimizer": "muon", "schedule": "one-cycle", "channels": None,
         "activation": None, "decoupled-weight-decay": None, "lr": None, "batch-size": None, "epochs": None,
         "label-smoothing": None}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="PATH", required=True,
                        help="folder or .tar, .tar.gz with train/ and test/, which hold class folders")
    parser.add_argument("--recipe", metavar="FILE", required=True, help="a file of cli/recipes/")
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default="channels_last")
    parser.add_argument("--compile", action="store_true", help="torch.compile")
    parser.add_argument("--bfloat16", action="store_true", help="autocast to bfloat16, for GPUs")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--max-batches", type=int, default=0, help="batches of an epoch; 0: all. Measures speed only")
    return parser.parse_args()


def read_recipe(file):
    with open(file, "rb") as stream:
        recipe = tomllib.load(stream)
    for key, value in recipe.items():
        if key not in KNOWN or KNOWN[key] not in (None, value):
            sys.exit(f"{file}: this script does not know {key} = {value!r}")
    return recipe


def files_of(path):
    """Pairs of (path within the data, bytes)."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(path)), file.read_bytes()
        return
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile():
                yield member.name, archive.extractfile(member).read()


def decoded(data):
    return numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def read_sets(path):
    """Pictures (N, 3, H, W) from 0 to 255 and labels (N) of train and test."""
    found = {"train": [], "test": []}
    for name, data in files_of(path):
        parts = pathlib.PurePath(name).parts
        if len(parts) > 2 and parts[-3] in found:
            found[parts[-3]].append((parts[-2], data))
    classes = sorted({label for label, _ in found["train"]})
    sets = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for files in found.values():
            pictures = numpy.stack(list(pool.map(decoded, [data for _, data in files])))
            labels = torch.tensor([classes.index(label) for label, _ in files])
            sets.append((torch.from_numpy(pictures).permute(0, 3, 1, 2), labels))
    return sets, len(classes)


def normalised(sets, device):
    train = sets[0][0].float().div_(255)
    mean, std = train.mean((0, 2, 3), keepdim=True), train.std((0, 2, 3), keepdim=True)
    return [((pictures.float().div_(255) - mean).div_(std).to(device), labels.to(device)) for pictures, labels in sets]


class Light:
    """A shift by up to an eighth of the side, with reflected edges, and a mirror image in half of the cases."""

    def __init__(self, pictures):
        self.side = pictures.shape[-1]
        self.most = self.side // 8
        self.padded = nn.functional.pad(pictures, (self.most,) * 4, "reflect")

    def __call__(self, ids):
        """One batch; the pictures of equal shift are cut at once."""
        device = self.padded.device
        shifts = torch.randint(0, 2 * self.most + 1, (2, len(ids)), device=device)
        rows = (shifts[0][:, None] + torch.arange(self.side, device=device))[:, None, :, None]
        columns = shifts[1][:, None] + torch.arange(self.side, device=device)
        columns = torch.where(torch.rand(len(ids), 1, device=device) < 0.5, columns.flip(1), columns)[:, None, None, :]
        channels = torch.arange(self.padded.shape[1], device=device)[None, :, None, None]
        return self.padded[ids[:, None, None, None], channels, rows, columns]


def train(network, data, recipe, arguments):
    """Seconds for each epoch."""
    pictures, labels = data
    light = Light(pictures)
    optimizer = Muon(network.parameters(), recipe["lr"], recipe.get("decoupled-weight-decay", 0.0))
    loss_function = nn.CrossEntropyLoss(label_smoothing=recipe.get("label-smoothing", 0.0))
    size, epochs = recipe["batch-size"], arguments.epochs or recipe["epochs"]
    batches = math.ceil(len(labels) / size)
    if arguments.max_batches:
        batches = min(batches, arguments.max_batches)
    seconds = []
    network.train()
    for epoch in range(epochs):
        begin = time.perf_counter()
        order = torch.randperm(len(labels), device=labels.device)
        for batch, ids in enumerate(order.split(size)[:batches]):
            lr, momentum = one_cycle(recipe["lr"], (epoch * batches + batch) / (epochs * batches))
            optimizer.param_groups[0].update(lr=lr, momentum=momentum)
            optimizer.rest.param_groups[0]["betas"] = (momentum, 0.999)
            optimizer.zero_grad()
            with torch.autocast(arguments.device, torch.bfloat16, enabled=arguments.bfloat16):
                scores = network(light(ids).contiguous(memory_format=LAYOUTS[arguments.layout]))
            loss_function(scores.float(), labels[ids]).backward()
            optimizer.step()
        if arguments.device != "cpu":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - begin)
        print(f"epoch {epoch + 1}: {seconds[-1]:.2f} s", file=sys.stderr)
    return seconds, batches * size if arguments.max_batches else len(labels)


@torch.no_grad()
def accuracies(network, data):
    """Share of right answers, from one view and from the picture and its mirror image."""
    network.eval()
    one = two = 0
    for pictures, labels in zip(data[0].split(1000), data[1].split(1000)):
        plain = network(pictures).softmax(1)
        one += (plain.argmax(1) == labels).sum().item()
        two += ((plain + network(pictures.flip(3)).softmax(1)).argmax(1) == labels).sum().item()
    return one / len(data[1]), two / len(data[1])


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    recipe = read_recipe(arguments.recipe)
    sets, classes = read_sets(pathlib.Path(arguments.data))
    training, test = normalised(sets, arguments.device)
    network = airbench(training[0].shape[1], classes, recipe.get("channels", OWN_WIDTHS), recipe["activation"])
    network = network.to(arguments.device, memory_format=LAYOUTS[arguments.layout])
    trained = torch.compile(network) if arguments.compile else network
    seconds, images = train(trained, training, recipe, arguments)
    result = {"torch": torch.__version__, "layout": arguments.layout, "compiled": arguments.compile,
              "threads": arguments.threads, "train_seconds": sum(seconds),
              "images_per_second": images / sorted(seconds)[len(seconds) // 2],
              "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    if not arguments.max_batches:
        result["valid_accuracy"], result["valid_accuracy_flip"] = accuracies(network, test)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
