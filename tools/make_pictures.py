#!/usr/bin/env python3
"""Writes tests/goldens/pictures: picture files of every format with what Pillow decodes, and Pillow's resizes.

    tools/make_pictures.py

Run it with a Python that has Pillow and NumPy. The pictures are made up: slopes, discs and noise.
"""

import pathlib
import shutil
import struct

import numpy as np
from PIL import Image, ImageOps

ROOT = pathlib.Path(__file__).resolve().parent.parent / "tests" / "goldens" / "pictures"
ORIENTATION = 0x0112


def picture(width, height, channels, seed=1):
    """H x W x C bytes with slopes, discs, noise, and all values at the edges."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for c in range(channels):
        plane = 255 * (x * (c + 1) % width + y) / (width + height)
        for _ in range(3):
            cx, cy, radius = random.integers(0, width), random.integers(0, height), random.integers(3, 9)
            plane[(x - cx) ** 2 + (y - cy) ** 2 < radius ** 2] = random.integers(0, 256)
        planes.append(plane + random.normal(0, 6, plane.shape))
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def as_image(pixels, mode):
    pixels = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    return Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), np.ascontiguousarray(pixels).tobytes())


def exif(orientation):
    block = Image.Exif()
    block[ORIENTATION] = orientation
    return block.tobytes()


def wide_grey(width, height, seed=1):
    """A 16-bit picture whose resizes stay far from 0 and 65535, where Pillow's I;16 wraps."""
    fine = np.random.default_rng(seed).integers(0, 2000, (height, width))
    return Image.fromarray((picture(width, height, 1, seed)[..., 0].astype(np.uint16) * 128 + 14000 + fine).astype(np.uint16))


