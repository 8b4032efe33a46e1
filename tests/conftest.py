"""What all tests share: the folder of real files, where there is one, and how hypothesis behaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

CHECKOUT = Path(__file__).parent.parent
CORPUS = CHECKOUT.parent / "shared" / "corpus"

settings.register_profile("dicomveil", deadline=None, print_blob=True, derandomize=True)  # one tree, one verdict
settings.register_profile("explore", deadline=None, print_blob=True, max_examples=2000)  # make explore
settings.load_profile("dicomveil")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real DICOM files beside the checkout; read only."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real files (../shared/corpus) is not beside the checkout")
    return CORPUS
