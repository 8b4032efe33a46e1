"""Take dcmanon over a folder, as it has no command for one: ``drive_dcmanon.py IN OUT``."""

from __future__ import annotations

import sys
from pathlib import Path

from dcmanon import Anonymizer  # type: ignore[import-not-found]

source, out = Path(sys.argv[1]), Path(sys.argv[2])
anonymizer = Anonymizer()
for path in source.rglob("*"):
    if path.is_file():
        target = out / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(anonymizer.anonymize(str(path)))