def write_files(folder):
    rgb, grey, rgba, ga = (as_image(picture(45, 29, n), mode) for n, mode in ((3, "RGB"), (1, "L"), (4, "RGBA"), (2, "LA")))
    cmyk = as_image(picture(45, 29, 4, 2), "CMYK")

    def save(name, image, **options):
        image.save(folder / name, **options)

    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        save(f"baseline-{sampling.replace(':', '')}.jpg", rgb, quality=85, subsampling=sampling)
    save("optimised.jpg", rgb, quality=40, optimize=True)
    save("progressive.jpg", rgb, quality=80, progressive=True)
    save("rgb.jpg", rgb, quality=90, keep_rgb=True)
    save("restarts.jpg", rgb, quality=75, restart_marker_rows=1)
    save("grey.jpg", grey, quality=85)
    save("grey-progressive.jpg", grey, quality=85, progressive=True)
    save("cmyk.jpg", cmyk, quality=90)
    ycck(folder / "cmyk.jpg", folder / "ycck.jpg")
    for orientation in range(1, 9):
        save(f"orientation-{orientation}.jpg", rgb, quality=85, exif=exif(orientation))
    save("orientation-6.webp", rgb, lossless=True, exif=exif(6))
    save("orientation-6.png", rgb, exif=exif(6))
    save("orientation-8.tif", rgb, tiffinfo={ORIENTATION: 8})

    save("grey.png", grey)
    save("rgba.png", rgba)
    save("palette.png", rgb.quantize(17))
    save("bits.png", grey.convert("1"))
    save("transparent-palette.png", rgb.quantize(9), transparency=bytes([0, 90, 200]))
    save("wide.png", wide_grey(13, 9))

    save("lossy.webp", rgb, quality=70)
    save("lossy-alpha.webp", rgba, quality=70)
    save("lossless.webp", rgb, lossless=True)
    save("lossless-alpha.webp", rgba, lossless=True, exact=True)
    save("animated.webp", rgb, save_all=True, append_images=[ImageOps.invert(rgb)], lossless=True)

    for compression in ("raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "zstd"):
        save(f"rgb-{compression}.tif", rgb, compression=compression)
    save("grey-lzw.tif", grey, compression="tiff_lzw")
    save("predictor.tif", rgb, compression="tiff_lzw", tiffinfo={317: 2})
    save("strips.tif", rgb, compression="tiff_adobe_deflate", strip_size=400)
    save("rgba.tif", rgba, compression="tiff_lzw")
    save("grey-alpha.tif", ga)
    save("palette.tif", rgb.quantize(17))
    save("bits.tif", grey.convert("1"), compression="group4")
    save("cmyk.tif", cmyk, compression="tiff_lzw")
    save("wide.tif", wide_grey(13, 9))
    save("wide-deflate.tif", wide_grey(13, 9), compression="tiff_adobe_deflate")
    save("pages.tif", rgb, save_all=True, append_images=[ImageOps.invert(rgb)])
    (folder / "big-endian.tif").write_bytes(wide_tiff(wide_grey(13, 9)))
    (folder / "tiles.tif").write_bytes(tiled_tiff(rgb))
    (folder / "planes.tif").write_bytes(planar_tiff(rgb))
    (folder / "multiplied-alpha.tif").write_bytes(multiplied_tiff(rgba))

    save("rgb.bmp", rgb)
    save("grey.bmp", grey)
    save("palette.bmp", rgb.quantize(17))
    save("bits.bmp", grey.convert("1"))
    (folder / "run-length.bmp").write_bytes(run_length_bmp())
    (folder / "masks-565.bmp").write_bytes(masks_bmp(rgb))
    (folder / "alpha.bmp").write_bytes(alpha_bmp(rgba))
    (folder / "top-down.bmp").write_bytes(top_down_bmp(rgb))
    (folder / "named-png.jpg").write_bytes((folder / "grey.png").read_bytes())


def ycck(source, target):
    """The same data with a marker that says YCCK: other colours, and the other conversion."""
    data = bytearray(source.read_bytes())
    marker = data.index(b"Adobe")
    data[marker + 11] = 2
    target.write_bytes(data)


def tiff(order, width, height, blocks, fields):
    """An uncompressed TIFF of kinds that Pillow does not write: the fields of its directory, and strips or tiles."""
    data, places = b"", []
    for block in blocks:
        places.append(8 + len(data))
        data += block
    offsets, counts = (324, 325) if 322 in fields else (273, 279)
    fields = {256: [width], 257: [height], 259: [1], offsets: places, counts: [len(block) for block in blocks], **fields}
    end = 8 + len(data) + len(data) % 2
    directory, after = b"", b""
    for tag, values in sorted(fields.items()):
        long = tag in (offsets, counts)
        packed = struct.pack(f"{order}{len(values)}{'I' if long else 'H'}", *values)
        if len(packed) > 4:
            place = end + 2 + 12 * len(fields) + 4 + len(after)
            after += packed
            packed = struct.pack(f"{order}I", place)
        directory += struct.pack(f"{order}HHI", tag, 4 if long else 3, len(values)) + packed.ljust(4, b"\0")
    head = (b"MM" if order == ">" else b"II") + struct.pack(f"{order}HI", 42, end)
    return head + data.ljust(end - 8, b"\0") + struct.pack(f"{order}H", len(fields)) + directory + bytes(4) + after


def wide_tiff(image):
    """16-bit grey in big-endian order."""
    values = np.asarray(image).astype(">u2").tobytes()
    return tiff(">", image.width, image.height, [values], {258: [16], 262: [1], 277: [1], 278: [image.height]})


def tiled_tiff(image, side=16):
    pixels = np.asarray(image)
    padded = np.pad(pixels, [(0, -pixels.shape[0] % side), (0, -pixels.shape[1] % side), (0, 0)], mode="edge")
    tiles = [padded[y:y + side, x:x + side].tobytes() for y in range(0, padded.shape[0], side) for x in range(0, padded.shape[1], side)]
    return tiff("<", image.width, image.height, tiles, {258: [8, 8, 8], 262: [2], 277: [3], 322: [side], 323: [side]})


def planar_tiff(image):
    planes = [plane.tobytes() for plane in np.moveaxis(np.asarray(image), -1, 0)]
    return tiff("<", image.width, image.height, planes, {258: [8, 8, 8], 262: [2], 277: [3], 278: [image.height], 284: [2]})


def multiplied_tiff(image):
    """Colours that are multiplied by their alpha."""
    return tiff("<", image.width, image.height, [image.convert("RGBa").tobytes()],
                {258: [8, 8, 8, 8], 262: [2], 277: [4], 278: [image.height], 338: [1]})


def bmp(width, height, bits, compression, body, after_header=b""):
    offset = 54 + len(after_header)
    return (b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset)
            + struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(body), 0, 0, 0, 0) + after_header + body)


