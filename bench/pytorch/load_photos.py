#!/usr/bin/python3
"""Loads class folders of photos with torchvision and prints one JSON line: images per second.

The other side of bench/compare_loading; runs alone as well. ImageFolder and DataLoader with random resized crop, flip and
normalisation, as torchvision's references do it. Settings: how a photo is decoded (Pillow, or torchvision's own decoder),
where values become normalised floats (each photo in its worker, or whole batches in the main process, so that workers
hand over bytes), and the order of values in memory. Needs torchvision and Pillow.
"""
import argparse
import json
import resource
import statistics
import time

import torch
import torchvision
from torchvision import io
from torchvision.transforms import v2

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="DIR", required=True, help="a folder of class folders")
    parser.add_argument("--image-size", type=int, default=224)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--decoder", choices=["pillow", "torchvision"], default="pillow")
    parser.add_argument("--normalise", choices=["photo", "batch"], default="batch")
    parser.add_argument("--layout", choices=["contiguous", "channels_last"], default="contiguous")
    return parser.parse_args()


def decoded(path):
    return io.decode_jpeg(io.read_file(path), mode=io.ImageReadMode.RGB)


def normalisation():
    return [v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)]


def make_loader(arguments):
    pillow = arguments.decoder == "pillow"
    steps = [v2.RandomResizedCrop(arguments.image_size, antialias=True), v2.RandomHorizontalFlip()]
    steps += [v2.PILToTensor()] if pillow else []
    steps += normalisation() if arguments.normalise == "photo" else []
    photos = torchvision.datasets.ImageFolder(arguments.data, v2.Compose(steps), **({} if pillow else {"loader": decoded}))
    return torch.utils.data.DataLoader(photos, arguments.batch_size, shuffle=True, num_workers=arguments.workers,
                                       persistent_workers=arguments.workers > 0)


def epoch_rate(loader, arguments):
    whole = v2.Compose(normalisation())
    layout = getattr(torch, f"{arguments.layout}_format" if arguments.layout == "contiguous" else arguments.layout)
    begin = time.perf_counter()
    count = 0
    for images, _ in loader:
        if arguments.normalise == "batch":
            images = whole(images)
        count += len(images.contiguous(memory_format=layout))
    return count / (time.perf_counter() - begin)


def main():
    arguments = parse_arguments()
    torch.manual_seed(0)
    loader = make_loader(arguments)
    epoch_rate(loader, arguments)  # starts the workers
    rates = [epoch_rate(loader, arguments) for _ in range(arguments.epochs)]
    peak = sum(resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"images_per_second": statistics.median(rates), "epoch_rates": rates, "peak_memory_bytes": peak,
                      "torch": torch.__version__, "torchvision": torchvision.__version__}))


if __name__ == "__main__":
    main()
