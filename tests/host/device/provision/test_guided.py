"""A bench whose person is guided from another thread, as a page does it."""

import asyncio
from collections.abc import Callable

import pytest
from plantigrade.device.provision import settings
from plantigrade.device.provision.bench import BenchError, measure
from plantigrade.device.provision.guided import GuidedLoader, Question

from tests.host.device.provision.test_bench import Bed

LOADS_N = (5.0, 100.0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are looked for more often than a person needs."""
    monkeypatch.setattr(settings, "ANSWER_POLL_S", 0.0005)


async def next_question(loader: GuidedLoader, after: int = 0) -> Question:
    """As a page in another thread gets it."""
    while True:
        await asyncio.to_thread(loader.wait_for_question, 5.0)
        question = loader.question
        if question is not None and question.number > after:
            return question


async def person(loader: GuidedLoader, bed: Bed, questions: list[Question]) -> None:
    """Does what is asked until all places had all loads."""
    number = 0
    for _ in range(1 + 16 * (len(LOADS_N) + 1)):
        question = await next_question(loader, number)
        number = question.number
        questions.append(question)
        if question.place is None:
            await bed.unload("left")
        else:
            await bed.load("left", question.place, question.force_n)
        assert loader.answer(number)


async def test_every_load_is_asked_for_on_every_place_and_what_it_did_is_told() -> None:
    loader, bed, questions = GuidedLoader(LOADS_N), Bed(), list[Question]()
    helping = asyncio.create_task(person(loader, bed, questions))
    measured = await measure(bed, loader, "left")  # type: ignore[arg-type]
    await helping
    loader.end()
    asked = [(one.place, one.force_n) for one in questions]
    one_place = [(None, 0.0)] + [pair for place in range(16) for pair in _of_a_place(place)]
    assert asked == one_place
    assert [(one.place, one.force_n) for one in loader.seen_so_far] == bed.done
    assert [one.rise for one in loader.seen_so_far] == [
        one.count - measured.zero[one.sensor] for one in measured.readings
    ]
    assert loader.share == 1.0 and loader.question is None


def _of_a_place(place: int) -> list[tuple[int | None, float]]:
    return [*((place, load) for load in LOADS_N), (None, 0.0)]


async def asking(loader: GuidedLoader) -> "asyncio.Task[None]":
    """A bench that waits for its first load."""
    task = asyncio.create_task(loader.load("left", 8, 20.0))
    await next_question(loader)
    return task


async def test_an_answer_to_a_question_of_before_is_none() -> None:
    loader = GuidedLoader()
    task = await asking(loader)
    assert loader.question == Question(1, 8, 20.0)
    assert loader.question.kilograms == pytest.approx(2.04, abs=0.01)
    assert not loader.answer(2)
    assert loader.answer(1) and not loader.answer(1)
    await task


@pytest.mark.parametrize(
    ("how", "says"),
    [
        pytest.param(lambda loader: loader.give_up(), "ended by you", id="given up"),
        pytest.param(lambda loader: None, "no answer for 1 minutes", id="nobody is there any more"),
    ],
)
async def test_a_bench_without_its_person_ends(how: Callable[[GuidedLoader], None], says: str) -> None:
    now_s = 0.0
    loader = GuidedLoader(patience_s=60.0, clock_s=lambda: now_s)
    task = await asking(loader)
    how(loader)
    now_s = 61.0
    with pytest.raises(BenchError, match=says):
        await task
    loader.end()
    loader.wait_until_over(0.0)
    assert loader.question is None
