"""Collecting: keep insoles connected, journal what comes, complete it from their logs."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from plantigrade.bridge.backfill import Backfill
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import Journal
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.bridge.reconnecting import LinkFactory, ReconnectingConnection
from plantigrade.bridge.session import SessionPolicy
from plantigrade.link.base import LinkError

POLICY = SessionPolicy(mode=None, from_log=True)
TRIES = 100
PAUSE_S = 0.5
REACH_S = 90.0
"""An insole that is not connected within this is out of reach: longer than the longest pause between two
attempts and the search of a radio."""


async def collect(
    links: Mapping[str, LinkFactory],
    journal: Path,
    stop: asyncio.Event,
    policy: SessionPolicy = POLICY,
    final_mode: int | None = None,
    watch: Callable[[Insole, ReconnectingConnection], None] = lambda insole, connection: None,
) -> dict[str, Insole]:
    """Collect from insoles into a journal until `stop` is set; then fetch what is still lacking and end.

    Args:
        links: by name of the insole, what makes a link to it for each attempt.
        journal: its file; carried on with if it is there.
        stop: set when it is time to end.
        policy: of the sessions.
        final_mode: mode to put the insoles in before the last fetch, so that there is an end to it.
        watch: called with each insole and its connection before it is made, for a live view.

    Returns:
        The insoles with their ledgers.

    Raises:
        JournalError: the journal cannot be opened, or the last commit was refused.
        LinkError: an insole could not be completed; the others have been.
    """
    journal_file = Journal(journal)
    journal_writer = JournalWriter(journal_file)
    insoles = {name: Insole(name) for name in links}
    connections = {
        name: ReconnectingConnection(insoles[name], make_link, policy) for name, make_link in links.items()
    }
    for insole in insoles.values():
        journal_writer.watch(insole)
    for name, insole in insoles.items():
        watch(insole, connections[name])
    tasks = [asyncio.create_task(connection.run()) for connection in connections.values()]
    tasks.append(asyncio.create_task(journal_writer.run()))
    try:
        await stop.wait()
        # Side by side: one insole that is out of reach must not keep the others from ending in good order.
        endings = [complete(connection, journal_writer, final_mode) for connection in connections.values()]
        for failure in await asyncio.gather(*endings, return_exceptions=True):
            if failure is not None:
                raise failure
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        journal_file.close()
    return insoles


async def complete(
    connection: ReconnectingConnection, journal_writer: JournalWriter, final_mode: int | None = None
) -> None:
    """Fetch what one insole has and the journal lacks, however often the link breaks; commit, acknowledge.

    Raises:
        LinkError: the insole is out of reach for `REACH_S`, or could not be completed in many tries.
    """
    from insole_protocol import ids

    last = LinkError(f"{connection.insole.name} was never connected for long enough to be completed")
    for _ in range(TRIES):
        try:
            async with asyncio.timeout(REACH_S):
                await connection.streaming.wait()
        except TimeoutError as error:
            raise LinkError(
                f"{connection.insole.name} is out of reach; what its log holds is fetched by the next run"
            ) from error
        session = connection.session
        if session is None:
            await asyncio.sleep(PAUSE_S)
            continue
        try:
            if final_mode is not None:
                await session.command_client.ask(ids.OP_SET_MODE, final_mode)
            log = await session.fetch_log_info()
            connection.insole.request_to(log.next_seq)
            while any(gap.first < log.next_seq for gap in connection.insole.ledger.open_gaps()):
                await Backfill(session).fetch_all()
                await asyncio.sleep(PAUSE_S)
            journal_writer.commit()
            await Backfill(session).acknowledge()
            return
        except LinkError as error:
            last = error
            await asyncio.sleep(PAUSE_S)
    raise last
