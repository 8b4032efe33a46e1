"""Write a small hospital export, as real ones lie in folders: made-up patients, names in every corner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from patients import HOSPITAL, PATIENTS, STATION, Patient
from pydicom import config
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    EnhancedSRStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    RTStructureSetStorage,
)

SLICES = 6
ROWS = 64


def write_hospital(folder: Path) -> int:
    """Write the export and return how many files it has.

    For each patient a CT series, an MR, a structured report and an RT Structure Set that references the CT;
    beside them a text file, and a CT slice that a broken transfer has cut short.
    """
    count = 0
    for patient in PATIENTS:
        for name, dataset in instances(patient):
            path = folder / patient.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            dataset.save_as(path, enforce_file_format=True)
            count += 1
    first = folder / PATIENTS[0].folder
    whole = (first / "CT" / "slice_1.dcm").read_bytes()
    (first / "CT" / f"{PATIENTS[0].name}_resent.dcm").write_bytes(whole[: len(whole) // 2])
    (folder / "README.txt").write_text(f"Export for {PATIENTS[0].name}\n", encoding="utf-8")
    return count + 2


def instances(patient: Patient) -> Iterator[tuple[str, FileDataset]]:
    """Yield the patient's data sets with their file names."""
    for index in range(1, SLICES + 1):
        yield f"CT/slice_{index}.dcm", ct_slice(patient, index)
    yield f"MR_{patient.folder}.dcm", mr_image(patient)
    yield f"report {patient.name}", report(patient)  # no extension: told by its content
    yield "RTSTRUCT.dcm", structure_set(patient)


def ct_slice(patient: Patient, index: int) -> FileDataset:
    """Make one slice, with what a scanner's vendor hides in private elements."""
    ct = image(patient, CTImageStorage, patient.uid(1, 1), patient.uid(1, 1, index), "CT")
    ct.KVP = "120"
    ct.ConvolutionKernel = "B30f"
    ct.RescaleIntercept, ct.RescaleSlope = "-1024", "1"
    ct.InstanceNumber = str(index)
    ct.ImagePositionPatient = [-160, -160, 3 * index]
    vendor = ct.private_block(0x0029, "SWITHIN MEDICAL", create=True)
    vendor.add_new(0x10, "LO", patient.name)
    vendor.add_new(0x11, "SQ", Sequence([named(patient)]))
    return ct


def mr_image(patient: Patient) -> FileDataset:
    """Make an MR image, with the patient's name inside a sequence inside a sequence."""
    mr = image(patient, MRImageStorage, patient.uid(2, 1), patient.uid(2, 1, 1), "MR")
    mr.ScanningSequence, mr.SequenceVariant, mr.ScanOptions = "SE", "NONE", ""
    mr.MRAcquisitionType, mr.EchoTime, mr.EchoTrainLength = "2D", "15", "1"
    mr.RepetitionTime = "500"
    mr.StudyDate = mr.SeriesDate = mr.ContentDate = later(patient.study_date)
    mr.StudyInstanceUID = patient.uid(2)
    request = Dataset()
    request.RequestedProcedureDescription = f"Follow-up of {patient.name.replace('^', ', ')}"
    request.ReferencedStudySequence = Sequence([named(patient)])
    mr.RequestAttributesSequence = Sequence([request])
    original = Dataset()
    original.ModifiedAttributesSequence = Sequence([named(patient)])
    original.AttributeModificationDateTime = f"{patient.study_date}120000"
    original.ModifyingSystem, original.SourceOfPreviousValues = "PACS", HOSPITAL
    original.ReasonForTheAttributeModification = "CORRECT"
    mr.OriginalAttributesSequence = Sequence([original])
    return mr


def report(patient: Patient) -> FileDataset:
    """Make a structured report whose text says who the patient is."""
    sr = dataset(patient, EnhancedSRStorage, patient.uid(1, 3), patient.uid(1, 3, 1), "SR")
    sr.InstanceNumber, sr.CompletionFlag, sr.VerificationFlag = "1", "COMPLETE", "UNVERIFIED"
    sr.ValueType, sr.ContinuityOfContent = "CONTAINER", "SEPARATE"
    sr.ConceptNameCodeSequence = coded("18748-4", "LN", "Diagnostic imaging report")
    sr.PerformedProcedureCodeSequence = Sequence()
    sr.ReferencedPerformedProcedureStepSequence = Sequence()
    finding = Dataset()
    finding.RelationshipType, finding.ValueType = "CONTAINS", "TEXT"
    finding.ConceptNameCodeSequence = coded("121071", "DCM", "Finding")
    given, family = patient.name.split("^")[1], patient.name.split("^")[0]
    finding.TextValue = f"{given} {family} (ID {patient.patient_id}) was seen by Dr {patient.physician}."
    observer = Dataset()
    observer.RelationshipType, observer.ValueType = "HAS OBS CONTEXT", "PNAME"
    observer.ConceptNameCodeSequence = coded("121008", "DCM", "Person Observer Name")
    observer.PersonName = patient.physician
    sr.ContentSequence = Sequence([observer, finding])
    return sr


