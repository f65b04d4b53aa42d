"""Makes recordings of wearings: provisional at once, again when more came, final when nothing more can."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.insole_keys import all_log_keys
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.versions import FINAL, PROVISIONAL, Version, is_known, put_version
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.vault import MasterKey, Vault
from plantigrade.library.person.entries import Unassigned
from plantigrade.library.recordings.container import RecordingManifest, read_manifest
from plantigrade.library.recordings.finalize import Extent, finalize_journal
from plantigrade.library.recordings.sealed_journal import LogKeys
from plantigrade.service.events import RecordingEvent
from plantigrade.service.offload import Offload
from plantigrade.service.settings import ServiceSettings
from plantigrade.service.wearing.judge import Judge
from plantigrade.service.wearing.register import KnownInsole, Register, Stage, Wearing
from plantigrade.service.wearing.routing import Router
from plantigrade.service.wearing.time_line import TimeLine
from plantigrade.service.wearing.wearers import Wearers, Worn


@dataclass
class Finalizer:
    """Brings every wearing that has ended forward.

    Attributes:
        publish: told of each version of a recording.
        failures: why a wearing could not be brought forward, by number.
    """

    library: Library
    register: Register
    router: Router
    judge: Judge
    line: TimeLine
    wearers: Wearers
    settings: ServiceSettings
    offload: Offload
    publish: Callable[[RecordingEvent], None]
    failures: dict[int, str] = field(default_factory=dict[int, str])
    _retry_ns: dict[int, int] = field(default_factory=dict[int, int])

    async def step(self) -> None:
        """Make, complete and finish recordings, as far as it is time for each."""
        now_utc_ns = self.line.utc_ns()
        for number in self.router.take_changed():
            if number in self.register.wearings:
                self.register.wearings[number].changed_utc_ns = now_utc_ns
        for wearing in list(self.register.wearings.values()):
            if wearing.stage is Stage.OPEN or self.line.now() < self._retry_ns.get(wearing.number, 0):
                continue
            try:
                await self._bring_forward(wearing)
                self.failures.pop(wearing.number, None)
            except PlantigradeError as error:
                self.failures[wearing.number] = str(error)
                pause_ns = round(self.settings.problem_retry_s * 1e9)
                self._retry_ns[wearing.number] = self.line.now() + pause_ns

    async def _bring_forward(self, wearing: Wearing) -> None:
        if self._is_empty(wearing):
            self.router.drop(wearing)
            return
        complete = self._is_complete(wearing)
        assert wearing.ended_utc_ns is not None, "only wearings that have ended"
        age_s = (self.line.utc_ns() - wearing.ended_utc_ns) * 1e-9
        final = complete or age_s >= self.settings.completed_within_s
        if self._wants_version(wearing, complete):
            await self._finalize(wearing, final)
        elif final and wearing.stage is Stage.PROVISIONAL:
            await self._finish(wearing)
        if wearing.stage is Stage.FINAL and (complete or age_s >= self.settings.journal_lasts_s):
            self.router.drop(wearing)

    def _is_empty(self, wearing: Wearing) -> bool:
        """Whether no insole has anything for it."""
        return not wearing.version and not self.router.extent(wearing)

    def _wants_version(self, wearing: Wearing, complete: bool) -> bool:
        if not wearing.version:
            waited_for = {foot.known.serial for foot in self.judge.present(wearing.group)}
            members = self.register.members(wearing.group)
            return not any(known.serial in waited_for and self._owes(wearing, known) for known in members)
        if self.router.journals[wearing.number].journal.size <= wearing.finalized_bytes:
            return False
        since_s = (self.line.utc_ns() - wearing.changed_utc_ns) * 1e-9
        return complete or since_s >= self.settings.version_after_s

    def _owes(self, wearing: Wearing, known: KnownInsole) -> bool:
        """Whether an insole in reach has not yet been cut at the end of a wearing."""
        own = [switch.number for switch in self.register.switches if switch.wearing == wearing.number]
        last = max(own, default=0)
        return any(switch.number > last for switch in self.router.pending(known))

    def _is_complete(self, wearing: Wearing) -> bool:
        """Whether every insole that may have something for it has given it."""
        assert wearing.ended_utc_ns is not None, "only wearings that have ended"
        given_up_utc_ns = wearing.ended_utc_ns - round(self.settings.completed_within_s * 1e9)
        for known in self.register.insoles.values():
            if known.group != wearing.group and all(s.wearing != wearing.number for s in known.segments):
                continue
            if known.heard_utc_ns >= given_up_utc_ns and self.router.lacks(wearing, known):
                return False
        return True

    async def _finalize(self, wearing: Wearing, final: bool) -> None:
        if wearing.version and not await self.offload.thread(is_known, self.library, wearing.recording):
            self.router.drop(wearing)  # it was erased meanwhile, and must not come back
            return
        journal = self.router.journals[wearing.number]
        journal.journal.commit()
        size, was_new = journal.journal.size, not wearing.version
        there = max(wearing.version, _version_of(self.library.recordings / wearing.recording))
        extent = Extent(wearing.recording, self.router.extent(wearing), there + 1)
        vault = self.library.vault
        keys = () if vault is None else vault.keys
        folder = await self.offload.process(
            finalize_elsewhere,
            journal.path,
            self.library.recordings,
            keys,
            extent,
            all_log_keys(self.library),
        )
        version, person = await self.offload.thread(
            self._enter, wearing, folder, final, was_new, self.judge.is_mixed(wearing)
        )
        wearing.version, wearing.finalized_bytes = version, size
        wearing.stage = Stage.FINAL if final else Stage.PROVISIONAL
        self.register.save()
        self._publish(wearing, person)

    def _enter(
        self, wearing: Wearing, folder: Path, final: bool, is_new: bool, is_mixed: bool
    ) -> tuple[int, str | None]:
        """Tell the catalogue; version and wearer. In a thread."""
        manifest = read_manifest(folder)
        ended = wearing.ended_utc_ns or 0
        first = wearing.first_load_utc_ns or manifest.start_utc_ns or ended
        worn = (
            Worn(None, Unassigned.TWO_PEOPLE.value)
            if is_mixed
            else self.wearers.wearer_of(serials_of(manifest), first, wearing.last_load_utc_ns or ended)
        )
        completed = datetime.fromtimestamp(self.line.utc_ns() / 1e9, UTC) if final else None
        entry = Version(
            FINAL if final else PROVISIONAL, completed, worn.person, worn.unassigned, wearing.title, is_new
        )
        return put_version(self.library, folder, entry)

    async def _finish(self, wearing: Wearing) -> None:
        """Nothing more can come: the recording is final as it is."""
        folder = self.library.recordings / wearing.recording
        if await self.offload.thread(is_known, self.library, wearing.recording):
            _, person = await self.offload.thread(self._enter, wearing, folder, True, False, False)
            wearing.stage = Stage.FINAL
            self.register.save()
            self._publish(wearing, person)
        else:
            self.router.drop(wearing)

    def _publish(self, wearing: Wearing, person: str | None) -> None:
        self.publish(
            RecordingEvent(wearing.recording, person, wearing.version, wearing.stage.value, wearing.title)
        )


def _version_of(folder: Path) -> int:
    """The version of a recording that is there; 0 where there is none."""
    try:
        return int(read_manifest(folder).provenance.get("version", 1))
    except RecordingError:
        return 0


def serials_of(manifest: RecordingManifest) -> dict[str, str]:
    """Serial numbers by foot, as a recording names its feet."""
    return {foot.foot: str(foot.insole["serial"]) for foot in manifest.feet}


def finalize_elsewhere(
    journal: Path, recordings: Path, keys: tuple[MasterKey, ...], extent: Extent, log_keys: LogKeys
) -> Path:
    """`finalize_journal` for a process of its own: keys travel to it, an opened vault cannot.

    Raises:
        JournalError, RecordingError: reading or writing failed; nothing half-done is left in sight.
    """
    return finalize_journal(journal, recordings, Vault(keys) if keys else None, extent, log_keys)
