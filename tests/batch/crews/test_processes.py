"""The processes of a crew: what reaches them, and what they do not touch."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import forkserver
from pathlib import Path

import pytest

from builders import dicom_file
from dicomveil.batch.crews.crew import crew_of
from engine.instances import with_elements

SRC = Path(__file__).parents[3] / "src"
PROGRAM = "if __name__ == '__main__':\n    from dicomveil.cli import main\n    raise SystemExit(main())\n"
POSIX = pytest.mark.skipif(os.name != "posix", reason="processes are started otherwise here")


@POSIX
@pytest.mark.parametrize("command", [["deidentify", ".", "../out"], ["survey", "."]], ids=lambda words: words[0])
def test_a_program_that_lies_among_the_inputs_is_not_run(tmp_path: Path, command: list[str]) -> None:
    export = tmp_path / "export"
    mark = tmp_path / "mark"
    export.mkdir()
    for number in (1, 2):
        (export / f"{number}.dcm").write_bytes(dicom_file(with_elements(instance=f"1.2.3.4.5.{number}")))
    for module in ("signal", "socket", "selectors"):
        (export / f"{module}.py").write_text(
            f"open({str(tmp_path / 'mark')!r}, 'a').write('run')\nraise SystemExit(9)\n"
        )
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, tmp_path / "program.py", *command, "-j", "2"],
        cwd=export,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert not mark.exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")
def test_ctrl_c_does_not_reach_the_processes_that_are_still_starting() -> None:
    crew = crew_of(2)
    try:
        worker = crew.submit(os.getpid).result()
        server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        for process in (worker, server):
            status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
            blocked = next(line for line in status.splitlines() if line.startswith("SigBlk:"))
            assert int(blocked.split()[1], 16) & 2
    finally:
        crew.close()
