"""Makes JPEG photos for the comparisons of bench/: class folders of 500 x 375 pixels, the same ones each time."""
import io
import pathlib
import random
import tarfile

from PIL import Image

WIDTH, HEIGHT, CLASSES, QUALITY = 500, 375, 10, 90


def noise(generator, width, height):
    return Image.frombytes("RGB", (width, height), generator.randbytes(3 * width * height))


def drawn(number):
    """Noise at several scales, which compresses about as well as a photo."""
    generator = random.Random(number)
    picture = noise(generator, 4, 3).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    for scale, share in ((4, 0.3), (16, 0.2), (64, 0.2), (125, 0.15)):
        finer = noise(generator, 4 * scale, 3 * scale).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        picture = Image.blend(picture, finer, share)
    return picture


def pictures_of(archive):
    """The pictures of a .tar, each scaled to the size, over and over."""
    with tarfile.open(archive) as tar:
        files = [tar.extractfile(member).read() for member in tar if member.isfile()
                 and member.name.lower().endswith((".jpg", ".jpeg", ".png"))]
    while True:
        for file in files:
            yield Image.open(io.BytesIO(file)).convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def make_photos(folder, count, archive=None):
    """Writes train/CLASS/NUMBER.jpg, and valid/CLASS/0.jpg so that the training set is not divided."""
    source = pictures_of(archive) if archive else map(drawn, range(count))
    for number in range(count):
        place = pathlib.Path(folder) / "train" / f"class-{number % CLASSES}"
        place.mkdir(parents=True, exist_ok=True)
        picture = next(source)
        picture.save(place / f"{number}.jpg", quality=QUALITY)
        if number < CLASSES:
            other = pathlib.Path(folder) / "valid" / place.name
            other.mkdir(parents=True)
            picture.save(other / "0.jpg", quality=QUALITY)
    sizes = [file.stat().st_size for file in pathlib.Path(folder).glob("train/*/*.jpg")]
    return sum(sizes) / len(sizes)
