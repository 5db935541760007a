"""Runs one program or script of bench/ or tools/ briefly and looks at what it makes: programs_test.py BUILD FILE.

BUILD is the folder of the build, FILE a path such as bench/roofline.cpp. Scripts run under LEHR_PYTHON (by default this
Python). Ends with status 77 and a sentence if a script needs a module, such as PyTorch, that is not there.
"""
import array
import ast
import csv
import functools
import gzip
import json
import math
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PYTHON = os.environ.get("LEHR_PYTHON", sys.executable)
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
SKIPPED = 77
TIMEOUT = 280  # seconds


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)


def need(*modules):
    for module in modules:
        if subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True).returncode != 0:
            skip(f"{PYTHON} has no {module}; scripts that need it run under LEHR_PYTHON")


def run(*command, cwd=ROOT):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=cwd, timeout=TIMEOUT)
    if done.returncode == SKIPPED:
        skip(done.stdout.strip())
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def positive(*numbers):
    assert numbers and all(math.isfinite(number) and number > 0 for number in numbers), numbers


def tiny_mnist(folder):
    """IDX files of 512 and 64 pictures, on which a class is a bright row."""
    for stem, count in (("train", 512), ("t10k", 64)):
        labels = bytes(i % 10 for i in range(count))
        pixels = b"".join(bytes(220 if row == 4 + 2 * label else 7 * (i + row) % 40
                                for row in range(28) for _ in range(28)) for i, label in enumerate(labels))
        for kind, header, body in (("images-idx3", (0x803, count, 28, 28), pixels),
                                   ("labels-idx1", (0x801, count), labels)):
            with gzip.open(folder / f"{stem}-{kind}-ubyte.gz", "wb") as file:
                file.write(struct.pack(f">{len(header)}i", *header) + body)
    return folder


# The compiled programs.

def roofline(build, _):
    text = run(build / "bench/bench_roofline", 32, 1, 0.2)
    rows = re.findall(r"^(.+?) +(forward|backward) +([\d.]+) +([\d.]+) +([\d.]+) +(\d+)%  (\S+)$", text, re.M)
    steps = {row[0] for row in rows}
    assert len(steps) >= 10 and len(rows) >= 2 * len(steps) - 2, text  # nearly every step has both passes
    positive(*(float(row[2]) for row in rows))
    whole, outside = map(float, re.search(r"whole batch ([\d.]+) us, of which (-?[\d.]+) us", text).groups())
    inside = sum(float(row[2]) for row in rows)
    assert abs(whole - outside - inside) <= 0.02 * whole, (whole, outside, inside)
    assert inside > 0.1 * whole, (whole, inside)
    images, flops, share = map(int, re.search(r"(\d+) images/s; (\d+) GFLOP/s, (\d+) %", text).groups())
    positive(images, flops + 1, share + 1)


def google_benchmark(program, pattern, least):
    def check(build, _):
        text = run(build / "bench" / program, f"--benchmark_filter={pattern}", "--benchmark_min_time=0.001",
                   "--benchmark_format=json")
        found = json.loads(text)["benchmarks"]
        assert len(found) >= least, [one["name"] for one in found]
        for one in found:
            assert "error_message" not in one, one
            positive(one["real_time"], one["iterations"])
    return check


def watching(build, folder):
    pairs = json_lines(run(build / "bench/bench_watching", "--data", "digits:300", "--batch-size", 64, "--rounds", 1,
                           "--store", folder / "runs.db"))
    assert {pair["way"] for pair in pairs} == {"histograms", "numbers", "gradients"}, pairs
    for pair in pairs:
        positive(pair["plain_seconds"], pair["batches"])
        assert 0 < pair["printed"] < 1 and math.isfinite(pair["overhead"]), pair
    assert (folder / "runs.db").stat().st_size > 0
    pairs = json_lines(run(build / "bench/bench_watching", "--data", "digits:2000", "--batch-size", 64, "--rounds", 1,
                           "--diagnose", "--ways", "none,gradients"))
    assert [pair["way"] for pair in pairs] == ["none", "gradients"], pairs
    for pair in pairs:
        assert 0 < pair["printed"] < 1, pair  # it looked


