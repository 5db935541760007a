#!/usr/bin/python3
"""Trains lehr's small residual network on photos with PyTorch by the recipe photos; prints one JSON line.

A simple script, as one writes it with torchvision: the pictures of class folders are decoded once, a fifth of each class
validates, random resized crop, flip and colour jitter by torchvision on tensors, AdamW with the one-cycle schedule. The
division is another one than lehr's, so compare medians over seeds. Needs torchvision and Pillow.
"""
import argparse
import io
import json
import pathlib
import random
import time
import tomllib

import numpy
import torch
from PIL import Image
from torch import nn
from torchvision.transforms import v2

from train_cifar import files_of
from train_mnist import LAYOUTS
from train_recipe import one_cycle
from watch_layers import Block

SIZE = 64
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="PATH", required=True, help="folder or .tar of class folders")
    parser.add_argument("--recipe", metavar="FILE", default=str(ROOT / "cli/recipes/photos.toml"))
    parser.add_argument("--layout", choices=sorted(LAYOUTS), default="channels_last")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    return parser.parse_args()


def read_pictures(path):
    """Pairs of (picture, class) with shorter sides of twice the input, and the number of classes."""
    found = []
    for name, data in files_of(path):
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        scale = min(1, 2 * SIZE / min(picture.size))
        picture = picture.resize([max(1, round(side * scale)) for side in picture.size], Image.Resampling.BILINEAR)
        found.append((torch.from_numpy(numpy.array(picture)).permute(2, 0, 1), pathlib.PurePath(name).parts[-2]))
    classes = sorted({label for _, label in found})
    return [(picture, classes.index(label)) for picture, label in found], len(classes)


def divided(pictures, seed):
    """Training and validation pictures: four fifths and one fifth of each class."""
    generator = random.Random(seed)
    sets = ([], [])
    for label in sorted({label for _, label in pictures}):
        of_class = [one for one in pictures if one[1] == label]
        generator.shuffle(of_class)
        share = round(len(of_class) / 5)
        sets[0].extend(of_class[share:])
        sets[1].extend(of_class[:share])
    return sets


def network(widths, classes):
    layers = [nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()]
    before = widths[0]
    for stage, width in enumerate(widths):
        layers.append(Block(before, width, 1 if stage == 0 else 2))
        before = width
    made = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, classes))
    for module in made.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
    return made


def train(model, pictures, recipe, epochs, layout):
    augment = v2.Compose([v2.RandomResizedCrop(SIZE, scale=(0.35, 1)), v2.RandomHorizontalFlip(),
                          v2.ColorJitter(0.2, 0.2, 0.2), v2.ToDtype(torch.float32, scale=True),
                          v2.Normalize((0.5,) * 3, (0.25,) * 3)])
    weights = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": weights, "weight_decay": recipe["weight-decay"]},
                                   {"params": others, "weight_decay": 0}], lr=recipe["lr"])
    loss_function = nn.CrossEntropyLoss(label_smoothing=recipe["label-smoothing"])
    size = recipe["batch-size"]
    batches = -(-len(pictures) // size)
    model.train()
    for epoch in range(epochs):
        order = torch.randperm(len(pictures)).split(size)
        for batch, ids in enumerate(order):
            lr, momentum = one_cycle(recipe["lr"], (epoch * batches + batch) / (epochs * batches))
            for group in optimizer.param_groups:
                group["lr"], group["betas"] = lr, (momentum, 0.999)
            images = torch.stack([augment(pictures[i][0]) for i in ids]).contiguous(memory_format=layout)
            optimizer.zero_grad(set_to_none=True)
            loss_function(model(images), torch.tensor([pictures[i][1] for i in ids])).backward()
            optimizer.step()


@torch.no_grad()
def accuracy(model, pictures):
    prepare = v2.Compose([v2.Resize(SIZE), v2.CenterCrop(SIZE), v2.ToDtype(torch.float32, scale=True),
                          v2.Normalize((0.5,) * 3, (0.25,) * 3)])
    model.eval()
    scores = model(torch.stack([prepare(picture) for picture, _ in pictures]))
    return (scores.argmax(1) == torch.tensor([label for _, label in pictures])).float().mean().item()


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    recipe = tomllib.loads(pathlib.Path(arguments.recipe).read_text())
    begin = time.perf_counter()
    pictures, classes = read_pictures(pathlib.Path(arguments.data))
    training, validation = divided(pictures, arguments.seed)
    layout = LAYOUTS[arguments.layout]
    model = network(recipe["channels"], classes).to(memory_format=layout)
    train(model, training, recipe, arguments.epochs or recipe["epochs"], layout)
    print(json.dumps({"torch": torch.__version__, "layout": arguments.layout, "threads": arguments.threads,
                      "all_seconds": time.perf_counter() - begin, "valid_accuracy": accuracy(model, validation)}))


if __name__ == "__main__":
    main()
