"""Build dicomveil's tables of the standard from its sources, or check that they are what the sources give.

The sources are CSV files drawn from PS3.15 2026d and PS3.3 2026b (their MANIFEST.json pins each by SHA-256)
and the data dictionary and UID registry of one version of pydicom. The same sources give the same bytes on
any machine. Usage:

    python tools/build_standard_tables.py [--from FOLDER_OF_CSV] [--to FOLDER_OF_JSON] [--check]

Exit codes: 0 written, or nothing differs; 1 with --check: files differ, and are named; 2 the sources are not
the pinned ones.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PYDICOM = "3.0.2"
TYPES_EDITION = "2026b"
TYPE_STRENGTH = ("1", "1C", "2", "2C", "3")
CONFLICT_OUTCOMES = {("X", "1"): "D", ("X", "2"): "Z", ("Z", "1"): "D"}
OPTIONS_FROM = "retain_safe_private"  # the first column of Table E.1-1 that is an option

# Registered in PS3.6 Annex A after the registry of pydicom 3.0.2 was drawn.
NEWER_SOP_CLASSES = {
    "1.2.840.10008.5.1.4.1.1.9.100.1": "Waveform Presentation State Storage",
    "1.2.840.10008.5.1.4.1.1.9.100.2": "Waveform Acquisition Presentation State Storage",
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation Storage",
    "1.2.840.10008.5.1.4.1.1.66.8": "Height Map Segmentation Storage",
}
NEWER_TRANSFER_SYNTAXES = {
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
}
# PS3.5 Annex A and PS3.6 Annex A: how a transfer syntax departs from plain Explicit VR Little Endian.
NOT_A_DATA_SET = {"1.2.840.10008.1.2.6.1", "1.2.840.10008.1.2.6.2"}  # MIME and XML, retired
IMPLICIT_VR = {"1.2.840.10008.1.2", "1.2.840.10008.1.20"}
BIG_ENDIAN = {"1.2.840.10008.1.2.2"}
REFERENCED_PIXELS = {f"1.2.840.10008.1.2.4.{n}" for n in (94, 95, 204, 205)}
DEFLATED = {"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"}
ENCAPSULATED = re.compile(r"1\.2\.840\.10008\.1\.2\.(1\.98|4\..+|5|8\.1)")

Table = dict[str, Any]


class SourceError(Exception):
    """A source is missing, or not the one that MANIFEST.json or this script pins."""


class Sources:
    """The pinned CSV files of one folder, read once and remembered with their checksums."""

    def __init__(self, folder: Path) -> None:
        try:
            manifest = json.loads((folder / "MANIFEST.json").read_bytes())
        except OSError:
            raise SourceError("MANIFEST.json is not in the source folder") from None
        self.folder = folder
        self.edition: str = manifest["edition"]
        self.files: dict[str, dict[str, Any]] = manifest["files"]

    def rows(self, name: str) -> list[dict[str, str]]:
        path = self.folder / name
        raw = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(raw).hexdigest() != self.files[name]["sha256"]:
            raise SourceError(f"{name} does not have the SHA-256 of MANIFEST.json")
        text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("utf-8")
        return list(csv.DictReader(text.splitlines()))

    def stamp(self, *names: str, **further: str) -> Table:
        sources = {name: self.files[name]["sha256"] for name in names} | further
        return {
            "edition": self.edition,
            "acknowledgement": f"DICOM PS3.15 {self.edition}, (c) NEMA",
            "sources": sources,
        }


def build(sources: Sources) -> dict[str, bytes]:
    """Every data file by name."""
    return {name: encoded(table) for name, table in tables(sources)}


def tables(sources: Sources) -> Iterator[tuple[str, Table]]:
    vr, keywords, attributes = dictionary_tables(sources)
    yield "vr.json", vr
    yield "keywords.json", keywords
    yield "attributes.json", attributes
    yield "profile.json", profile_table(sources)
    yield "types.json", types_table(sources)
    yield "required.json", required_table(sources)
    yield "conflicts.json", conflicts_table(sources)
    yield "unlisted.json", unlisted_table(sources)
    yield "safe_private.json", safe_private_table(sources)
    yield "methods.json", methods_table(sources)
    yield "uids.json", uids_table(sources)


def dictionary_tables(sources: Sources) -> tuple[Table, Table, Table]:
    """PS3.6: pydicom's dictionary, corrected and completed by the rows of Table E.1-1."""
    from pydicom import _dicom_dict as pydicom_dict

    entries = {tag: (e[4], e[0], e[1], e[3] != "", e[2]) for tag, e in pydicom_dict.DicomDictionary.items()}
    profile = {row["tag"]: row for row in sources.rows("confidentiality_profile.csv")}
    for row in sources.rows("profile_vr.csv"):
        if re.fullmatch("[0-9A-F]{8}", row["tag"]):
            of_table = profile[row["tag"]]
            retired, name = of_table["retired"] == "Y", of_table["name"]
            entries[int(row["tag"], 16)] = (row["keyword"], row["vr"], row["vm"], retired, name)
    in_order = sorted(entries.items())
    stamp = sources.stamp("confidentiality_profile.csv", "profile_vr.csv", **pydicom_source(pydicom_dict))
    vr = {"stamp": stamp, "vr": grouped((vr, tag) for tag, (_, vr, *_) in in_order)}
    keywords = {
        "stamp": stamp,
        "keywords": {keyword: tag for tag, (keyword, *_) in in_order if keyword},
        "repeating": [
            [pattern.replace("X", "x"), e[4], e[0], e[1], int(e[3] != ""), e[2]]
            for pattern, e in sorted(pydicom_dict.RepeatersDictionary.items())
        ],
    }
    attributes = {
        "stamp": stamp,
        "vm": grouped((vm, tag) for tag, (_, _, vm, _, _) in in_order if vm != "1"),
        "retired": [tag for tag, (_, _, _, retired, _) in in_order if retired],
        "names": {f"{tag:08X}": name for tag, (keyword, *_, name) in in_order if name != spaced(keyword)},
    }
    return vr, keywords, attributes