def planted_faults(build, folder):
    program = build / "bench/bench_planted_faults"
    kinds = re.findall(r"^([\w-]+):( [\w-]+)+$", run(program, "--list"), re.M)
    assert len(kinds) >= 40, kinds
    command = [program, "--only", "layer-dead", "--settings", "adam-plain", "--out", folder / "faults", "--json"]
    lines = json_lines(run(*command))
    fault, = (line for line in lines if line["event"] == "planted")
    assert fault["found"] and fault["rules"][0] == "dead-layer", fault
    assert fault["accuracy"] < 0.2 < 0.8 < fault["twin_accuracy"], fault
    summary = lines[-1]
    assert (summary["planted"], summary["found"], summary["healthy"]) == (1, 1, 1), summary
    runs = sorted((folder / "faults").rglob("*.html"))
    again = json_lines(run(*command, "--rediagnose"))
    assert [line for line in again if line["event"] == "planted"] == [fault], again
    assert sorted((folder / "faults").rglob("*.html")) == runs


# The scripts of bench/.

def compare_pytorch(build, folder):
    need("torch")
    out = folder / "figures.json"
    run(PYTHON, ROOT / "bench/compare_pytorch", "--lehr", build / "bin/lehr", "--data", "digits:256", "--batch-sizes", 64,
        "--pairs", 1, "--epochs", 1, "--json", out)
    figures = json.loads(out.read_text())
    assert [row["batch_norm"] for row in figures["rows"]] == [False, True]
    for row in figures["rows"]:
        positive(row["lehr_images_per_second"], row["torch_images_per_second"], row["lehr_peak_memory_bytes"], *row["ratios"])
    positive(figures["lehr_startup_seconds"], figures["torch_startup_seconds"])


def time_to_accuracy(build, folder):
    need("torch")
    text = run(PYTHON, ROOT / "bench/time_to_accuracy", "--lehr", build / "bin/lehr", "--data", f"mnist:{tiny_mnist(folder)}",
               "--recipes", "mnist-99", "--seeds", 1)
    sides = re.findall(r"^  (lehr|PyTorch) +([\d.]+) %.*training +([\d.]+) s +all +([\d.]+) s$", text, re.M)
    assert [side[0] for side in sides] == ["lehr", "PyTorch"], text
    positive(*(float(number) for side in sides for number in (side[1], side[3])))
    assert len(re.findall(r"lehr is ([\d.]+) times as fast", text)) == 2, text


def watching_cost(build, folder):
    out = folder / "pairs.json"
    text = run(PYTHON, ROOT / "bench/watching_cost", "--program", build / "bench/bench_watching", "--data", "digits:1600",
               "--only", "simple_cnn, 512, norm", "--rounds", 2, "--epochs", 1, "--no-torch", "--json", out)
    assert len(re.findall(r"lehr, (?:numbers|histograms|gradients) +-?[\d.]+ \(", text)) == 3, text
    assert len(json.loads(out.read_text())["simple_cnn, 512, norm"]["lehr"]) == 6


def loading(build, folder):
    need("PIL")
    photos(folder, 20)
    line, = json_lines(run(build / "bench/bench_loading", "--data", f"folder:{folder}/photos", "--batch-size", 8,
                           "--workers", 1, "--epochs", 2))
    assert line["images"] == 20 and len(line["epoch_rates"]) == 2, line
    positive(line["images_per_second"], line["processor_ms_per_image"])


def serving(build, folder):
    text = run(sys.executable, ROOT / "bench/serving", "--program", build / "bin/lehr", "--data", "digits:200", "--epochs", 1,
               "--batches", 20000, "--watchers", 2, "--seconds", 3, "--rounds", 1)
    counts = {line.split()[0]: int(line.split()[1]) for line in text.splitlines() if line.startswith(("report", "list", "page"))}
    positive(counts["report"], counts["list"], counts["page"])
    assert "failed: 0;" in text, text
    assert re.search(r"alone [\d.]+ s, watched [\d.]+ s: [+-][\d.]+ %", text), text


def compare_loading(build, folder):
    need("torchvision", "PIL")
    text = run(PYTHON, ROOT / "bench/compare_loading", "--program", build / "bench/bench_loading", "--count", 20, "--pairs", 1,
               "--epochs", 1, "--workers", 1)
    assert text.count("  torchvision --decoder ") == 8, text
    found = re.search(r"lehr ([\d,]+) images/s .*, torchvision ([\d,]+) images/s: ([\d.]+) times as fast", text)
    positive(*(float(number.replace(",", "")) for number in found.groups()))


def loading_cost(build, _):
    need("PIL")
    text = run(PYTHON, ROOT / "bench/loading_cost", "--lehr", build / "bin/lehr", "--model", "resnet-small", "--image-size", 32,
               "--batch-size", 4, "--batches", 3, "--pairs", 1)
    found = re.search(r": ([\d,]+) ms a batch from JPEG files .*, ([\d,]+) ms from memory: -?[\d.]+ % longer", text)
    positive(*(float(number.replace(",", "")) for number in found.groups()))


