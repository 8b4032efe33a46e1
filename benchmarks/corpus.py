"""Write a synthetic corpus, the same for the same seed, shaped like a hospital's export."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from elements import Form, Row, Rows, element_header, fill, part_10, read_rows
from people import Facts, patient_facts, randomness, study_facts

IMPLICIT_EVERY = 5  # series
SERIES_PER_STUDY = 2
STUDIES_PER_PATIENT = 2
PIXEL_DATA = 0x7FE00010
PER_FRAME_GROUPS = 0x52009230
NOISY_FRAMES = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of image looks like."""

    sop_class: str
    facts: dict[str, str]
    pages: tuple[str, ...]
    vendors: tuple[str, ...]
    rows: int
    columns: int
    shortest_series: int
    longest_series: int
    frames: int = 1
    samples: int = 1

    @property
    def frame_bytes(self) -> int:
        return self.rows * self.columns * (3 if self.samples == 3 else 2)


KINDS = {
    "ct": Kind(
        "1.2.840.10008.5.1.4.1.1.2",
        {"modality": "CT", "body_part": "CHEST", "image_blob": "3200", "series_blob": "6100"},
        ("common", "ct"),
        ("vendor_small", "vendor_blobs"),
        512,
        512,
        20,
        40,
    ),
    "mr": Kind(
        "1.2.840.10008.5.1.4.1.1.4",
        {"modality": "MR", "body_part": "KNEE", "image_blob": "9800", "series_blob": "22500"},
        ("common", "mr"),
        ("vendor_blobs",),
        256,
        256,
        20,
        40,
    ),
    "multiframe": Kind(
        "1.2.840.10008.5.1.4.1.1.3.1",
        {"modality": "US", "body_part": "HEART"},
        ("common", "multiframe"),
        (),
        400,
        560,
        1,
        1,
        frames=60,
        samples=3,
    ),
    "enhanced": Kind(
        "1.2.840.10008.5.1.4.1.1.4.1",
        {"modality": "MR", "body_part": "HEAD", "image_blob": "9800", "series_blob": "22500"},
        ("common", "enhanced"),
        ("vendor_blobs",),
        256,
        256,
        1,
        1,
        frames=200,
    ),
}


@dataclass(frozen=True, slots=True)
class Series:
    """What the instances of a series share."""

    number: int
    length: int
    facts: Facts
    form: Form
    page: Rows
    folder: str


def write_corpus(folder: Path, name: str, files: int, seed: int) -> list[Path]:
    """Write so many files of a kind and return where they are."""
    kind = KINDS[name]
    frames = _noisy_frames(kind, seed)
    paths: list[Path] = []
    for series in _series(kind, seed):
        for index in range(min(series.length, files - len(paths))):
            path = folder / series.folder / f"IM{index + 1:05d}"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                _write_instance(file, kind, series, index, frames)
            paths.append(path)
        if len(paths) == files:
            return paths
    raise AssertionError("series never end")


def _series(kind: Kind, seed: int) -> Iterator[Series]:
    number = 0
    while True:
        study_number = number // SERIES_PER_STUDY
        patient_number = study_number // STUDIES_PER_PATIENT
        chance = randomness(seed, "series", number)
        patient = patient_facts(seed, patient_number)
        study = study_facts(seed, study_number, patient, kind.facts["modality"])
        vendor = kind.vendors[study_number % len(kind.vendors)] if kind.vendors else None
        maker = "GE MEDICAL SYSTEMS" if vendor == "vendor_small" else "SIEMENS"
        facts = Facts(
            patient
            | study
            | kind.facts
            | {
                "sop_class": kind.sop_class,
                "manufacturer": maker,
                "model": f"{maker.split(maxsplit=1)[0]} {kind.facts['modality']} 3",
                "series_scope": f"{seed}/series/{number}",
                "series_number": str(number + 1),
                "series_description": f"{kind.facts['body_part']} axial {number % SERIES_PER_STUDY + 1}",
                "series_time": f"{study['study_time'][:4]}{number % 60:02d}.{chance.randrange(10**6):06d}",
            }
        )
        pages = [read_rows(page) for page in (*kind.pages, *([vendor] if vendor else []))]
        rows = [row for page in pages for row in page if row.value != "{charset}" or facts["charset"]]
        yield Series(
            number,
            chance.randrange(kind.shortest_series, kind.longest_series + 1),
            facts,
            Form(
                explicit=kind.frames > 1 or number % IMPLICIT_EVERY != 1,
                undefined_lengths=number % 2 == 0,
                codec="utf-8" if facts["charset"] == "ISO_IR 192" else "latin-1",
            ),
            rows,
            f"patient{patient_number + 1:03d}/study{study_number + 1:03d}/series{number + 1:03d}",
        )
        number += 1


