#!/usr/bin/python3
"""Writes small archives for the fuzzer to start from: make_archives.py FOLDER.

.tar in each dialect, .tar.gz, .tar.zst (if the command zstd is there) and .zip, with files, and with what an archive of
pictures must not hold.
"""
import gzip
import io
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
PATHS = {"plain": ["a/1.png", "./b//2.jpg", "c.txt"], "dots": ["../a.png"], "inner-dots": ["a/../../b.png"], "root": ["/a.png"],
         "long": ["d" * 90 + "/" + "n" * 150 + ".png"], "bytes": ["caf\udce9.png", "new\nline.png"], "twice": ["a.png", "a.png"]}
TYPES = {"folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "hard-link": tarfile.LNKTYPE, "pipe": tarfile.FIFOTYPE,
         "device": tarfile.BLKTYPE, "sparse": tarfile.GNUTYPE_SPARSE, "other": b"Z"}


def tar(dialect, entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=FORMATS[dialect], errors="surrogateescape") as archive:
        for entry, content in entries:
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue().rstrip(b"\0") + bytes(1024)


def entry(path, content=b"\x89PNG 12345", kind=tarfile.REGTYPE):
    info = tarfile.TarInfo(path)
    info.type, info.linkname = kind, "a.png" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    info.size = len(content) if kind in (tarfile.REGTYPE, b"Z") else 0
    return info, content


def zipped(paths, how, streamed=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for path in paths:
            if streamed:
                with archive.open(path, "w", force_zip64=True) as file:
                    file.write(b"\x89PNG 12345")
            else:
                archive.writestr(path, b"\x89PNG 12345")
    return out.getvalue()


def archives():
    for dialect in FORMATS:
        for name, paths in PATHS.items():
            if dialect != "ustar" or name != "long":
                yield f"{dialect}-{name}.tar", tar(dialect, [entry(path) for path in paths])
        for name, kind in TYPES.items():
            yield f"{dialect}-{name}.tar", tar(dialect, [entry("a.png"), entry("b.png", kind=kind)])
    plain = tar("pax", [entry("a/1.png"), entry("b/2.png")])
    huge = bytearray(plain)
    huge[124:136] = b"77777777777\0"
    yield "huge.tar", bytes(huge)
    bomb = tar("ustar", [entry("a.png", bytes(1 << 19))])
    packed = {"plain": plain, "bomb": bomb, "dots": tar("gnu", [entry("../a.png")])}
    for name, content in packed.items():
        yield f"{name}.tar.gz", gzip.compress(content, mtime=0)
        if shutil.which("zstd"):
            yield f"{name}.tar.zst", subprocess.run(["zstd", "-c"], input=content, stdout=subprocess.PIPE, check=True).stdout
    for name, paths in PATHS.items():
        if name not in ("bytes", "twice"):
            yield f"stored-{name}.zip", zipped(paths, zipfile.ZIP_STORED)
    yield "deflated.zip", zipped(PATHS["plain"], zipfile.ZIP_DEFLATED)
    yield "streamed.zip", zipped(PATHS["plain"], zipfile.ZIP_DEFLATED, streamed=True)


def main(folder):
    for name, content in archives():
        (pathlib.Path(folder) / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1])
