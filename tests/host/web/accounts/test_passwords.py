"""Which passwords are taken, and what checking one costs (OWASP ASVS 5.0, 6.2)."""

import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters
from plantigrade.web.accounts import passwords
from plantigrade.web.accounts.passwords import BusyError, PasswordError, check_new, hash_password, matches


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "a" * 6 + "bcdefg" * 20,
        "x9!" * 5 + "kqwm",
        "ohnegroßeundziffern",
        "         spaces count ",
        "\U0001f9b6\U0001f9b5 feet and legs in words",
        "abcdefgh" * 8,
    ],
)
def test_long_ones_of_any_characters_are_taken(password: str) -> None:
    """At least 64 characters, no rules of composition, spaces and any script (6.2.1, 6.2.5, 6.2.8, 6.2.9)."""
    check_new(password, "home")
    assert matches(hash_password(password), password)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "x" * 257,
        "aaaaaaaaaaaaaaa",
        "abababababab",
        "passwordpassword",
        "Plantigrade2026",
        "MyInsole12345",
        "annannannann12",
        "1q2w3e4r5t6y",
        "Administrator1",
        "iloveyou1234",
        "qwerty123456789",
        "changeme12345",
    ],
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    """Too short, too few characters, the commonest ones, and words of this context (6.2.4, 6.2.11)."""
    with pytest.raises(PasswordError):
        check_new(password, "home")


def test_a_name_is_no_password() -> None:
    with pytest.raises(PasswordError, match="practice"):
        check_new("Practice-Practice-1", "Dr. Practice")


def test_a_password_is_checked_as_it_was_typed() -> None:
    """Not cut off, not changed in case, no white space taken away (6.2.8)."""
    stored = hash_password("Correct horse battery ")
    for other in ("correct horse battery ", "Correct horse battery", "Correct horse battery  "):
        assert not matches(stored, other)
    assert not matches(None, "Correct horse battery ") and not matches("no hash", "x")


def test_hashes_are_argon2id_as_its_standard_advises(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9106: 64 MiB, three passes, four lanes; a salt each (ASVS 11.4.2)."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())
    first, second = hash_password("correct horse battery"), hash_password("correct horse battery")
    assert first.startswith("$argon2id$") and first != second
    found = extract_parameters(first)
    assert (found.memory_cost, found.time_cost, found.parallelism) == (65_536, 3, 4)


class Slow:
    """A hasher that computes until it is let go."""

    def __init__(self) -> None:
        self.go, self.most, self.now = threading.Event(), 0, 0
        self._lock = threading.Lock()

    def verify(self, _stored: str, _password: str) -> bool:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go.wait(10)
        with self._lock:
            self.now -= 1
        return True


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow()
    monkeypatch.setattr(passwords, "_hasher", made)
    yield made
    made.go.set()


def test_two_at_once_compute_six_wait_and_others_are_told(slow: Slow) -> None:
    """Sixty-four megabytes each: a flood of tries takes neither the memory nor the threads (ASVS 2.4.1)."""
    done: list[str] = []

    def attempt() -> None:
        try:
            matches("stored", "password")
            done.append("checked")
        except BusyError:
            done.append("busy")

    attempts = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in attempts:
        thread.start()
    while len(done) < 12:
        threading.Event().wait(0.01)
    assert done == ["busy"] * 12
    slow.go.set()
    for thread in attempts:
        thread.join()
    assert done.count("checked") == 8 and slow.most == 2