def _write_instance(file: BinaryIO, kind: Kind, series: Series, index: int, frames: list[bytes]) -> None:
    chance = randomness(series.facts["series_scope"], "instance", index)
    current = chance.randrange(90, 420)
    facts = Facts(
        series.facts
        | {
            "slice_scope": f"{series.facts['series_scope']}/{index}",
            "number": str(index + 1),
            "z": f"{-120 - 1.25 * index:.2f}",
            "slice_time": f"{series.facts['series_time'][:6]}.{index * 7919 % 10**6:06d}",
            "table_height": f"{140 + chance.random():.6f}",
            "current": str(current),
            "exposure": str(current // 2),
            "dose": f"{current / 31:.5f}",
        }
    )
    rows = fill([*series.page, *_image_pixel(kind)], facts, chance.randbytes)
    if kind is KINDS["enhanced"]:
        rows.append(Row(PER_FRAME_GROUPS, "SQ", list(_functional_groups(kind.frames, facts))))
    file.write(part_10(rows, kind.sop_class, facts["slice_uid_1"], series.form))
    vr = "OB" if kind.samples == 3 and series.form.explicit else "OW"
    file.write(element_header(PIXEL_DATA, vr, kind.frames * kind.frame_bytes, series.form))
    turned = index * 3 % kind.rows * (kind.frame_bytes // kind.rows)
    for number in range(kind.frames):
        frame = frames[(number + index) % len(frames)]
        file.write(frame[turned:] + frame[:turned])


def _functional_groups(frames: int, facts: Facts) -> Iterator[Rows]:
    page = read_rows("frame")
    for number in range(frames):
        here = {
            "frame": str(number + 1),
            "frame_z": f"{-120 + 1.2 * number:.2f}",
            "frame_time": f"{facts['slice_time'][:6]}.{number * 41500 % 10**6:06d}",
            "frame_scope": f"{facts['slice_scope']}/{number}",
        }
        yield fill(page, Facts(facts | here), bytes)


def _image_pixel(kind: Kind) -> Rows:
    """The Image Pixel Module without its pixels (PS3.3 C.7.6.3)."""
    colour = kind.samples == 3
    stored = 8 if colour else 12
    rows = [
        (0x00280002, "US", kind.samples),
        (0x00280004, "CS", "RGB" if colour else "MONOCHROME2"),
        (0x00280010, "US", kind.rows),
        (0x00280011, "US", kind.columns),
        (0x00280100, "US", 8 if colour else 16),
        (0x00280101, "US", stored),
        (0x00280102, "US", stored - 1),
        (0x00280103, "US", 0),
    ]
    if colour:
        rows.append((0x00280006, "US", 0))
    if kind.frames > 1:
        rows.append((0x00280008, "IS", kind.frames))
    else:
        rows.append((0x00280030, "DS", "0.742188\\0.742188"))
    return [Row(tag, vr, str(value)) for tag, vr, value in rows]


def _noisy_frames(kind: Kind, seed: int) -> list[bytes]:
    """Frames of noise in as many bits as are stored; slices turn them by some rows."""
    below_16 = bytes(value % 16 for value in range(256))
    frames = []
    for number in range(NOISY_FRAMES):
        frame = bytearray(randomness(seed, "frame", number).randbytes(kind.frame_bytes))
        if kind.samples == 1:
            frame[1::2] = frame[1::2].translate(below_16)
        frames.append(bytes(frame))
    return frames


def main() -> None:
    """Write the corpus that the command line asks for, and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", metavar="OUT", type=Path, help="a folder, which may be new")
    parser.add_argument("--kind", choices=KINDS, default="ct")
    parser.add_argument("--files", metavar="N", type=int, default=200)
    parser.add_argument("--seed", metavar="S", type=int, default=1)
    arguments = parser.parse_args()
    paths = write_corpus(arguments.out, arguments.kind, arguments.files, arguments.seed)
    size = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} files of {size / len(paths) / 1000:,.0f} KB")


if __name__ == "__main__":
    main()