def load_photos(_, folder):
    need("torchvision", "PIL")
    photos(folder, 20)
    line, = json_lines(run(PYTHON, ROOT / "bench/pytorch/load_photos.py", "--data", folder / "photos/train", "--workers", 0,
                           "--epochs", 1))
    positive(line["images_per_second"])


def photos(folder, count):
    """Also with the pictures of an archive."""
    script = "import photos, sys; photos.make_photos(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])"
    makers = ROOT / "bench/pytorch"
    run(PYTHON, "-c", script, folder / "some", 2, cwd=makers)
    run("tar", "-cf", folder / "some.tar", "-C", folder / "some", ".")
    run(PYTHON, "-c", script, folder / "again", 5, folder / "some.tar", cwd=makers)
    assert len(list(folder.glob("again/train/*/*.jpg"))) == 5
    run(PYTHON, "-c", script, folder / "photos", count, cwd=makers)


def make_photos(_, folder):
    need("PIL")
    photos(folder, 20)


def published_results(build, folder):
    text = run(PYTHON, ROOT / "bench/published_results", "--lehr", build / "bin/lehr", "--data", f"mnist:{tiny_mnist(folder)}",
               "--seeds", 1)
    found = re.findall(r"lehr +([\d.]+) %, [\d.]+ s of training \(seeds: ([\d.]+)\)", text)
    assert len(found) == 3 and all(one == two for one, two in found), text
    positive(*(float(one) for one, _ in found))


def confirm_cures(build, folder):
    text = run(PYTHON, ROOT / "bench/confirm_cures", "--lehr", build / "bin/lehr", "--data", "digits:1000", "--only",
               "rate-too-low,zero weights: clipping")
    assert re.search(r"^rate-too-low +lr=.* helps$", text, re.M), text
    assert re.search(r"^zero weights: clipping +clip-norm=1 .* does_not_help$", text, re.M), text
    assert "2 of 2 as expected, 3 seeds, digits:1000" in text, text


def train_mnist(_, folder):
    need("torch")
    for data in (["--images", 128], ["--data", tiny_mnist(folder)]):
        line, = json_lines(run(PYTHON, ROOT / "bench/pytorch/train_mnist.py", *data, "--batch-size", 64, "--epochs", 1,
                               "--batch-norm"))
        positive(line["images_per_second"], line["peak_memory_bytes"])


def train_recipe(_, folder):
    need("torch")
    line, = json_lines(run(PYTHON, ROOT / "bench/pytorch/train_recipe.py", "--data", tiny_mnist(folder), "--recipe",
                           ROOT / "cli/recipes/mnist-99.toml"))
    positive(line["valid_accuracy"], line["train_seconds"])


def tiny_cifar(folder):
    """Class folders of 24 and 4 PPM files of 32x32 pixels, one colour for each class."""
    for part, count in (("train", 12), ("test", 2)):
        for name, colour in (("blue", (0, 0, 200)), ("red", (200, 0, 0))):
            (folder / "cifar" / part / name).mkdir(parents=True)
            for i in range(count):
                pixels = bytes(max(0, level - i) for level in colour) * 32 * 32
                (folder / "cifar" / part / name / f"{i}.ppm").write_bytes(b"P6\n32 32\n255\n" + pixels)
    return folder / "cifar"


def train_cifar(_, folder):
    need("torch", "PIL")
    line, = json_lines(run(PYTHON, ROOT / "bench/pytorch/train_cifar.py", "--data", tiny_cifar(folder), "--recipe",
                           ROOT / "cli/recipes/cifar10.toml", "--epochs", 2))
    positive(line["valid_accuracy"], line["valid_accuracy_flip"], line["images_per_second"])


def train_photos(_, folder):
    need("torchvision", "PIL")
    line, = json_lines(run(PYTHON, ROOT / "bench/pytorch/train_photos.py", "--data", tiny_cifar(folder) / "train", "--epochs", 2))
    positive(line["all_seconds"])
    assert 0 <= line["valid_accuracy"] <= 1, line


def watch_layers(_, __):
    need("torch")
    pairs = json_lines(run(PYTHON, ROOT / "bench/pytorch/watch_layers.py", "--images", 128, "--batch-size", 64, "--pairs", 2))
    assert len(pairs) == 2, pairs
    for pair in pairs:
        positive(pair["plain_seconds"], pair["batches"])


