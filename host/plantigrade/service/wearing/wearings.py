"""All about wearings in one place, for the service: opened together, looked after together."""

import contextlib
from collections.abc import Callable

from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import JournalError, Sync
from plantigrade.errors import FileError
from plantigrade.files.durable import restore_replaced, sync_folder
from plantigrade.library.catalogue.library import Library
from plantigrade.service.bus import EventBus
from plantigrade.service.offload import Offload
from plantigrade.service.settings import ServiceSettings
from plantigrade.service.wearing.finalizing import Finalizer
from plantigrade.service.wearing.judge import Judge
from plantigrade.service.wearing.news import WearingNews
from plantigrade.service.wearing.rebuild import JOURNAL, rebuild, set_aside
from plantigrade.service.wearing.register import (
    FILE,
    Kind,
    Register,
    RegisterError,
    Stage,
    Wearing,
    load_register,
)
from plantigrade.service.wearing.regroup import regroup
from plantigrade.service.wearing.routing import Router
from plantigrade.service.wearing.time_line import TimeLine
from plantigrade.service.wearing.wearers import Wearers


class Wearings:
    """Wearings of one library.

    Args:
        library: open.
        bus: where events go.
        settings: how to behave.
        now, utc_ns: the clocks.
        offload: runs what would hold up the loop.
        sync: makes a file descriptor's data durable.

    Attributes:
        on_news: called with each beginning and end of a wearing.
    """

    def __init__(
        self,
        library: Library,
        bus: EventBus,
        settings: ServiceSettings,
        now: Callable[[], int],
        utc_ns: Callable[[], int],
        offload: Offload,
        sync: Sync,
    ) -> None:
        self.library = library
        self.folder = library.data_dir / "journal"
        self.wearers = Wearers(library, utc_ns)
        self.on_news: list[Callable[[WearingNews], None]] = []
        self._bus, self._settings, self._offload, self._sync = bus, settings, offload, sync
        self._insoles: list[Insole] = []
        self.register = Register(self.folder / FILE)
        self.line = TimeLine(self.register, now, utc_ns)
        self.judge = Judge(self.register, self.line, settings, self.wearers, library.uuid, self._tell)
        self._unreadable: str | None = None
        self._router: Router | None = None
        self._finalizer: Finalizer | None = None

    def open(self) -> None:
        """Continue where the last service ended.

        Raises:
            RegisterError, JournalError: the folder of journals cannot be used.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(self.folder.parent)
        except OSError as error:
            raise FileError(self.folder, f"cannot be made: {error.strerror}") from error
        restore_replaced(self.library.recordings)
        self.register = self.judge.register = self._load()
        self.line.use(self.register)
        self._remove_strays()
        router = Router(
            self.register, self.folder, self.line, self.wearers.group_of, self.judge.begin, self._sync
        )
        self.judge.router = self._router = router
        self._finalizer = Finalizer(
            self.library,
            self.register,
            router,
            self.judge,
            self.line,
            self.wearers,
            self._settings,
            self._offload,
            self._bus.publish,
        )
        for insole in self._insoles:
            router.watch(insole)
        self.judge.tell_open()

    def _load(self) -> Register:
        """The register, or one made of the journals where it cannot be read."""
        path = self.folder / FILE
        try:
            if path.exists():
                return load_register(path)
        except RegisterError as error:
            set_aside(path)
            self._unreadable = f"{error}; it was made anew from the journals"
        return rebuild(path)

    def _remove_strays(self) -> None:
        """Journals that were begun and not entered, or entered as done with and not removed."""
        known = {wearing.journal for wearing in self.register.wearings.values()}
        for path in self.folder.iterdir():
            if JOURNAL.match(path.name) and path.name not in known:
                path.unlink()

    def watch(self, insole: Insole) -> None:
        """Route what comes from this insole."""
        self._insoles.append(insole)
        if self._router is not None:
            self._router.watch(insole)

    def commit(self) -> bool:
        """Make durable what has come; False when the disk does not take it."""
        return self._router is not None and self._router.commit()

    def hold_elsewhere(self, insole: Insole, before: int) -> None:
        """Someone else has the slots before this one."""
        if self._router is not None:
            self._router.hold_elsewhere(insole, before)

    def regroup(self) -> None:
        """Assignments may have changed."""
        if self._router is not None:
            regroup(self.judge)

    def step(self) -> None:
        """Commit, and end what has ended."""
        self.commit()
        self.judge.step()

    async def finalize(self) -> None:
        """Make and complete recordings, as far as it is time for each; takes seconds for a long day."""
        if self._finalizer is not None:
            await self._finalizer.step()

    def finite(self) -> Wearing | None:
        """A finite recording under way."""
        for wearing in self.register.wearings.values():
            if wearing.kind is Kind.FINITE and wearing.stage is Stage.OPEN:
                return wearing
        return None

    def under_way(self) -> tuple[str, ...]:
        """Recordings that are being made or completed."""
        open_ones = (Stage.OPEN, Stage.ENDED, Stage.PROVISIONAL)
        return tuple(
            wearing.recording
            for wearing in self.register.wearings.values()
            if wearing.recording and wearing.stage in open_ones
        )

    def problems(self) -> tuple[str, ...]:
        """What cannot be done at the moment."""
        found = [self.judge.failure, self._unreadable]
        if self._router is not None:
            found.append(self._router.failure)
        if self._finalizer is not None:
            found += self._finalizer.failures.values()
        return tuple(dict.fromkeys(problem for problem in found if problem))

    def close(self) -> None:
        """Commit and close."""
        if self._router is not None:
            self._router.close()

    def abandon(self) -> None:
        """Close without committing, as when the process is killed."""
        if self._router is not None:
            with contextlib.suppress(JournalError):
                self._router.abandon()

    def _tell(self, news: WearingNews) -> None:
        for handler in self.on_news:
            handler(news)
