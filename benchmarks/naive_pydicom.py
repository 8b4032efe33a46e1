"""De-identify a folder the plain way, pydicom's read, walk and save: ``naive_pydicom.py IN OUT``."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

from pydicom import dcmread
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset


def act(dataset: Dataset, element: DataElement) -> None:
    """Remove private elements, empty names and free text, move dates to New Year, replace instance UIDs."""
    if element.tag.is_private:
        del dataset[element.tag]
    elif element.VR in ("PN", "LO", "LT", "SH", "ST", "UT", "AE", "TM"):
        element.value = ""
    elif element.VR in ("DA", "DT") and element.value:
        element.value = str(element.value)[:4] + "0101"
    elif element.VR == "UI" and not str(element.value).startswith("1.2.840.10008."):
        element.value = "2.25." + str(int.from_bytes(sha256(element.value.encode()).digest()[:16], "big"))


source, out = Path(sys.argv[1]), Path(sys.argv[2])
for path in sorted(path for path in source.rglob("*") if path.is_file()):
    dataset = dcmread(path)
    dataset.walk(act)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    target = out / path.relative_to(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(target, enforce_file_format=True)
