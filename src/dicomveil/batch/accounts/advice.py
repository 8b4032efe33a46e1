"""What became of a file, code by code: what each code means, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    """What a code means, and what to do; backquotes stand around what is typed."""

    meaning: str
    to_do: str


ADVICE = {
    code: Advice(meaning, to_do)
    for code, meaning, to_do in (
        ("done", "its copy is written and checked", "look at it first if it is among *pixels not checked*"),
        (
            "skipped",
            "it is no DICOM file, a DICOMDIR, or an archive that is not looked into; no failure",
            "nothing; unpack archives that the table names",
        ),
        (
            "target-exists",
            "its copy was there already; *there already* in the table",
            "nothing; `--overwrite` makes it anew",
        ),
        (
            "duplicate",
            "another file with the same SOP Instance UID has the copy; its number is named",
            "compare the two; one of them has a copy",
        ),
        (
            "malformed",
            "its encoding is broken, at the byte that is named; often a file cut short",
            "export or transfer it again",
        ),
        (
            "limit-exceeded",
            "it is nested deeper, or has more in it, than is read",
            "ask where it comes from; no sound file is known to need more",
        ),
        ("unreadable-value", "a value that everything else depends on cannot be read", "export it again"),
        ("no-sop-class", "nothing says what kind of object it is", "export it again from where it was made"),
        ("no-sop-instance", "nothing tells it from other instances", "export it again from where it was made"),
        (
            "private-sop-class",
            "a manufacturer's own kind of object, for which no profile is defined",
            "leave it out, or export it as a standard object",
        ),
        (
            "unknown-transfer-syntax",
            "its encoding is not one of the standard's",
            "convert it to a standard transfer syntax",
        ),
        (
            "encapsulated-document",
            "it holds a PDF, CDA, STL or the like, which cannot be cleaned yet",
            "leave it out",
        ),
        (
            "encrypted-attributes",
            "it holds encrypted attributes, which nobody can vouch for",
            "have it exported without them",
        ),
        (
            "burned-in-annotation",
            "it is likely to show text in its pixels, and you asked to refuse such files",
            "look at its pixels, then run it without `--refuse-burned-in`",
        ),
        ("already-deidentified", "dicomveil made it", "give it `--again` if it is to be done twice"),
        (
            "edit-refused",
            "(`dicomveil edit`) an edit that this file cannot take: the address and the reason are named",
            "correct the edit, or leave the file out with `--where`",
        ),
        (
            "residue",
            "its copy would still have held something of the original; it was not written",
            "report it, without patient data",
        ),
        (
            "broken-output",
            "its copy could not be read to its last byte; it was not written",
            "run it again; if it stays so, report it",
        ),
        (
            "not-written",
            "the copy could not be written, and the message says why",
            "make space, or see to the rights of the output",
        ),
        (
            "backup-exists",
            "(`dicomveil edit --in-place`) the backup of an earlier edit is there, and is not replaced",
            "move `FILE.bak` away, or delete it; or say `--no-backup`",
        ),
        (
            "not-unpacked",
            "an archive is damaged, or a file in it is damaged, encrypted or packed in an unknown way",
            "get it anew, or unpack it yourself",
        ),
        ("unreadable", "the file, or a folder, could not be opened", "see to its rights, and run it again"),
        (
            "source-changed",
            "it was changed while it was read; nothing was written",
            "run it again when nothing writes to the input",
        ),
        ("target-is-source", "its copy would be the file itself, under another name", "choose another output"),
        ("out-of-memory", "not enough memory for this file", "run it where there is more"),
        (
            "worker-died",
            "processes ended without a word while they had it in hand, at last when it was done alone; it may need "
            "too much memory",
            "look at the file; run it where there is more memory",
        ),
        ("internal-error", "a fault of dicomveil", "report it, without patient data"),
    )
}
"""The table of docs/command-line.md; a test compares the two."""

_UNKNOWN = Advice("a code of another version of dicomveil", "look it up in the documentation of that version")


def advice_on(code: str) -> Advice:
    """Return what a code means and what to do; also of a code that this version does not know."""
    return ADVICE.get(code, _UNKNOWN)
