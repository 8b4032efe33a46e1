"""Other tools to measure beside dicomveil, where they are installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from measure import Command

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool, how it is called (None: not installed) and how many times faster dicomveil has to be."""

    name: str
    command: Command | None
    times_faster: float


def find_peers(scratch: Path, dcmanon_python: str | None) -> list[Peer]:
    """Look for every peer; ``scratch`` gets the certificate that gdcmanon asks for."""
    return [
        Peer("pydicom walk", _pydicom(), 15.0),
        Peer("gdcmanon", _gdcmanon(scratch), 1.0),
        Peer("dcmanon", _dcmanon(dcmanon_python), 1.0),
    ]


def _pydicom() -> Command | None:
    if importlib.util.find_spec("pydicom") is None:
        return None
    return lambda source, out: (sys.executable, str(HERE / "naive_pydicom.py"), str(source), str(out))


def _gdcmanon(scratch: Path) -> Command | None:
    if shutil.which("gdcmanon") is None or shutil.which("openssl") is None:
        return None
    certificate = str(scratch / "certificate.pem")
    make = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=benchmark")
    subprocess.run([*make, "-keyout", os.devnull, "-out", certificate], check=True, capture_output=True)
    return lambda source, out: ("gdcmanon", "-e", "-c", certificate, "-r", "-i", str(source), "-o", str(out))


def _dcmanon(python: str | None) -> Command | None:
    if python is None or shutil.which(python) is None:
        return None
    if subprocess.run([python, "-c", "import dcmanon"], check=False, capture_output=True).returncode != 0:
        return None
    return lambda source, out: (python, str(HERE / "drive_dcmanon.py"), str(source), str(out))
