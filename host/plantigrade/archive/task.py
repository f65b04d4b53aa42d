"""What a worker does with one recording: a plain function of a plain value, that runs anywhere.

Doing it twice gives the same result in the same place.
"""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from plantigrade.archive.errors import ArchiveError, StoreAwayError
from plantigrade.archive.read_once import of_totals, read_once
from plantigrade.archive.store import PLAIN, RESULTS, ArchiveStore
from plantigrade.calibration.model import calibration_from
from plantigrade.errors import PlantigradeError
from plantigrade.files.durable import file_sum
from plantigrade.gait.engine import analyze
from plantigrade.gait.signals import NEWTONS_PER_KG
from plantigrade.library.keys.file_key import FileKey
from plantigrade.library.keys.master_key import find_keys, open_vault
from plantigrade.library.keys.vault import Vault
from plantigrade.library.recordings.columns import read_into_common_memory, release_memory
from plantigrade.library.recordings.container import MANIFEST_FILE, read_manifest
from plantigrade.library.recordings.reader import RecordingReader
from plantigrade.library.recordings.strides import write_strides
from plantigrade.library.recordings.verify import verify
from plantigrade.posture.diary.day_load import loads_of
from plantigrade.posture.rules_engine.even_time import each_second
from plantigrade.posture.rules_engine.features import estimate_weight_n, from_analysis

STRIDES: Final = "strides"
_PURPOSE: Final = b"plantigrade archive result 1\0"
_KEY_BYTES: Final = 32


@dataclass(frozen=True)
class Place:
    """Where a worker finds things.

    Attributes:
        store_url, store_options: see `ArchiveStore`; options as JSON, so that they can be a key.
        data_dir: of the library, for files that old calibrations name.
        uuid, key_id: of the library and its key; None where it is not encrypted.
        key_file: see `keys.find_keys`; keys never travel to workers, each finds them itself.
    """

    store_url: str
    store_options: str
    data_dir: Path
    uuid: str
    key_id: str | None
    key_file: Path | None


@dataclass(frozen=True)
class Task:
    """One recording to be worked on.

    Attributes:
        recording: identifier.
        manifest_sha256: of the version that is meant.
        calibrations: by serial, as `calibration.model.as_json` makes them.
        shoe_size_eu, weight_kg: of the wearer then; None where it is not known.
    """

    recording: str
    manifest_sha256: str
    calibrations: dict[str, Any] = field(default_factory=dict[str, Any])
    shoe_size_eu: float | None = None
    weight_kg: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of it.

    Attributes:
        recording, manifest_sha256: as in `Task`.
        problem: why it could not be done; "" where it was.
        strides: how many were found.
        away: the store did not answer: it is done again later.
    """

    recording: str
    manifest_sha256: str
    problem: str = ""
    strides: int = 0
    away: bool = False


Work = Callable[[Place, Task], Outcome]


def analyse(place: Place, task: Task) -> Outcome:
    """Analyse one recording and put its strides into the store."""
    return _named(task, lambda: _analyse(place, task))


def check(place: Place, task: Task) -> Outcome:
    """Verify one recording in the store, as `plantigrade sessions verify` does."""
    return _named(task, lambda: _check(place, task))


def _named(task: Task, work: Callable[[], Outcome]) -> Outcome:
    """Whatever is wrong with a recording is its outcome, and ends nothing else."""
    read_into_common_memory()
    try:
        return work()
    except StoreAwayError as error:
        return Outcome(task.recording, task.manifest_sha256, str(error), away=True)
    except MemoryError:
        return Outcome(task.recording, task.manifest_sha256, "the memory of a worker does not suffice for it")
    except PlantigradeError as error:
        return Outcome(task.recording, task.manifest_sha256, str(error))
    except Exception as error:  # noqa: BLE001 (a defect of ours in one recording stops no other)
        problem = f"a defect: {type(error).__name__}: {error}"
        return Outcome(task.recording, task.manifest_sha256, " ".join(problem.split()))


def _analyse(place: Place, task: Task) -> Outcome:
    store, vault = _store(place), _vault(place)
    with store.folder(task.recording) as folder:
        if file_sum(folder / MANIFEST_FILE) != task.manifest_sha256:
            raise ArchiveError(f"{task.recording}: its manifest in the store is not the one of the catalogue")
        calibrations = {
            serial: calibration_from(values, place.data_dir) for serial, values in task.calibrations.items()
        }
        reader = RecordingReader(
            folder, read_manifest(folder), vault, calibrations, task.shoe_size_eu, forwards=True
        )
        walk = reader.walk()
        if walk.body_weight_n is None and task.weight_kg is not None:
            walk = replace(walk, body_weight_n=task.weight_kg * NEWTONS_PER_KG)
        walk = read_once(walk)
        analysis = analyze(walk, progress=lambda _share: release_memory())
        release_memory()
        tables = from_analysis(analysis)
        weight_n = walk.body_weight_n or estimate_weight_n(tables)
        loads = loads_of(analysis, tables, each_second(of_totals(walk), weight_n))
        with tempfile.TemporaryDirectory(prefix="plantigrade-result-") as room:
            path = Path(room) / f"{task.recording}.parquet"
            count = write_strides(analysis, loads, path, result_key(vault, task.recording))
            store.put_file(path, *result_parts(place.key_id, task.recording))
    return Outcome(task.recording, task.manifest_sha256, strides=count)


def _check(place: Place, task: Task) -> Outcome:
    with _store(place).folder(task.recording) as folder:
        problems = verify(folder, _vault(place)).problems
        if file_sum(folder / MANIFEST_FILE) != task.manifest_sha256:
            problems = [*problems, "its manifest is not the one that the catalogue took in"]
    return Outcome(task.recording, task.manifest_sha256, "; ".join(problems))


def result_parts(key_id: str | None, recording: str) -> tuple[str, ...]:
    """Where the strides of a recording lie in the store."""
    return RESULTS, key_id or PLAIN, STRIDES, f"{recording}.parquet"


def result_key(vault: Vault | None, recording: str) -> FileKey | None:
    """The key of a recording's strides, made from the library's key; None where there is none."""
    if vault is None:
        return None
    info = _PURPOSE + recording.encode()
    return FileKey(
        HKDF(SHA256(), _KEY_BYTES, None, info).derive(vault.keys[0].secret), f"results/{recording}".encode()
    )


@lru_cache(maxsize=4)
def _store(place: Place) -> ArchiveStore:
    return ArchiveStore(place.store_url, json.loads(place.store_options))


@lru_cache(maxsize=4)
def _vault(place: Place) -> Vault | None:
    if place.key_id is None:
        return None
    return open_vault(place.uuid, place.key_id, find_keys(place.uuid, place.key_file))
