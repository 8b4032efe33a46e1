"""Data sets made by code, for the tests of the documented API; nobody in them ever lived."""

from __future__ import annotations

from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGBaseline8Bit

ROOT = "1.2.826.0.1.3680043.10.999."
PIXELS = bytes(range(256)) * 2


def ct_slice(**changes: object) -> Dataset:
    """A CT slice of 16 x 16 with everything the documented results speak of; None takes an attribute away."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID = CTImageStorage
    ds.SOPInstanceUID = ROOT + "3.1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = ROOT + "1", ROOT + "2.1", ROOT + "9"
    ds.StudyDate, ds.SeriesDate, ds.AcquisitionDate, ds.ContentDate = ("20240301",) * 2 + ("20240302",) * 2
    ds.StudyTime, ds.AcquisitionDateTime = "101500", "20240302101500.5+0100"
    ds.AccessionNumber, ds.StudyID = "ACC4711", "S1"
    ds.Modality, ds.Manufacturer = "CT", "Makers"
    ds.InstitutionName, ds.InstitutionAddress = "Northfield Hospital", "1 North Road"
    ds.ReferringPhysicianName, ds.PerformingPhysicianName = "Hale^Rita", "Voss^Karl"
    ds.PatientName, ds.PatientID = "Lindqvist^Ida", "NF-0042"
    ds.PatientBirthDate, ds.PatientSex, ds.PatientAge = "19700615", "F", "053Y"
    ds.PatientAddress, ds.PatientTelephoneNumbers = "7 Elm Lane", "555-0117"
    ds.KVP, ds.SliceThickness, ds.PixelSpacing = "120", "2.50", ["0.70", "0.70"]
    ds.ImagePositionPatient, ds.ImageOrientationPatient = ["-90.5", "-90.5", "12.50"], [1, 0, 0, 0, 1, 0]
    ds.SeriesNumber, ds.InstanceNumber = 2, 1
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = 16, 16
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.WindowCenter, ds.WindowWidth, ds.RescaleIntercept, ds.RescaleSlope = "40", "400", "-1024", "1"
    block = ds.private_block(0x0029, "MAKERS PRIVATE", create=True)
    block.add_new(0x10, "LO", "Lindqvist private")
    ds.add_new(0x7FE00010, "OW", PIXELS)
    for keyword, value in changes.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def compressed_slice() -> Dataset:
    """The same with two fragments of encapsulated pixel data; the code stream itself is noise."""
    ds = ct_slice(BitsAllocated=8, BitsStored=8, HighBit=7)
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.add_new(0x7FE00010, "OB", encapsulate([b"\xff\xd8" + bytes(30) + b"\xff\xd9"]))
    ds["PixelData"].is_undefined_length = True
    return ds


def nested(ds: Dataset) -> Dataset:
    """Put names, IDs, UIDs and dates two levels deep."""
    inner = Dataset()
    inner.ReferencedSOPClassUID, inner.ReferencedSOPInstanceUID = CTImageStorage, ROOT + "3.1"
    outer = Dataset()
    outer.PatientName, outer.PatientID, outer.StudyDate = "Lindqvist^Ida", "NF-0042", "20240301"
    outer.ReferencedInstanceSequence = [inner]
    ds.ReferencedSeriesSequence = [outer]
    return ds


def written(ds: Dataset, path: Path) -> Path:
    """Write a data set with pydicom alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pydicom.dcmwrite(path, ds, enforce_file_format=True)
    return path


def raw_elements(path: Path) -> dict[int, bytes]:
    """Every top-level element as the bytes of its value; sequences as they are written."""
    ds = pydicom.dcmread(path)
    found: dict[int, bytes] = {}
    for tag in ds.keys():  # noqa: SIM118  # a data set iterates over its elements, decoded
        element = ds.get_item(tag)
        found[int(tag)] = element.value if isinstance(element.value, bytes) else repr(element.value).encode()
    return found