def structure_set(patient: Patient) -> FileDataset:
    """Make an RT Structure Set that names the slices of the CT it was drawn on."""
    rt = dataset(patient, RTStructureSetStorage, patient.uid(1, 4), patient.uid(1, 4, 1), "RTSTRUCT")
    rt.StructureSetLabel, rt.StructureSetName = "PLAN", patient.name
    rt.OperatorsName, rt.FrameOfReferenceUID, rt.PositionReferenceIndicator = "", patient.uid(1, 9), ""
    rt.StructureSetDate, rt.StructureSetTime = later(patient.study_date), "101500"
    series = Dataset()
    series.SeriesInstanceUID = patient.uid(1, 1)
    series.ContourImageSequence = Sequence(
        [referenced(CTImageStorage, patient.uid(1, 1, index)) for index in range(1, SLICES + 1)]
    )
    study = referenced("1.2.840.10008.3.1.2.3.1", patient.uid(1))
    study.RTReferencedSeriesSequence = Sequence([series])
    frame = Dataset()
    frame.FrameOfReferenceUID = patient.uid(1, 9)
    frame.RTReferencedStudySequence = Sequence([study])
    rt.ReferencedFrameOfReferenceSequence = Sequence([frame])
    region = Dataset()
    region.ROINumber, region.ROIName, region.ROIGenerationAlgorithm = "1", "LUNG", "MANUAL"
    region.ReferencedFrameOfReferenceUID = patient.uid(1, 9)
    rt.StructureSetROISequence = Sequence([region])
    rt.ROIContourSequence = Sequence([numbered("ReferencedROINumber", "1")])
    observation = numbered("ReferencedROINumber", "1")
    observation.ObservationNumber, observation.RTROIInterpretedType = "1", "ORGAN"
    observation.ROIInterpreter = patient.physician
    rt.RTROIObservationsSequence = Sequence([observation])
    return rt


def image(patient: Patient, sop_class: str, series: str, instance: str, modality: str) -> FileDataset:
    """Make an image of a grey ramp."""
    made = dataset(patient, sop_class, series, instance, modality)
    made.FrameOfReferenceUID, made.PositionReferenceIndicator = patient.uid(1, 9), ""
    made.PatientPosition, made.BodyPartExamined = "HFS", "CHEST"
    made.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    made.InstanceNumber, made.AcquisitionNumber = "1", "1"
    made.ImageOrientationPatient, made.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [-160, -160, 0]
    made.PixelSpacing, made.SliceThickness = [5, 5], "3"
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.Rows = made.Columns = ROWS
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 12, 11, 0
    made.PixelData = b"".join((16 * x).to_bytes(2, "little") for _ in range(ROWS) for x in range(ROWS))
    return made


def dataset(patient: Patient, sop_class: str, series: str, instance: str, modality: str) -> FileDataset:
    """Make what every instance of a patient has."""
    config.settings.writing_validation_mode = config.RAISE
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, instance
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.SourceApplicationEntityTitle = STATION
    made = FileDataset(None, {}, file_meta=meta, preamble=patient.patient_id.encode().ljust(128, b"\0"))
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPClassUID, made.SOPInstanceUID = sop_class, instance
    made.StudyDate = made.SeriesDate = made.ContentDate = patient.study_date
    made.StudyTime = made.SeriesTime = made.ContentTime = "093000"
    made.AccessionNumber, made.Modality = patient.accession, modality
    made.Manufacturer, made.InstitutionName, made.StationName = "Made-up Scanners", HOSPITAL, STATION
    made.InstitutionAddress, made.ReferringPhysicianName = f"{HOSPITAL}, Swithin Road", patient.physician
    made.StudyDescription = f"Chest of {patient.name.partition('^')[0]}"
    made.PatientName, made.PatientID = patient.name, patient.patient_id
    made.PatientBirthDate, made.PatientSex = patient.birth_date, patient.sex
    made.PatientAddress, made.PatientTelephoneNumbers = patient.address, patient.phone
    made.PatientAge, made.PatientWeight = "065Y", "71"
    made.StudyInstanceUID, made.SeriesInstanceUID = patient.uid(1), series
    made.StudyID, made.SeriesNumber = patient.accession[-4:], "1"
    return made


def named(patient: Patient) -> Dataset:
    """Make an item with the patient's name and number in it."""
    item = referenced("1.2.840.10008.3.1.2.3.1", patient.uid(1))
    item.PatientName, item.PatientID = patient.name, patient.patient_id
    return item


def referenced(sop_class: str, instance: str) -> Dataset:
    """Make an item that points to another instance."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, instance
    return item


def coded(value: str, scheme: str, meaning: str) -> Sequence:
    """Make a code sequence of one item."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return Sequence([item])


def numbered(keyword: str, value: str) -> Dataset:
    """Make an item with one number."""
    item = Dataset()
    setattr(item, keyword, value)
    return item


def later(date: str) -> str:
    """Return the date one week later in the same month; the made-up studies are early in theirs."""
    return f"{date[:6]}{int(date[6:]) + 7:02}"