# The scripts of tools/.

def is_close(a, b):
    """The same but for what another version of PyTorch may compute otherwise."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(is_close(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(is_close(x, y) for x, y in zip(a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-4) or (math.isnan(a) and math.isnan(b))
    return a == b


def number_or_text(cell):
    try:
        return float(cell)
    except ValueError:
        return cell


def contents(file):
    if file.suffix == ".json":
        return json.loads(file.read_text())
    if file.suffix == ".csv":
        return [[number_or_text(cell) for cell in row] for row in csv.reader(file.read_text().splitlines())]
    if file.suffix == ".safetensors":
        data = file.read_bytes()
        size, = struct.unpack("<Q", data[:8])
        header = json.loads(data[8:8 + size])
        floats = all(tensor["dtype"] == "F32" for name, tensor in header.items() if name != "__metadata__")
        return [header, list(array.array("f", data[8 + size:])) if floats else data.hex()]
    return file.read_bytes()


def imports(script):
    """The modules from elsewhere that a script and its neighbours import."""
    nodes = list(ast.walk(ast.parse(script.read_text())))
    names = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module.split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    neighbours = [script.with_name(f"{name}.py") for name in names if script.with_name(f"{name}.py").exists()]
    return (names - sys.stdlib_module_names - {one.stem for one in neighbours}).union(*map(imports, neighbours))


def maker_of_goldens(build, folder, script):
    """A script that writes files of tests/ writes them anew, in a copy of the tree, and they are what is there."""
    text = (ROOT / script).read_text()
    need(*sorted(imports(ROOT / script)))
    for part in ("tools", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    kept = {file: contents(file) for file in (folder / "tests").rglob("*") if "goldens" in file.parts and file.is_file()}
    for file in kept:
        os.utime(file, (1, 1))
    arguments = [build / "tests/test_backend"] if "build/release/tests/test_backend" in text else []
    run(PYTHON, folder / script, *arguments, cwd=folder)
    written = [file for file in kept if file.stat().st_mtime > 1]
    assert written, f"{script} wrote none of the goldens"
    for file in written:
        assert is_close(kept[file], contents(file)), f"{script} makes another {file.name} than the one in tests/"


def module_of_others(_, __, script):
    """A module runs when the scripts that import it do."""
    name = pathlib.Path(script).stem
    users = [one.name for one in (ROOT / script).parent.glob("*.py")
             if re.search(rf"^(from {name} import|import {name}$)", one.read_text(), re.M)]
    assert users, f"nothing imports {script}, and no check is written for it"


CHECKS = {
    "bench/roofline.cpp": roofline,
    "bench/train_step.cpp": google_benchmark("bench_train_step", "simple_cnn.*/8/|resnet_small/8/", 3),
    "bench/learner.cpp": google_benchmark("bench_learner", "(alone|stats)/512/", 2),
    "bench/pictures.cpp": google_benchmark("bench_pictures", "bilinear", 3),
    "bench/augment.cpp": google_benchmark("bench_augment", ".", 8),
    "bench/watching.cpp": watching,
    "bench/loading.cpp": loading,
    "bench/planted_faults": planted_faults,
    "bench/ops": google_benchmark("bench_ops", "30152|measure|linear", 3),
    "bench/compare_pytorch": compare_pytorch,
    "bench/time_to_accuracy": time_to_accuracy,
    "bench/watching_cost": watching_cost,
    "bench/serving": serving,
    "bench/published_results": published_results,
    "bench/confirm_cures": confirm_cures,
    "bench/compare_loading": compare_loading,
    "bench/loading_cost": loading_cost,
    "bench/pytorch/load_photos.py": load_photos,
    "bench/pytorch/photos.py": make_photos,
    "bench/pytorch/airbench.py": functools.partial(module_of_others, script="bench/pytorch/airbench.py"),
    "bench/pytorch/train_mnist.py": train_mnist,
    "bench/pytorch/train_recipe.py": train_recipe,
    "bench/pytorch/train_cifar.py": train_cifar,
    "bench/pytorch/train_photos.py": train_photos,
    "bench/pytorch/watch_layers.py": watch_layers,
}


def main(build, script):
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        if script in CHECKS:
            CHECKS[script](build, place)
        elif re.match(r"tools/make_\w+\.py$", script):
            maker_of_goldens(build, place, script)
        elif script.startswith("tools/") and script.endswith(".py"):
            module_of_others(build, place, script)
        else:
            sys.exit(f"{script}: no check is written for it in {pathlib.Path(__file__).name}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2])
