#!/usr/bin/python3
"""What fastai's way of watching layers costs in PyTorch eager: a forward hook with mean, std, near-zero share and histc.

The other side of bench/watching_cost; runs alone as well. Trains without hooks and with them in turn, a block of batches
each, and prints a JSON line a pair. The hook does to each layer's output what fastai's ActivationStats does (mean, std and
the share of values up to 0.05, read back as numbers, and torch.histc with 40 bins over [0, 10]), and nothing else:
nothing is written. Needs Debian's python3-torch.
"""
import argparse
import json
import statistics

import torch
from torch import nn

from train_mnist import LAYOUTS, load_data, simple_cnn, train_epoch


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=["simple-cnn", "resnet18"], default="simple-cnn")
    parser.add_argument("--data", metavar="DIR", help="folder of MNIST's IDX files (default: random numbers)")
    parser.add_argument("--images", type=int, default=20000, help="how many random images (default 20000)")
    parser.add_argument("--batch-size", type=int, default=512)
    parser.add_argument("--batch-norm", action="store_true")
    parser.add_argument("--batches", type=int, default=0, help="of a block; 0: an epoch")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default="channels_last")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    return parser.parse_args()


class Block(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, before, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = nn.Identity()
        if stride != 1 or before != width:
            self.downsample = nn.Sequential(nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        path = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return torch.relu(path + self.downsample(x))


def resnet18():
    """ResNet-18 with the 3x3 stem for small images."""
    layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    before = 64
    for stage, width in enumerate((64, 128, 256, 512)):
        layers += [Block(before, width, 1 if stage == 0 else 2), Block(width, width, 1)]
        before = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def watched_modules(model):
    """The last module of each layer: a convolution or linear layer with the norm and activation that directly follow it."""
    followers = (nn.BatchNorm2d, nn.ReLU)
    watched = []
    for container in model.modules():
        children = [child for child in container.children() if not isinstance(child, nn.Identity)]
        order = [(child, follower) for child, follower in zip(children, children[1:] + [None])]
        watched += [child for child, follower in order
                    if isinstance(child, (nn.Conv2d, nn.Linear) + followers) and not isinstance(follower, followers)]
    return watched


class ActivationStats:
    """What fastai's ActivationStats computes, with hooks."""

    def __init__(self, model):
        self.records = []
        self.hooks = [module.register_forward_hook(self.record) for module in watched_modules(model)]

    def record(self, module, inputs, output):
        values = output.detach()
        self.records.append((values.mean().item(), values.std().item(), (values <= 0.05).float().mean().item(),
                             values.abs().histc(40, 0, 10)))

    def remove(self):
        for hook in self.hooks:
            hook.remove()


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    layout = LAYOUTS[arguments.layout]
    if arguments.model == "resnet18":
        torch.manual_seed(0)
        images, labels = torch.randn(arguments.images, 3, 32, 32), torch.randint(10, (arguments.images,))
        model = resnet18()
    else:
        images, labels = load_data(arguments)
        model = simple_cnn(arguments.batch_norm)
    model = model.to(memory_format=layout)
    images = images.contiguous(memory_format=layout)
    batches = list(zip(images.split(arguments.batch_size), labels.split(arguments.batch_size)))
    batches = batches[: arguments.batches or len(batches)]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    train_epoch(model, optimizer, batches)
    before = train_epoch(model, optimizer, batches)
    for _ in range(arguments.pairs):
        stats = ActivationStats(model)
        watched = train_epoch(model, optimizer, batches)
        stats.remove()
        behind = train_epoch(model, optimizer, batches)
        plain = statistics.mean((before, behind))
        before = behind
        print(json.dumps({"overhead": watched / plain - 1, "plain_seconds": plain, "batches": len(batches),
                          "layers": len(stats.hooks), "torch": torch.__version__}), flush=True)


if __name__ == "__main__":
    main()
