"""The time line of the service: UTC for people and files, monotonic time for everything that is compared.

The wall clock is read once for each run of the host's monotonic clock. A wall clock that is set meanwhile
bends nothing; the next wearing takes the new time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from plantigrade.bridge.journal.file import host_boot
from plantigrade.service.wearing.register import Moment, Register
from plantigrade.service.wearing.settings import STEP_NS


@dataclass
class TimeLine:
    """Attributes: `register`, which holds the line across restarts; `now` and `wall_ns`, the clocks."""

    register: Register
    now: Callable[[], int]
    wall_ns: Callable[[], int]

    def __post_init__(self) -> None:
        self.use(self.register)

    def use(self, register: Register) -> None:
        """Go on with the line of a register, if it is of this run of the host's clock."""
        self.register = register
        boot = host_boot()
        if register.host_boot != boot:
            register.host_boot = boot
            register.shift_ns = self.wall_ns() - self.now()

    def utc_ns(self, monotonic_ns: int | None = None) -> int:
        """UTC of a monotonic time of this run; of now without one."""
        return (self.now() if monotonic_ns is None else monotonic_ns) + self.register.shift_ns

    def of_utc(self, utc_ns: int) -> int:
        """Monotonic time of this run, negative for what was before it."""
        return utc_ns - self.register.shift_ns

    def moment(self, monotonic_ns: int) -> Moment:
        """A moment that can be stored."""
        return Moment(self.register.host_boot, monotonic_ns, self.utc_ns(monotonic_ns))

    def of_moment(self, moment: Moment) -> int:
        """Monotonic time of this run of a stored moment."""
        same_run = moment.host_boot == self.register.host_boot
        return moment.monotonic_ns if same_run else self.of_utc(moment.utc_ns)

    def follow_wall(self) -> bool:
        """Take the wall clock's time if it was set; whether it was. Only between two wearings."""
        shift_ns = self.wall_ns() - self.now()
        if abs(shift_ns - self.register.shift_ns) < STEP_NS:
            return False
        self.register.shift_ns = shift_ns
        return True