def run_length_bmp():
    palette = b"".join(bytes((i, 255 - i, i * 7 % 256, 0)) for i in range(256))
    rows = bytes([5, 10, 3, 20, 0, 0,            # 5 x 10, 3 x 20
                  0, 5, 1, 2, 3, 4, 5, 0, 3, 9, 0, 0,  # five single pixels, padded, 3 x 9
                  8, 30, 0, 0,
                  0, 4, 40, 41, 42, 43, 4, 44, 0, 0, 0, 1])
    return bmp(8, 4, 8, 1, rows, palette)


def masks_bmp(image):
    pixels = np.asarray(image).astype(np.uint32)[::-1]
    values = ((pixels[..., 0] >> 3 << 11) | (pixels[..., 1] >> 2 << 5) | (pixels[..., 2] >> 3)).astype("<u2")
    padded = np.zeros((image.height, (image.width + 1) // 2 * 2), "<u2")
    padded[:, :image.width] = values
    return bmp(image.width, image.height, 16, 3, padded.tobytes(), struct.pack("<III", 0xF800, 0x7E0, 0x1F))


def alpha_bmp(image):
    """32 bits with masks in a header of 56 bytes."""
    body = np.asarray(image)[::-1, :, [2, 1, 0, 3]].tobytes()
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    file = bytearray(bmp(image.width, image.height, 32, 3, body, masks))
    file[14] = 56
    return file


def top_down_bmp(image):
    pixels = np.asarray(image)[..., ::-1]
    padded = np.zeros((image.height, (image.width * 3 + 3) // 4 * 4), np.uint8)
    padded[:, :image.width * 3] = pixels.reshape(image.height, -1)
    return bmp(image.width, -image.height, 24, 0, padded.tobytes())


def decoded(file):
    """The upright picture in lehr's channels."""
    with Image.open(file) as image:
        image.load()
        image = ImageOps.exif_transpose(image)
        if image.mode in ("P", "PA"):
            return image.convert("RGBA" if "transparency" in image.info else "RGB")
        return image.convert({"1": "L", "CMYK": "RGB"}.get(image.mode, image.mode))


def write_resizes(folder):
    colour, grey, wide = as_image(picture(61, 47, 3, 3), "RGB"), as_image(picture(40, 52, 1, 4), "L"), wide_grey(40, 52, 5)
    filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
    cases = []
    for source, image in (("colour", colour), ("grey", grey), ("wide", wide)):
        image.save(folder / f"{source}.png")
        whole = (0, 0, *image.size)
        boxes = [((20, 15), whole), ((9, 70), whole), ((75, 11), whole), ((50, 20), whole), ((1, 1), whole), ((image.width, 13), whole),
                 ((24, image.height), whole), ((16, 16), (3.25, 5.5, 31.75, 38.125)), ((33, 29), (10, 7, 22, 20)),
                 ((12, 13), (10, 7, 22, 20))]
        for name, kernel in filters.items():
            for size, box in boxes:
                expected = f"{source}-{name}-{len(cases)}.png"
                image.resize(size, kernel, box=box).save(folder / expected)
                cases.append(f"{source}.png {name} {box[0]} {box[1]} {box[2] - box[0]} {box[3] - box[1]} {size[0]} {size[1]} {expected}")
    (folder / "cases.txt").write_text("\n".join(cases) + "\n")


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    for name in ("files", "decoded", "resized"):
        (ROOT / name).mkdir(parents=True)
    write_files(ROOT / "files")
    for file in sorted((ROOT / "files").iterdir()):
        decoded(file).save(ROOT / "decoded" / f"{file.name}.png")
    write_resizes(ROOT / "resized")


if __name__ == "__main__":
    main()
