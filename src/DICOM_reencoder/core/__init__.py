"""Load and save data sets, and what the documented functions share."""

from DICOM_reencoder.core.datasets import load_dataset, save_dataset

__all__ = ["load_dataset", "save_dataset"]
