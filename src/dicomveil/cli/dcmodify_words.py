"""What the words of dcmodify mean: its modifications as edits, its options as settings, and those we do not take."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dicomveil.dataset.syntax import BINARY_VRS
from dicomveil.dataset.values.binary import BINARY_VRS as NUMBER_VRS
from dicomveil.dataset.values.binary import unpacked
from dicomveil.editing.addresses import read_address
from dicomveil.editing.edits import Edit, NewUID, Put, PutIfAbsent, Remove, RemovePrivate, Replace
from dicomveil.errors import EditError, UnreadableValue, UsageError
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_WITH_PATH = {
    "-i": "insert",
    "--insert": "insert",
    "-if": "insert-file",
    "--insert-from-file": "insert-file",
    "-m": "modify",
    "--modify": "modify",
    "-mf": "modify-file",
    "--modify-from-file": "modify-file",
    "-ma": "modify-all",
    "--modify-all": "modify-all",
    "-e": "erase",
    "--erase": "erase",
    "-ea": "erase-all",
    "--erase-all": "erase-all",
}
_ALONE = {
    "-ep": RemovePrivate(),
    "--erase-private": RemovePrivate(),
    "-gst": NewUID("StudyInstanceUID"),
    "--gen-stud-uid": NewUID("StudyInstanceUID"),
    "-gse": NewUID("SeriesInstanceUID"),
    "--gen-ser-uid": NewUID("SeriesInstanceUID"),
    "-gin": NewUID("SOPInstanceUID"),
    "--gen-inst-uid": NewUID("SOPInstanceUID"),
}
_SETTINGS = {
    "-nb": "no_backup",
    "--no-backup": "no_backup",
    "-nmu": "no_meta_uid",
    "--no-meta-uid": "no_meta_uid",
    "-ie": "ignore_errors",
    "--ignore-errors": "ignore_errors",
    "-imt": "ignore_missing",
    "--ignore-missing-tags": "ignore_missing",
    "-q": "quiet",
    "--quiet": "quiet",
}
# fmt: off
# What dicomveil does anyway, and what only asks dcmodify for more words.
_AS_IT_IS = frozenset({
    "--backup", "+f", "--read-file", "+fo", "--read-file-only", "-f", "--read-dataset", "-t=", "--read-xfer-auto",
    "+ao", "--accept-odd-length", "+dc", "--enable-correction", "+bd", "--bitstream-deflated", "-nrc",
    "--no-reserv-check", "+F", "--write-file", "+t=", "--write-xfer-same", "+u", "--enable-new-vr", "+g=",
    "--group-length-recalc", "+le", "--length-explicit", "-p=", "--padding-retain", "-v", "--verbose", "-d",
    "--debug",
})
_NOT_TAKEN = frozenset({
    "+fc", "--create-file", "-td", "--read-xfer-detect", "-te", "--read-xfer-little", "-tb", "--read-xfer-big", "-ti",
    "--read-xfer-implicit", "+ae", "--assume-even-length", "-dc", "--disable-correction", "+bz", "--bitstream-zlib",
    "-iun", "--ignore-un-values", "-F", "--write-dataset", "+te", "--write-xfer-little", "+tb", "--write-xfer-big",
    "+ti", "--write-xfer-implicit", "-u", "--disable-new-vr", "+g", "--group-length-create", "-g",
    "--group-length-remove", "-le", "--length-undefined", "-p", "--padding-off", "+p", "--padding-create", "-lc",
    "--log-config",
})
# fmt: on


@dataclass(slots=True)
class Request:
    """What a command line of dcmodify asks for."""

    edits: list[Edit] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    no_backup: bool = False
    no_meta_uid: bool = False
    ignore_errors: bool = False
    ignore_missing: bool = False
    quiet: bool = False


def understood(words: Sequence[str]) -> Request:
    """Read dcmodify's words, which come in any order; modifications keep theirs.

    Raises
    ------
    UsageError
        If a word is no option of dcmodify's, one that is not taken, or something is missing.
    EditError
        If a tag path is none.
    """
    request = Request()
    rest = iter(words)
    for word in rest:
        if word == "--":
            request.files += rest
        elif word in _WITH_PATH:
            path = next(rest, None)
            if path is None:
                raise UsageError(f"{word} needs a tag path")
            request.edits.append(_edit(_WITH_PATH[word], path))
        elif word in _ALONE:
            request.edits.append(_ALONE[word])
        elif word in _SETTINGS:
            setattr(request, _SETTINGS[word], True)
        elif word in ("-ll", "--log-level"):
            next(rest, None)
        elif word not in _AS_IT_IS:
            _check_file(word)
            request.files.append(word)
    if not request.files:
        raise UsageError("no file; see dicomveil dcmodify --help")
    if not request.edits:
        raise UsageError("no modification; see dicomveil dcmodify --help")
    return request


def _check_file(word: str) -> None:
    """Refuse what is an option and no file."""
    if word.startswith("@"):
        raise UsageError("@FILE is not taken: write its words out; see dicomveil dcmodify --help")
    if word in _NOT_TAKEN:
        raise UsageError(f"{word} is not taken: files stay encoded as they are; see dicomveil dcmodify --help")
    if word.startswith("-") or (word.startswith("+") and len(word) <= 4):
        raise UsageError("a word that is no option of dcmodify's; see dicomveil dcmodify --help")


def _edit(kind: str, word: str) -> Edit:
    path, sign, text = word.partition("=")
    path = re.sub(r"(^|\.)RETIRED_", r"\1", path)  # how DCMTK's dictionary marks retired attributes
    if kind in ("modify-all", "erase-all"):
        path = f"**.{path}"
    address = read_address(path)
    if address.steps[0].tag >> 16 in (0x0000, 0x0002):
        raise EditError(f"{path}: dcmodify changes nothing in the groups 0000 and 0002; dicomveil edit does")
    if kind == "insert" and not sign and isinstance(address.steps[-1].item, int):
        return PutIfAbsent(address, None)
    value: object = text
    if kind.endswith("-file"):
        kind, value = kind.removesuffix("-file"), _content(text, address.steps[-1].tag)
    if kind.startswith("modify") and vr_of(address.steps[-1].tag) == "SQ":
        raise EditError(f"{path}: a sequence has no value that could be modified")
    match kind:
        case "insert":
            return Put(address, value)
        case "modify" | "modify-all":
            return Replace(address, value or b"")  # nothing is a value too: it empties no sequence
        case _:
            return Remove(address)


def _content(path: str, tag: int) -> object:
    """Return the content of a file as the value of an attribute: text, or what the bytes mean in little endian."""
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except OSError:
        raise UsageError("the file with a value cannot be read") from None
    vr = vr_of(tag) or "UN"
    if vr in BINARY_VRS or vr == "UN" or "OW" in vr:
        return raw
    if vr in NUMBER_VRS or vr == "US or SS":
        return _numbers(raw, vr.partition(" ")[0])
    return raw.decode("utf-8", "surrogateescape").rstrip("\r\n\0")


def _numbers(raw: bytes, vr: str) -> list[object]:
    try:
        return list(unpacked(raw, vr, little_endian=True))
    except UnreadableValue:
        raise UsageError("the file with a value does not hold whole numbers of its attribute") from None