def spaced(keyword: str) -> str:
    """The name that a keyword suggests; ``standard/dictionary.py`` says it the same way."""
    return re.sub("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", keyword)


def profile_table(sources: Sources) -> Table:
    """Table E.1-1, a row as [tag, keyword, name, retired, in a standard IOD, basic code, {option: code}]."""
    name = "confidentiality_profile.csv"
    rows = sources.rows(name)
    columns = list(rows[0])
    options = columns[columns.index(OPTIONS_FROM) :]
    table = [
        [
            *(row[column] for column in ("tag", "keyword", "name")),
            *(int(row[column] == "Y") for column in ("retired", "in_std_comp_iod")),
            row["basic"],
            {option: row[option] for option in options if row[option]},
        ]
        for row in rows
    ]
    return {"stamp": sources.stamp(name), "options": options, "rows": table}


def types_table(sources: Sources) -> Table:
    """What a compound or conflicting code comes to at a path, grouped by the SOP classes where it does."""
    compound, types = "compound_resolution.csv.gz", "sop_class_attribute_types.csv.gz"
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in sources.rows(compound):
        found[row["path"], row["action_any"].replace("C!", "U")].add(row["sop_class_uid"])
    basic = {row["tag"]: row["basic"] for row in sources.rows("confidentiality_profile.csv")}
    for (uid, path, tag), strongest in strongest_types(sources.rows(types)).items():
        outcome = CONFLICT_OUTCOMES.get((basic[tag], strongest[0]))
        if outcome and "x" not in tag:  # a repeating group goes as a whole
            found[path, outcome].add(uid)
    stamp = sources.stamp("confidentiality_profile.csv", compound, types)
    return {"stamp": stamp | {"types_edition": TYPES_EDITION}, **shared_by_class(found)}


def required_table(sources: Sources) -> Table:
    """Top-level attributes of Table E.1-1 that a mandatory module has as Type 1 or 2."""
    name = "sop_class_attribute_types.csv.gz"
    mandatory = (row for row in sources.rows(name) if row["usage"] == "M" and "." not in row["path"])
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for (uid, _, tag), strongest in strongest_types(mandatory).items():
        if strongest in {"1", "2"} and "x" not in tag:
            found[int(tag, 16), strongest].add(uid)
    return {"stamp": sources.stamp(name) | {"types_edition": TYPES_EDITION}, **shared_by_class(found)}


def strongest_types(rows: Iterable[dict[str, str]]) -> dict[tuple[str, str, str], str]:
    strongest: dict[tuple[str, str, str], str] = {}
    for row in rows:
        key = row["sop_class_uid"], row["path"], row["tag"]
        strongest[key] = min(strongest.get(key, "3"), row["type"], key=TYPE_STRENGTH.index)
    return strongest


def shared_by_class(found: dict[tuple[Any, str], set[str]]) -> Table:
    """Keep each set of SOP classes once: [classes as bits in hexadecimal, {value: [keys]}]."""
    classes = sorted(set().union(*found.values()), key=uid_order)
    bit = {uid: 1 << place for place, uid in enumerate(classes)}
    groups: dict[int, list[tuple[str, Any]]] = defaultdict(list)
    for (key, value), uids in found.items():
        groups[sum(bit[uid] for uid in uids)].append((value, key))
    return {
        "sop_classes": classes,
        "groups": [[f"{bits:x}", grouped(sorted(pairs))] for bits, pairs in sorted(groups.items())],
    }


def conflicts_table(sources: Sources) -> Table:
    name = "action_type_conflicts.csv"
    counted = {"iods", "top_level_iods"}
    rows = [[int(v) if c in counted else v for c, v in row.items()] for row in sources.rows(name)]
    return {"stamp": sources.stamp(name) | {"types_edition": TYPES_EDITION}, "rows": rows}


