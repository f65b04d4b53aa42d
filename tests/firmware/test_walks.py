"""State machines on MicroPython, driven by hypothesis: the radio's links and sessions of commands.

The machines and their plain models are in cases/*_walk_cases.py, where seeded walks run them, too; here each
rule and the numbers that it draws come from hypothesis, which shrinks what fails to the fewest steps.
"""

import ast
import subprocess
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.firmware.micropython_run import HERE, start

NUMBERS = st.lists(st.integers(0, 9999), min_size=8, max_size=40)


class Machine(RuleBasedStateMachine):
    """A machine of a case file in an interpreter that stays for all examples."""

    case: ClassVar[str]
    name: ClassVar[str]
    process: ClassVar["subprocess.Popen[str] | None"] = None

    @classmethod
    def ask(cls, line: str) -> str:
        """Send a line; what it was answered. AssertionError with the traceback when it failed."""
        if cls.process is None or cls.process.poll() is not None:
            cls.process = start(
                HERE / "scripts" / "step_machine.py", str(HERE / "cases" / cls.case), cls.name
            )
        assert cls.process.stdin is not None and cls.process.stdout is not None
        cls.process.stdin.write(line + "\n")
        cls.process.stdin.flush()
        while True:
            answer = cls.process.stdout.readline()
            word, _, rest = answer.rstrip("\n").partition(" ")
            if word == "ok":
                return rest
            if word == "failed":
                raise AssertionError(ast.literal_eval(rest))
            assert answer, f"the interpreter ended after {line!r}"

    @initialize()
    def begin(self) -> None:
        self.ask("new")

    def step(self, name: str, numbers: list[int]) -> None:
        """One rule with its draws."""
        self.ask(" ".join(["step", name, *map(str, numbers)]))

    def teardown(self) -> None:
        self.ask("end")

    @classmethod
    def leave(cls) -> None:
        """End the interpreter."""
        if cls.process is not None:
            cls.process.kill()
            cls.process.communicate()
            cls.process = None


class RadioLinks(Machine):
    """Connections, encryption, commands and streams of up to four hosts on two places."""

    case, name = "radio_walk_cases.py", "Radio"

    @rule(numbers=NUMBERS)
    def connect(self, numbers: list[int]) -> None:
        self.step("connect", numbers)

    @rule(numbers=NUMBERS)
    def disconnect(self, numbers: list[int]) -> None:
        self.step("disconnect", numbers)

    @rule(name=st.sampled_from(["exchange_mtu", "encrypt", "stray", "show"]), numbers=NUMBERS)
    def event(self, name: str, numbers: list[int]) -> None:
        self.step(name, numbers)

    @rule(numbers=NUMBERS)
    def command(self, numbers: list[int]) -> None:
        self.step("command", numbers)

    @rule(
        name=st.sampled_from(["serve", "transmit", "live", "serve", "transmit", "fill", "busy"]),
        numbers=NUMBERS,
    )
    def turn(self, name: str, numbers: list[int]) -> None:
        self.step(name, numbers)


class CommandSessions(Machine):
    """What two hosts ask for, right and wrong, while slots go by and the insole boots again."""

    case, name = "command_walk_cases.py", "Insole"

    @rule(numbers=NUMBERS)
    def hello(self, numbers: list[int]) -> None:
        self.step("hello", numbers)

    @rule(
        name=st.sampled_from(["set_setting", "get_setting", "set_mode", "stream", "status"]), numbers=NUMBERS
    )
    def ask_of_the_insole(self, name: str, numbers: list[int]) -> None:
        self.step(name, numbers)

    @rule(name=st.sampled_from(["read", "transfer", "stop", "acknowledge", "info", "erase"]), numbers=NUMBERS)
    def ask_of_the_log(self, name: str, numbers: list[int]) -> None:
        self.step(name, numbers)

    @rule(name=st.sampled_from(["slots", "slots", "slots", "garbage", "forget", "boot"]), numbers=NUMBERS)
    def other(self, name: str, numbers: list[int]) -> None:
        self.step(name, numbers)


def test_every_rule_of_the_machines_is_driven() -> None:
    """A rule that is added to a walk is added here."""
    for machine, driven in (
        (
            RadioLinks,
            "connect disconnect exchange_mtu encrypt stray show command serve transmit live fill busy",
        ),
        (
            CommandSessions,
            "hello status stream set_mode set_setting get_setting read transfer stop acknowledge info erase"
            " slots garbage forget boot",
        ),
    ):
        try:
            rules = {word.partition(":")[2] for word in machine.ask("new").split()}
        finally:
            machine.leave()
        assert rules == set(driven.split())


QUICK = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.micropython
class TestRadioLinks(RadioLinks.TestCase):
    settings = QUICK

    @classmethod
    def teardown_class(cls) -> None:
        RadioLinks.leave()


@pytest.mark.micropython
class TestCommandSessions(CommandSessions.TestCase):
    settings = QUICK

    @classmethod
    def teardown_class(cls) -> None:
        CommandSessions.leave()
