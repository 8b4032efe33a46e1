"""The house stands as it is drawn: floors, captions, names, and who may print."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src"
PRODUCT = SRC / "dicomveil"
FACADE = SRC / "DICOM_reencoder"
MODULES = sorted(SRC.rglob("*.py"))
FACES = ("cli", "web", "gateway")
FACADE_MAY_IMPORT = {"dicomveil", "DICOM_reencoder", "pydicom"}
FACADE_MAY_NOT_IMPORT = tuple(f"dicomveil.{face}" for face in FACES)
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}

every_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())


def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def imports_of(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def floors() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["type"] == "layers" and "containers" not in each]
    return [name.strip(" ()") for layer in layers for name in layer.split("|")]


def is_in_a_face(module: Path) -> bool:
    inside = module.relative_to(SRC).parts
    return inside[0] == FACADE.name or (len(inside) > 1 and inside[1] in FACES)


def test_every_contract_about_imports_is_kept():
    script = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    verdict = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PYTHONPATH": str(SRC), "PATH": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert " 0 broken" in verdict.stdout


def test_every_package_stands_on_a_floor():
    standing = set(floors())
    inside = {path.stem for path in PRODUCT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert {f"dicomveil.{name}" for name in inside - {"__init__", "__main__"}} <= standing


def test_the_drawing_of_the_floors_has_every_floor():
    page = (ROOT / "docs/decisions/0001-one-house-several-floors.md").read_text(encoding="utf-8")
    drawing = page.split("```")[1].replace("│", " ").split()
    assert {name.removeprefix("dicomveil.") for name in floors()} <= set(drawing)


@pytest.mark.skipif(not FACADE.exists(), reason="the documented names have been taken away")
def test_the_documented_names_stand_on_the_library_alone():
    for module in FACADE.rglob("*.py"):
        for name in imports_of(module):
            top = name.partition(".")[0]
            assert top in FACADE_MAY_IMPORT or top in sys.stdlib_module_names, f"{module.name} imports {name}"
            assert not name.startswith(FACADE_MAY_NOT_IMPORT), f"{module.name} imports {name}"


@every_module
def test_a_module_begins_with_a_caption_of_one_line(module):
    docstring = ast.get_docstring(tree_of(module))
    assert docstring, "no caption"
    assert docstring.splitlines()[0].endswith((".", ":")), "the caption is no sentence"
    assert not docstring.startswith(module.name), "the caption repeats the file's name"


@every_module
def test_a_module_says_what_it_is_about(module):
    assert not SAYS_NOTHING & set(module.relative_to(SRC).with_suffix("").parts)


@pytest.mark.parametrize(
    "module",
    [path for path in MODULES if not is_in_a_face(path)],
    ids=lambda path: path.relative_to(SRC).as_posix(),
)
def test_only_faces_print_leave_or_read_the_environment(module):
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"print", "input", "exit", "quit"}, f"line {node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            spelled = f"{node.value.id}.{node.attr}"
            assert spelled not in {"sys.exit", "os.environ", "os.getenv", "os._exit"}, f"line {node.lineno}"


@pytest.mark.parametrize(
    "package",
    sorted({path.parent for path in MODULES}),
    ids=lambda path: path.relative_to(SRC).as_posix(),
)
def test_every_folder_of_modules_is_a_package(package):
    assert (package / "__init__.py").exists()


@pytest.mark.parametrize("package", [PRODUCT, FACADE], ids=lambda path: path.name)
def test_types_are_published(package):
    if not package.exists():
        pytest.skip("the documented names have been taken away")
    assert (package / "py.typed").exists()
