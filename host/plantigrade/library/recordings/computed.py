"""What was computed from a recording and stays beside it: its overview, its strides, and `computed.json`.

`computed.json` says for which samples the files were computed (the sum of the manifest: a new version of the
recording has another), for whom, how often it was tried, and what went wrong. It lists no file while files
change, so that those which it lists are whole. In an encrypted library the files are encrypted as those of
the samples are; their keys, themselves encrypted, stand here and not in `keys.json`, which belongs to the
samples and may be replaced with them at any moment.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plantigrade.files.durable import file_sum, replace_text, sync_and_sum, sync_folder
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import binding_of
from plantigrade.library.keys.file_key import FileKey, is_encrypted
from plantigrade.library.recordings.columns import ColumnFile, copy_groups
from plantigrade.library.recordings.container import MANIFEST_FILE

if TYPE_CHECKING:
    from plantigrade.library.keys.vault import Vault

COMPUTED_FILE: Final = "computed.json"
SCHEMA: Final = "plantigrade.computed/1"
DONE: Final = "done"
BEGUN: Final = "begun"
FAILED: Final = "failed"
_DRAFT: Final = ".computing"

Write = Callable[[Path, FileKey | None], int]
"""Writes a file, encrypted with the key if there is one; returns its rows."""


@dataclass(frozen=True)
class ComputedFile:
    """One file.

    Attributes:
        rows: of the table.
        sha256: of the file while it is not encrypted; "" where it never was plain.
        dictionary: columns with few different values, for writing it once more.
        wrapped: its key, encrypted with the library's; "" where there is none.
        encrypted_sha256: of the file once it is encrypted.
    """

    rows: int
    sha256: str
    dictionary: tuple[str, ...] = ()
    wrapped: str = ""
    encrypted_sha256: str = ""


@dataclass(frozen=True)
class Computed:
    """`computed.json`.

    Attributes:
        manifest_sha256: of the manifest whose samples this is about.
        release: version of Plantigrade that computed it.
        wearer: number of the person in the catalogue whose rules and own days were used; None for nobody.
        recording_state: of the recording then, such as "provisional" or "final".
        state: "done", "begun" or "failed".
        attempts: how often this was begun for these samples, this release and this wearer.
        at_utc: when this was written, ISO 8601.
        reason: why it failed; "" otherwise.
        raw_removed_utc: when the samples were removed by the person's rule; "" while they are there.
        files: by name without ".parquet".
    """

    manifest_sha256: str
    release: str
    wearer: int | None
    recording_state: str
    state: str
    attempts: int
    at_utc: str
    reason: str = ""
    raw_removed_utc: str = ""
    files: Mapping[str, ComputedFile] = field(default_factory=dict[str, ComputedFile])

    def is_for(self, manifest_sha256: str, wearer: int | None) -> bool:
        """Whether this is about these samples and this wearer."""
        return (self.manifest_sha256, self.wearer) == (manifest_sha256, wearer)


def read_computed(folder: Path) -> Computed | None:
    """What was computed from a recording; None where nothing was, or where the file makes no sense."""
    try:
        values: dict[str, Any] = json.loads((folder / COMPUTED_FILE).read_text(encoding="utf-8"))
        if values.pop("schema") != SCHEMA:
            return None
        files = {str(name): _file(one) for name, one in values.pop("files").items()}
        return Computed(**values, files=files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # it is computed again
        return None


def _file(values: Mapping[str, Any]) -> ComputedFile:
    return ComputedFile(
        int(values["rows"]),
        str(values["sha256"]),
        tuple(str(name) for name in values["dictionary"]),
        str(values["wrapped"]),
        str(values["encrypted_sha256"]),
    )


def write_computed(folder: Path, computed: Computed) -> None:
    """Write `computed.json`.

    Raises:
        OSError: it cannot be written, or the recording is gone; an older one stands.
    """
    values = {"schema": SCHEMA} | asdict(computed)
    replace_text(folder / COMPUTED_FILE, json.dumps(values, indent=1) + "\n")


def begin(
    folder: Path,
    manifest_sha256: str,
    release: str,
    wearer: int | None,
    recording_state: str = "final",
    at_utc: datetime | None = None,
) -> Computed:
    """Note an attempt before it is made, so that one which takes the computer down is counted as well.

    Args:
        folder: of the recording.
        manifest_sha256, release, wearer, recording_state: as in `Computed`.
        at_utc: now.

    Raises:
        RecordingError: the folder cannot be written, or is gone, or its samples were removed by a rule.
    """
    before = read_computed(folder)
    if before is not None and before.raw_removed_utc:
        raise RecordingError(folder, "its raw samples were removed; what was computed of them stays as it is")
    counts = before is not None and before.is_for(manifest_sha256, wearer) and before.release == release
    attempts = before.attempts if before is not None and counts and before.state != DONE else 0
    made = _iso(at_utc)
    begun = Computed(manifest_sha256, release, wearer, recording_state, BEGUN, attempts + 1, made)
    if before is not None and before.manifest_sha256 == manifest_sha256:
        begun = replace(begun, files=before.files)
    _write_state(folder, begun)
    return begun


def fail(folder: Path, reason: str, at_utc: datetime | None = None) -> Computed | None:
    """Note why the present attempt failed; what it says now, None where the recording is gone."""
    present = read_computed(folder)
    if present is None or present.state == DONE:
        return present
    failed = replace(present, state=FAILED, reason=reason, at_utc=_iso(at_utc))
    try:
        write_computed(folder, failed)
    except OSError:  # a full disk: what was begun stays noted as begun, and counts
        return failed if folder.is_dir() else None
    return failed


def take_back(folder: Path) -> None:
    """An attempt that was stopped on purpose does not count.

    Raises:
        RecordingError: it cannot be written; the attempt counts then.
    """
    present = read_computed(folder)
    if present is not None and present.state == BEGUN:
        _write_state(folder, replace(present, attempts=max(0, present.attempts - 1)))


def finish(folder: Path, recording_state: str = "final", at_utc: datetime | None = None) -> Computed:
    """Note that everything was computed and stored, for a recording in this state.

    Raises:
        RecordingError: it cannot be written, or nothing was begun.
    """
    present = read_computed(folder)
    if present is None:
        raise RecordingError(folder, "its analysis was not begun, or another one took its place")
    done = replace(present, state=DONE, recording_state=recording_state, reason="", at_utc=_iso(at_utc))
    _write_state(folder, done)
    return done


def put_files(
    folder: Path, vault: "Vault | None", begun: Computed, files: Mapping[str, tuple[tuple[str, ...], Write]]
) -> Computed:
    """Write files in place of older ones of the same names.

    Args:
        folder: of the recording.
        vault: encrypts them.
        begun: what `begin` gave.
        files: by name; columns with few different values, and what writes the file.

    Raises:
        RecordingError: a file cannot be written; older ones may be gone then, none is half-written.
    """
    written: dict[str, ComputedFile] = {}
    drafts: dict[Path, Path] = {}
    try:
        for name, (dictionary, write) in files.items():
            path = folder / f"{name}.parquet"
            draft = drafts[path] = path.with_suffix(_DRAFT)
            key, wrapped = (None, "") if vault is None else vault.new_file_key(binding_of(folder.name, name))
            rows = write(draft, key)
            digest = sync_and_sum(draft)
            plain, encrypted = (digest, "") if key is None else ("", digest)
            written[name] = ComputedFile(rows, plain, dictionary, wrapped, encrypted)
        if read_computed(folder) != begun:
            raise RecordingError(folder, "it was replaced, or its samples were removed, meanwhile")
        write_computed(folder, replace(begun, files={}))
        for path, draft in drafts.items():
            draft.replace(path)
        sync_folder(folder)
        with_files = replace(begun, files=written)
        write_computed(folder, with_files)
        return with_files
    except OSError as error:
        raise RecordingError(folder, f"cannot be written: {error.strerror or error}") from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def open_computed(folder: Path, name: str, vault: "Vault | None") -> ColumnFile:
    """A file that was computed from the recording as it is now.

    Raises:
        RecordingError: it was not made yet, is damaged, or its key is missing.
    """
    computed = read_computed(folder)
    if computed is None or name not in computed.files or not _is_current(folder, computed):
        why = f" ({computed.reason})" if computed is not None and computed.reason else ""
        raise RecordingError(folder, f"has no {name} yet{why}; `plantigrade run` makes it by itself")
    return _open(folder, name, computed.files[name], vault)


def _open(folder: Path, name: str, file: ComputedFile, vault: "Vault | None") -> ColumnFile:
    path = folder / f"{name}.parquet"
    if vault is None or not file.wrapped:
        return ColumnFile(path)
    return ColumnFile(path, vault.file_key(file.wrapped, binding_of(folder.name, name), path))


def encrypt_computed(folder: Path, vault: "Vault") -> None:
    """Encrypt the files that are not encrypted; see `encryption.encrypt_folder`.

    Raises:
        OSError, RecordingError: a file cannot be read or written; what is there stays readable.
    """
    computed = read_computed(folder)
    if computed is None:
        return
    for name, file in computed.files.items():
        path = folder / f"{name}.parquet"
        if not path.is_file() or is_encrypted(path):
            continue
        key, wrapped = vault.new_file_key(binding_of(folder.name, name))
        draft = path.with_suffix(_DRAFT)
        try:
            copy_groups(ColumnFile(path), draft, file.dictionary, key)
            encrypted = replace(file, wrapped=wrapped, encrypted_sha256=sync_and_sum(draft))
            computed = replace(computed, files={**computed.files, name: encrypted})
            write_computed(folder, computed)  # states both sums: either file may be there
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(folder)


def copy_plain(folder: Path, name: str, vault: "Vault | None", target: Path) -> bool:
    """Write a computed file without encryption, for who takes their data along; False where there is none.

    Raises:
        OSError: the target cannot be written.
        RecordingError: the file is damaged, or its key is missing.
    """
    computed = read_computed(folder)
    if computed is None or name not in computed.files or not _is_current(folder, computed):
        return False
    file = computed.files[name]
    copy_groups(_open(folder, name, file, vault), target, file.dictionary, None)
    return True


def rewrap_computed(folder: Path, vault: "Vault") -> None:
    """Encrypt the keys of the files with the present key; see `encryption.rewrap`.

    Raises:
        OSError: they cannot be written.
        KeyMissingError: none of the keys at hand opens them.
    """
    computed = read_computed(folder)
    if computed is None or not any(file.wrapped for file in computed.files.values()):
        return
    fresh = {
        name: replace(file, wrapped=vault.reencrypt(file.wrapped, f"{folder.name}/{name}"))
        if file.wrapped
        else file
        for name, file in computed.files.items()
    }
    write_computed(folder, replace(computed, files=fresh))


def problems_of_computed(folder: Path, vault: "Vault | None") -> list[str]:
    """What is wrong with the computed files, as texts; files of an older version of the recording are no
    problem, they are made anew."""
    computed = read_computed(folder)
    if computed is None or not _is_current(folder, computed):
        return []
    found: list[str] = []
    for name, stated in computed.files.items():
        path = folder / f"{name}.parquet"
        try:
            if file_sum(path) != (stated.encrypted_sha256 if is_encrypted(path) else stated.sha256):
                found.append(f"{path.name}: checksum does not match; the file has changed")
            table = _open(folder, name, stated, vault)
            rows = sum(table.read([group]).table.num_rows for group in range(len(table.group_sizes)))
            if rows != stated.rows:
                found.append(f"{path.name}: {rows} rows, {COMPUTED_FILE} says {stated.rows}")
        except RecordingError as error:
            found.append(f"{path.name}: {error.problem}")
        except OSError as error:
            found.append(f"{path.name}: cannot be read: {error.strerror}")
    return found


def raw_removed(folder: Path) -> str:
    """When the samples of a recording were removed by a rule, ISO 8601; "" while they are to be there."""
    computed = read_computed(folder)
    return "" if computed is None else computed.raw_removed_utc


def _is_current(folder: Path, computed: Computed) -> bool:
    try:
        return file_sum(folder / MANIFEST_FILE) == computed.manifest_sha256
    except OSError:
        return False


def _write_state(folder: Path, computed: Computed) -> None:
    try:
        write_computed(folder, computed)
    except OSError as error:
        raise RecordingError(folder, f"cannot be written: {error.strerror or error}") from error


def _iso(at_utc: datetime | None) -> str:
    return (at_utc or datetime.now(UTC)).isoformat(timespec="seconds")
