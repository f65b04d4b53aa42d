"""Insoles that were assigned to someone else while the service runs: from now on they are worn by others."""

from plantigrade.bridge.journal.file import JournalError
from plantigrade.service.wearing.judge import Judge
from plantigrade.service.wearing.register import KnownInsole, RegisterError, Stage


def regroup(judge: Judge) -> None:
    """Bring every insole into the group that it belongs to now.

    When all insoles of a group go to a new one, their wearing goes with them: it is only known now whose it
    is. An insole that leaves others is cut off from their wearing at the moment of the assignment.
    """
    register = judge.register
    moving = {
        known.serial: new
        for known in register.insoles.values()
        if (new := judge.wearers.group_of(known.serial, known.side)) != known.group
    }
    if not moving:
        return
    since = [at for serial in moving if (at := judge.wearers.since_utc_ns(serial)) is not None]
    at_ns = judge.line.of_utc(max(since)) if since else judge.line.now()
    try:
        for group in {register.insoles[serial].group for serial in moving}:
            members = register.members(group)
            goals = {moving.get(known.serial, group) for known in members}
            if len(goals) == 1 and register.current(goal := goals.pop()) is None:
                _rename(judge, group, goal)
            else:
                for known in members:
                    if known.serial in moving:
                        _move(judge, known, moving[known.serial], at_ns)
        register.save()
    except (JournalError, RegisterError) as error:
        judge.failure = str(error)


def _rename(judge: Judge, group: str, goal: str) -> None:
    register = judge.register
    register.switches = [
        switch._replace(group=goal) if switch.group == group else switch for switch in register.switches
    ]
    for wearing in register.wearings.values():
        if wearing.group == group:
            wearing.group = goal
    for known in register.members(group):
        known.group = goal


def _move(judge: Judge, known: KnownInsole, goal: str, at_ns: int) -> None:
    register, router = judge.register, judge.router
    left = register.current(known.group)
    target = register.current(goal) or judge.begin(goal)
    switch = register.switches_of(goal)[-1]
    if known.segments:
        foot = router.feet[known.serial]
        slot = foot.course.slot_at(at_ns, foot.host_time)
        slot = max(foot.requested_to if slot is None else slot, known.segments[-1].first)
        router.cut(foot, slot, target.number, switch.number)
    known.group, known.applied = goal, switch.number
    if left is not None and left.stage is Stage.OPEN and not register.members(left.group):
        judge.leave(left, at_ns)
