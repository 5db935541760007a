#!/usr/bin/python3
"""Writes tests/goldens/augmentations.json: what torchvision's functions make of small pictures.

"pictures" holds the pictures, "cases" what a function makes of one of them with fixed parameters. Pixels are rows of
H x W x C bytes in hexadecimal.

torchvision 0.29 darkens the outermost pixels of a warped picture if `fill` is given: it weights them twice. So a fill is
subtracted before, and added after, a warp that has none.
"""

import json
import pathlib

import torch
from torchvision.transforms.v2 import InterpolationMode, RandAugment, TrivialAugmentWide
from torchvision.transforms.v2 import functional as F

BILINEAR = InterpolationMode.BILINEAR
LEVEL = 17  # of 31; with 18, the threshold of a solarisation is a whole level but for the rounding of floats


def picture(channels, height, width, scale=1.0, offset=0.0):
    """Waves with an edge, dark and bright places, and a little of every hue."""
    y, x, c = torch.meshgrid(*(torch.arange(n, dtype=torch.float64) for n in (height, width, channels)), indexing="ij")
    waves = 127 + 90 * torch.sin(0.9 * x + 1.7 * c) * torch.cos(0.5 * y - 0.8 * c) + 25 * torch.sin(2.3 * y + x)
    waves = waves + 60 * ((x + 2 * y) > width).double() * (c - 0.5)
    return (waves * scale + offset).clamp(0, 255).to(torch.uint8).permute(2, 0, 1).contiguous()


PICTURES = {
    "colour": picture(3, 12, 17),
    "grey": picture(1, 13, 11),
    "pale": picture(3, 9, 10, scale=0.4, offset=80),
}


def affine(image, degrees=0.0, shift=(0, 0), scale=1.0, shear=(0.0, 0.0), fill=0.0):
    warped = F.affine(image.double() - fill, degrees, list(shift), scale, list(shear), interpolation=BILINEAR)
    return (warped + fill).round().to(torch.uint8)


def perspective(image, moved):
    height, width = image.shape[1:]
    corners = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
    return F.perspective(image, corners, moved, interpolation=BILINEAR)


COLOURS = {
    "brightness": (F.adjust_brightness, [0.0, 0.6, 1.45]),
    "contrast": (F.adjust_contrast, [0.0, 0.55, 1.7]),
    "saturation": (F.adjust_saturation, [0.0, 0.4, 1.9]),
    "hue": (F.adjust_hue, [-0.5, -0.21, 0.07, 0.33]),
    "sharpness": (F.adjust_sharpness, [0.0, 0.5, 2.2]),
    "posterize": (F.posterize, [1, 3, 8]),
    "solarize": (F.solarize, [0, 128.0, 200.5]),
}
AFFINES = [
    dict(degrees=30.0),
    dict(degrees=-100.0, fill=90.0),
    dict(shift=(3, -2)),
    dict(scale=1.4),
    dict(shear=(15.0, 0.0)),
    dict(degrees=12.0, shift=(-1, 2), scale=0.85, shear=(-8.0, 21.0), fill=255.0),
]


def cases():
    for name, image in PICTURES.items():
        for function, (call, numbers) in COLOURS.items():
            for number in numbers:
                yield name, function, [float(number)], call(image, number)
        yield name, "autocontrast", [], F.autocontrast(image)
        yield name, "equalize", [], F.equalize(image)
        yield name, "grayscale", [], F.rgb_to_grayscale(image, num_output_channels=image.shape[0])
        for size, sigma in ((3, 0.4), (7, 1.3)):
            yield name, "blur", [float(size), sigma], F.gaussian_blur(image, [size, size], [sigma, sigma])
        yield name, "mirror", [], F.horizontal_flip(image)
        yield name, "turn_over", [], F.vertical_flip(image)
        for mode, reflect in (("constant", 0.0), ("reflect", 1.0)):
            yield name, "pad", [3.0, reflect], F.pad(image, [3], padding_mode=mode)
        yield name, "erase", [2.0, 1.0, 4.0, 5.0, 127.0], F.erase(image, 1, 2, 5, 4, torch.tensor(127, dtype=torch.uint8))
        for a in AFFINES:
            degrees, shift, scale, shear, fill = (a.get(key, default) for key, default in (
                ("degrees", 0.0), ("shift", (0, 0)), ("scale", 1.0), ("shear", (0.0, 0.0)), ("fill", 0.0)))
            yield name, "affine", [degrees, *map(float, shift), scale, *shear, fill], affine(image, **a)
        height, width = image.shape[1:]
        moved = [[2, 1], [width - 2, 3], [width - 4, height - 1], [1, height - 3]]
        yield name, "perspective", [float(n) for corner in moved for n in corner], perspective(image, moved)
    image = PICTURES["colour"]
    for space in (RandAugment, TrivialAugmentWide):
        kind = space(interpolation=BILINEAR)
        for number, (operation, (magnitudes, signed)) in enumerate(kind._AUGMENTATION_SPACE.items()):
            levels = magnitudes(31, *image.shape[1:])
            for sign in (1, -1) if signed else (1,):
                magnitude = sign * float(levels[LEVEL]) if levels is not None else 0.0
                changed = kind._apply_image_or_video_transform(image, operation, magnitude, BILINEAR, kind._fill)
                yield "colour", f"{space.__name__}.{operation}", [float(number), LEVEL / 30, float(sign)], changed


def data(image):
    channels, height, width = image.shape
    pixels = bytes(image.permute(1, 2, 0).flatten().tolist())
    return {"channels": channels, "height": height, "width": width, "pixels": pixels.hex()}


def main():
    lines = [json.dumps({"name": name, **data(image)}) for name, image in PICTURES.items()]
    made = [json.dumps({"picture": name, "function": function, "numbers": numbers, **data(image)})
            for name, function, numbers, image in cases()]
    file = pathlib.Path(__file__).resolve().parent.parent / "tests/goldens/augmentations.json"
    file.write_text('{"pictures": [\n' + ",\n".join(lines) + '\n],\n"cases": [\n' + ",\n".join(made) + "\n]}\n")


if __name__ == "__main__":
    main()
