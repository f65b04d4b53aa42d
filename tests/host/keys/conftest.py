"""No key of this computer is found, and no library but those of the tests."""

import pytest


@pytest.fixture(autouse=True)
def no_keys_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PLANTIGRADE_KEY", "PLANTIGRADE_KEY_FILE", "PLANTIGRADE_LIBRARY", "PLANTIGRADE_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
