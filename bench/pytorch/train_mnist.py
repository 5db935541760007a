#!/usr/bin/python3
"""Trains simple_cnn with PyTorch eager and prints one JSON line: images per second, layout, peak memory.

The other side of bench/compare_pytorch; runs alone as well. PyTorch gets the best of it: images are float32,
normalised and in the network's layout before the clock starts, batches are slices of them (no shuffling, no
loader), and neither loss nor accuracy is read back. Needs Debian's python3-torch.
"""
import argparse
import gzip
import json
import pathlib
import resource
import statistics
import sys
import time

import torch
from torch import nn

LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="DIR", help="folder of MNIST's IDX files (default: random numbers)")
    parser.add_argument("--images", type=int, default=60000, help="how many random images (default 60000)")
    parser.add_argument("--batch-size", type=int, default=512)
    parser.add_argument("--batch-norm", action="store_true")
    parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
    parser.add_argument("--lr", type=float, default=0.001)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--max-batches", type=int, default=0, help="batches an epoch, 0 for all")
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default="channels_last")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    return parser.parse_args()


def read_idx(folder, stem, header_bytes):
    """The bytes after the header of an IDX file, plain or .gz, named with a dash or a dot before idx."""
    for separator in "-.":
        kind = "idx3" if "images" in stem else "idx1"
        for suffix in (".gz", ""):
            file = pathlib.Path(folder) / f"{stem}{separator}{kind}-ubyte{suffix}"
            if file.exists():
                data = gzip.decompress(file.read_bytes()) if suffix else file.read_bytes()
                return torch.frombuffer(bytearray(data[header_bytes:]), dtype=torch.uint8)
    sys.exit(f"{folder}: expected {stem}-idx*-ubyte or the same with .gz, found neither")


def read_set(folder, stem):
    """Images (N, 1, 28, 28) from 0 to 255 and labels (N) of a set: train or t10k."""
    images = read_idx(folder, f"{stem}-images", 16).reshape(-1, 1, 28, 28).float()
    return images, read_idx(folder, f"{stem}-labels", 8).long()


def load_data(arguments):
    if arguments.data is None:
        torch.manual_seed(0)
        return torch.randn(arguments.images, 1, 28, 28), torch.randint(10, (arguments.images,))
    images, labels = read_set(arguments.data, "train")
    return images.sub_(images.mean()).div_(images.std()), labels


def simple_cnn(batch_norm, widths=(8, 16, 32, 64)):
    """fastbook, chapter 13: stride-2 convolutions of these widths and then 10 channels, the first one 5x5."""
    layers = []
    channels = [1, *widths, 10]
    for index, (before, after) in enumerate(zip(channels, channels[1:])):
        kernel = 5 if index == 0 else 3
        layers.append(nn.Conv2d(before, after, kernel, stride=2, padding=kernel // 2, bias=not batch_norm))
        if batch_norm:
            layers.append(nn.BatchNorm2d(after))
        if index + 2 < len(channels):
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


def make_optimizer(arguments, parameters):
    if arguments.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=arguments.lr)
    return torch.optim.SGD(parameters, lr=arguments.lr, momentum=0.9)


def train_epoch(model, optimizer, batches):
    """Seconds for one epoch."""
    begin = time.perf_counter()
    for images, labels in batches:
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    return time.perf_counter() - begin


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    images, labels = load_data(arguments)
    layout = LAYOUTS[arguments.layout]
    model = simple_cnn(arguments.batch_norm).to(memory_format=layout)
    images = images.contiguous(memory_format=layout)
    batches = list(zip(images.split(arguments.batch_size), labels.split(arguments.batch_size)))
    if arguments.max_batches > 0:
        batches = batches[: arguments.max_batches]
    optimizer = make_optimizer(arguments, model.parameters())
    trained = sum(len(batch_labels) for _, batch_labels in batches)
    result = {"layout": arguments.layout, "threads": arguments.threads, "torch": torch.__version__}
    try:
        seconds = [train_epoch(model, optimizer, batches) for _ in range(arguments.epochs)]
    except ValueError as error:  # batch norm with one value per channel
        print(json.dumps({**result, "refused": str(error)}))
        return
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    rates = [trained / one for one in seconds]
    print(json.dumps({**result, "images_per_second": statistics.median(rates), "epoch_rates": rates,
                      "peak_memory_bytes": peak}))


if __name__ == "__main__":
    main()
