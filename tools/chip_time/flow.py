"""The longest way through a function whose loops turn a known number of times.

Branches count with their dearer side, so the result is an upper bound of what is executed, not a mean. A loop
is a header that every turn passes; it weighs its turns times the longest turn, and once more from the header
to where it is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.chip_time.cost import Cost
from tools.chip_time.mpy import ListingError


@dataclass(frozen=True)
class Graph:
    """Weights of the nodes, and which may follow which; node 0 of `order` is where the function begins."""

    order: tuple[int, ...]
    after: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class Loop:
    """One loop: its header and all its nodes, the header among them."""

    header: int
    nodes: frozenset[int]


def loops(graph: Graph) -> list[Loop]:
    """All loops, outer ones before those inside them, in the order in which they lie in the code."""
    dominators = _dominators(graph)
    before = _before(graph)
    bodies: dict[int, set[int]] = {}
    for node in graph.order:
        for header in graph.after[node]:
            if header in dominators[node]:
                body = bodies.setdefault(header, {header})
                waiting = [node]
                while waiting:
                    one = waiting.pop()
                    if one not in body:
                        body.add(one)
                        waiting.extend(before[one])
    found = [Loop(header, frozenset(body)) for header, body in bodies.items()]
    return sorted(found, key=lambda loop: (min(loop.nodes), -len(loop.nodes)))


def longest(
    graph: Graph, weights: Mapping[int, Cost], turns: Sequence[float], found: Sequence[Loop] | None = None
) -> Cost:
    """Weight of the longest way from the beginning to any end.

    Args:
        graph: the function.
        weights: of each node.
        turns: of each loop, in the order of `loops`.
        found: the loops, where they are known already.

    Raises:
        ListingError: another number of loops than of turns.
    """
    found = found if found is not None else loops(graph)
    if len(found) != len(turns):
        raise ListingError(f"{len(found)} loops, but {len(turns)} numbers of turns are declared")
    inside = sorted(zip(found, turns, strict=True), key=lambda pair: len(pair[0].nodes))
    own = dict(weights)
    after = {node: set(graph.after[node]) for node in graph.order}
    alive = set(graph.order)
    for loop, count in inside:
        nodes = set(loop.nodes) & alive
        ways = _distances(loop.header, nodes, after, own, loop.header)
        turn = max(ways[node] for node in nodes if loop.header in after[node])
        exits = [node for node in nodes if after[node] - nodes]
        out = max((ways[node] for node in exits if node in ways), default=Cost())
        own[loop.header] = turn * count + out
        after[loop.header] = {target for node in exits for target in after[node]} - nodes
        alive -= nodes - {loop.header}
    start = graph.order[0]
    return max(_distances(start, alive, after, own, -1).values())


def _distances(
    start: int, nodes: set[int], after: Mapping[int, set[int]], own: Mapping[int, Cost], header: int
) -> dict[int, Cost]:
    """Longest way from `start` to each node inside `nodes`, without going back to `header`."""
    order: list[int] = []
    seen: set[int] = set()
    stack: list[tuple[int, list[int]]] = [(start, _inner(start, nodes, after, header))]
    seen.add(start)
    while stack:
        node, left = stack[-1]
        if left:
            following = left.pop()
            if following not in seen:
                seen.add(following)
                stack.append((following, _inner(following, nodes, after, header)))
            continue
        order.append(node)
        stack.pop()
    ways = {start: own[start]}
    for node in reversed(order):
        for following in _inner(node, nodes, after, header):
            ways[following] = max(ways.get(following, Cost()), ways[node] + own[following])
    return ways


def _inner(node: int, nodes: set[int], after: Mapping[int, set[int]], header: int) -> list[int]:
    return [following for following in after[node] if following in nodes and following != header]


def _before(graph: Graph) -> dict[int, list[int]]:
    before: dict[int, list[int]] = {node: [] for node in graph.order}
    for node in graph.order:
        for following in graph.after[node]:
            before[following].append(node)
    return before


def _dominators(graph: Graph) -> dict[int, set[int]]:
    before = _before(graph)
    everything = set(graph.order)
    found = {node: set(everything) for node in graph.order}
    found[graph.order[0]] = {graph.order[0]}
    changed = True
    while changed:
        changed = False
        for node in graph.order[1:]:
            ways = [found[one] for one in before[node]]
            new = {node}
            if ways:
                new |= ways[0].intersection(*ways[1:])
            if new != found[node]:
                found[node] = new
                changed = True
    return found