def unlisted_table(sources: Sources) -> Table:
    name = "unlisted_by_vr.csv"
    roles = grouped((row["role"], int(row["tag"], 16)) for row in sources.rows(name))
    return {"stamp": sources.stamp(name), "roles": roles}


def safe_private_table(sources: Sources) -> Table:
    """Table E.3.10-1, a row as [creator, group, low byte of the element, VR, VM, name]."""
    name = "safe_private.csv"
    rows = [
        [
            row["private_creator"],
            int(row["group"], 16),
            int(row["element_pattern"].removeprefix("xx"), 16),
            row["vr"].replace("OW/OB", "OB or OW"),
            row["vm"],
            row["name"],
        ]
        for row in sources.rows(name)
    ]
    return {"stamp": sources.stamp(name), "rows": rows}


def methods_table(sources: Sources) -> Table:
    name = "deid_method_codes.csv"
    columns = ("code_value", "coding_scheme", "code_meaning", "profile_column", "ps315_section")
    return {"stamp": sources.stamp(name), "rows": [[row[c] for c in columns] for row in sources.rows(name)]}


def uids_table(sources: Sources) -> Table:
    """Storage SOP classes; transfer syntaxes as [name, implicit, little endian, deflated, encapsulated]."""
    from pydicom import _uid_dict as registry

    of_kind: dict[str, dict[str, str]] = defaultdict(dict)
    for uid, (name, kind, *_) in registry.UID_dictionary.items():
        of_kind[kind][uid] = name.removesuffix(" SOP Class")
    stored = {u: n for u, n in of_kind["SOP Class"].items() if re.search("Storage(?! Commitment)", n)}
    sop_classes = stored | NEWER_SOP_CLASSES
    retired = [uid for uid in stored if registry.UID_dictionary[uid][3]]
    syntaxes = of_kind["Transfer Syntax"] | NEWER_TRANSFER_SYNTAXES
    return {
        "stamp": sources.stamp(**pydicom_source(registry)),
        "sop_classes": {uid: sop_classes[uid] for uid in sorted(sop_classes, key=uid_order)},
        "retired": sorted(retired, key=uid_order),
        "transfer_syntaxes": {
            uid: [syntaxes[uid], *(int(flag) for flag in encoding_of(uid))]
            for uid in sorted(syntaxes.keys() - NOT_A_DATA_SET, key=uid_order)
        },
    }


def encoding_of(uid: str) -> tuple[bool, bool, bool, bool]:
    encapsulated = ENCAPSULATED.fullmatch(uid) is not None and uid not in REFERENCED_PIXELS
    return uid in IMPLICIT_VR, uid not in BIG_ENDIAN, uid in DEFLATED, encapsulated


def grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for group, member in pairs:
        groups.setdefault(group, []).append(member)
    return groups


def uid_order(uid: str) -> tuple[int, ...]:
    return tuple(map(int, uid.split(".")))


def pydicom_source(module: Any) -> dict[str, str]:
    path = Path(module.__file__)
    return {f"pydicom {PYDICOM} {path.name}": hashlib.sha256(path.read_bytes()).hexdigest()}


def encoded(table: Table) -> bytes:
    """Compact JSON, one row a line, so that an edition's changes read well in a diff."""
    parts = (f"{compact(key)}:{lines_of(value)}" for key, value in table.items())
    return ("{" + ",\n".join(parts) + "}\n").encode("utf-8")


def lines_of(value: Any) -> str:
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"{compact(k)}:{compact(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list) and value and not isinstance(value[0], int):
        return "[\n" + ",\n".join(map(compact, value)) + "]"
    return compact(value)


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def differing(built: dict[str, bytes], folder: Path) -> list[str]:
    """Names of the data files that are not, byte for byte, what was built; too many count as well."""
    names = built.keys() | {path.name for path in folder.glob("*.json")}
    return sorted(n for n in names if not (folder / n).is_file() or (folder / n).read_bytes() != built.get(n))


def require_pydicom() -> None:
    import pydicom

    if pydicom.__version__ != PYDICOM:
        raise SourceError(f"pydicom is {pydicom.__version__}; the tables are built from {PYDICOM}")


def main() -> int:
    home = Path(__file__).resolve().parents[1]
    parser = argparse.ArgumentParser(description="Build or check dicomveil's tables of the standard.")
    parser.add_argument("--from", dest="source", type=Path, default=home.parent / "shared" / "standard")
    parser.add_argument("--to", dest="target", type=Path, default=home / "src/dicomveil/standard/data/2026d")
    parser.add_argument("--check", action="store_true", help="write nothing; name the files that differ")
    arguments = parser.parse_args()
    try:
        require_pydicom()
        built = build(Sources(arguments.source))
    except SourceError as problem:
        print(problem, file=sys.stderr)
        return 2
    if arguments.check:
        different = differing(built, arguments.target)
        print("\n".join(different) or "the data files are what the sources give")
        return 1 if different else 0
    arguments.target.mkdir(parents=True, exist_ok=True)
    for name, content in built.items():
        (arguments.target / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
