"""Every error dicomveil raises, in one tree.

    DicomveilError
    ├── RecipeError                 a recipe is wrong; lists every problem; before any file is read
    ├── ProjectKeyError             a project key is missing, damaged or readable by others
    │   └── StandInTableError       the same of a table of random stand-ins
    ├── AddressError                a text is no address: at which character, what belongs there
    ├── EditError                   edits that no file can take; lists every problem; before any file is read
    ├── WrongValue                  what an attribute or its VR does not allow: says what would be
    ├── UsageError                  arguments that cannot be carried out together
    ├── ClusterError                a cluster cannot be joined, or is gone
    └── InstanceError               one file; a batch goes on
        ├── NotDicom                no DICOM data set was recognised
        ├── NotUnpacked             it cannot be taken out of its archive: damaged, encrypted
        ├── MalformedDataSet        the encoding is broken: what kind, at which byte
        │   └── LimitExceeded       deeper, longer or more than we are willing to read
        ├── UnreadableValue         a value is not what its VR promises
        │   ├── UnreadableDate
        │   ├── UnreadableText
        │   └── UnwritableValue     a Python value cannot be encoded
        ├── SourceChanged           it became another while it was read
        ├── Refused                 it cannot be made safe: a reason code
        ├── EditRefused             an edit that this file cannot take: the address, why
        ├── FailedCheck             the finished output did not pass a check
        │   ├── ResidueFound        something of the original is left
        │   └── BrokenInstance      the output cannot be read to its last byte
        └── NotWritten              the target could not be made
            ├── TargetExists
            │   └── SameThere       and holds the very bytes that would have been written
            ├── BackupExists        of an edit in place: an earlier one's backup is in the way
            └── NoSpace             nothing more can be written there for now

No message, attribute or cause holds a value of a data set or the path of one: where, what kind, and how long, never
what. A recipe is named as its user named it.
"""

from __future__ import annotations

from dataclasses import dataclass


class DicomveilError(Exception):
    """Root of everything dicomveil raises on purpose."""


@dataclass(frozen=True, slots=True)
class RecipeProblem:
    """One thing wrong in a recipe: where it stands and what would be right.

    ``file`` is empty for what was made in Python, ``key`` for what is wrong with a whole file.
    """

    file: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (where, self.key, self.message) if part)


class RecipeError(DicomveilError):
    """A recipe cannot be used; ``problems`` lists everything wrong with it at once."""

    def __init__(self, problems: tuple[RecipeProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class ProjectKeyError(DicomveilError):
    """A project key is missing, damaged, or readable by others."""


class StandInTableError(ProjectKeyError):
    """A table of random stand-ins is damaged, reachable by others, or belongs to another key."""


class AddressError(DicomveilError, ValueError):
    """A text is no address: ``expected`` says what belongs at ``position`` (counted from 0)."""

    def __init__(self, expected: str, position: int) -> None:
        super().__init__(f"expected {expected} at character {position + 1}")
        self.expected = expected
        self.position = position


class EditError(DicomveilError, ValueError):
    """Edits that no file can take; ``problems`` lists what is wrong, each with the address as it was written.

    Values are never repeated; misspelt names are, since they are no values.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class WrongValue(DicomveilError, ValueError):
    """A value that an attribute cannot have (PS3.5 6.2, PS3.6); ``reason`` says what is allowed, never the value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UsageError(DicomveilError):
    """Arguments that cannot be carried out, or not together."""


class ClusterError(DicomveilError):
    """A cluster cannot be joined, is gone, or its workers cannot do what is asked of them."""


class InstanceError(DicomveilError):
    """One file cannot be read, de-identified or written; others can.

    ``code`` is a short stable word for tables and reports.
    """

    code = "failed"


class NotDicom(InstanceError):
    """No DICOM data set was recognised at the start of the file (PS3.10 7.1); the message may say what it is."""

    code = "not-dicom"

    def __init__(self, message: str = "not a DICOM file") -> None:
        super().__init__(message)


class NotUnpacked(InstanceError):
    """An archive cannot be read, or a file cannot be taken out of it; what else is in it may be fine."""

    code = "not-unpacked"


class MalformedDataSet(InstanceError):
    """The encoding is broken (PS3.5 7): ``kind`` says how, ``offset`` at which byte of the (inflated) file."""

    code = "malformed"

    def __init__(self, kind: str, offset: int) -> None:
        super().__init__(f"{kind} at byte {offset}")
        self.kind = kind
        self.offset = offset


class LimitExceeded(MalformedDataSet):
    """More levels, elements or bytes than the reader accepts; protects time and memory."""

    code = "limit-exceeded"


class UnreadableValue(InstanceError):
    """A value is not what its VR promises (PS3.5 6.2)."""

    code = "unreadable-value"

    def __init__(self, vr: str, length: int) -> None:
        super().__init__(f"unreadable {vr} value of {length} bytes")
        self.vr = vr
        self.length = length


class UnreadableDate(UnreadableValue):
    """No calendar date can be read, or the result would leave years 1 to 9999."""

    def __init__(self, length: int) -> None:
        super().__init__("date", length)


class UnreadableText(UnreadableValue):
    """The bytes are no text in the data set's Specific Character Set (PS3.3 C.12.1.1.2)."""

    def __init__(self, length: int) -> None:
        super().__init__("text", length)


class UnwritableValue(UnreadableValue):
    """A Python value cannot be encoded in this VR and character set."""


class SourceChanged(InstanceError):
    """The file became another while it was read; what was made of it is thrown away."""

    code = "source-changed"

    def __init__(self) -> None:
        super().__init__("it changed while it was read")


class Refused(InstanceError):
    """The instance cannot be made safe; nothing is written. ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class EditRefused(InstanceError):
    """An edit that this file cannot take; nothing of the list is done to it then."""

    code = "edit-refused"

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"{address}: {reason}")
        self.address = address
        self.reason = reason


class FailedCheck(InstanceError):
    """The finished output did not pass a check and was not published."""

    code = "failed-check"


class ResidueFound(FailedCheck):
    """Something of the original is left: ``address`` says where, ``kind`` what sort."""

    code = "residue"

    def __init__(self, kind: str, address: str) -> None:
        super().__init__(f"{kind} of the original left at {address}")
        self.kind = kind
        self.address = address


class BrokenInstance(FailedCheck):
    """The output cannot be read to its last byte."""

    code = "broken-output"


class NotWritten(InstanceError):
    """The target could not be made; nothing stands under its name."""

    code = "not-written"


class TargetExists(NotWritten):
    """The target is there already and overwriting was not asked for."""

    code = "target-exists"

    def __init__(self) -> None:
        super().__init__("the target exists already")


class SameThere(TargetExists):
    """The target is there already and is, to the last byte, what would have been written."""


class BackupExists(NotWritten):
    """The backup of an earlier edit in place is there; the file is as it was."""

    code = "backup-exists"

    def __init__(self) -> None:
        super().__init__("a backup of an earlier edit is there already; move it away, or do without a backup")


class NoSpace(NotWritten):
    """The disk, or what its user may have of it, is full."""
