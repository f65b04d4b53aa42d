"""DATA/service/settings.toml: what it may say, and what is said of it when it makes no sense."""

import os
import re
from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.service.publish.describe import describe
from plantigrade.service.publish.installation import installation_id
from plantigrade.service.publish.settings import (
    LslSettings,
    MqttSettings,
    PublishSettings,
    read_settings,
)
from plantigrade.service.settings_file import settings_file


def write(data: Path, text: str) -> Path:
    path = settings_file(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", [None, "", "[other]\nhost = 1\n"])
def test_nothing_is_published_unless_a_section_asks_for_it(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        write(tmp_path, text)
    settings = read_settings(tmp_path)
    assert settings == PublishSettings(None)
    assert describe(settings, "0a1b2c3d") == (
        "Nothing leaves this computer: the settings have no section [mqtt] or [lsl]."
    )


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ('host = "localhost"', MqttSettings("localhost", 1883, tls=False)),
        ('host = "::1"\ntls = true', MqttSettings("::1", 8883, tls=True)),
        (
            'host = "broker.example.org"\nport = 9000\ntopic = "/home/insoles/"\ndiscovery = ""\n'
            "health_values = true",
            MqttSettings(
                "broker.example.org", 9000, tls=True, topic="home/insoles", discovery="", health_values=True
            ),
        ),
    ],
)
def test_what_it_may_say(text: str, settings: MqttSettings, tmp_path: Path) -> None:
    write(tmp_path, f"[mqtt]\n{text}\n")
    assert read_settings(tmp_path).mqtt == settings


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mqtt = 1", "mqtt is a section: it begins with a line [mqtt]"),
        ("[mqtt", "is not TOML"),
        ("[mqtt]", "[mqtt] host is missing"),
        ("[mqtt]\nhots = 1", "[mqtt] hots is not known; there are host, port,"),
        ('[mqtt]\npassword = "s3cret"', "[mqtt] password is not known"),
        ('[mqtt]\nhost = "localhost"\nport = "x"', "[mqtt] port is a whole number"),
        ('[mqtt]\nhost = "localhost"\nport = true', "[mqtt] port is a whole number"),
        ('[mqtt]\nhost = "localhost"\nport = 70000', "[mqtt] port is between 1 and 65535"),
        ('[mqtt]\nhost = "10.0.0.2"\ntls = false', "[mqtt] tls cannot be false for 10.0.0.2"),
        ('[mqtt]\nhost = "localhost"\ntls = 1', "[mqtt] tls is true or false"),
        ('[mqtt]\nhost = "localhost"\ntopic = "a/#"', "[mqtt] topic is the beginning of a topic"),
        ('[mqtt]\nhost = "localhost"\ntopic = "/"', "[mqtt] topic is the beginning of a topic"),
        ('[mqtt]\nhost = "localhost"\nca_file = "none.pem"', "none.pem, which is no file"),
        ('[mqtt]\nhost = "localhost"\nkeyring = true', "[mqtt] user is missing"),
        (
            '[mqtt]\nhost = "localhost"\nuser = "u"\nkeyring = true',
            "[mqtt] keyring has no password of u; set it with: keyring set plantigrade-mqtt u",
        ),
    ],
)
def test_what_makes_no_sense_is_said(text: str, problem: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(FileError) as refused:
        read_settings(tmp_path, keyring=lambda service, user: None)
    assert problem in str(refused.value) and str(refused.value).startswith(str(path))
    assert "s3cret" not in str(refused.value)


def test_a_password_is_read_from_a_file_that_only_the_owner_reads_or_from_the_keyring(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, '[mqtt]\nhost = "localhost"\nuser = "u"\npassword_file = "word"\n')
    word = path.parent / "word"
    word.write_text("s3cret\n", encoding="utf-8")
    word.chmod(0o600)
    settings = read_settings(tmp_path).mqtt
    assert settings is not None and settings.password == "s3cret"
    assert "s3cret" not in repr(settings) + describe(PublishSettings(settings), "0a1b2c3d")
    if os.name == "posix":
        word.chmod(0o644)
        with pytest.raises(FileError, match="can be read by others: chmod 600"):
            read_settings(tmp_path)
    write(tmp_path, '[mqtt]\nhost = "localhost"\nuser = "u"\nkeyring = true\n')
    asked: list[tuple[str, str]] = []

    def keyring(service: str, user: str) -> str:
        asked.append((service, user))
        return "0ther"

    settings = read_settings(tmp_path, keyring).mqtt
    assert settings is not None and settings.password == "0ther"
    assert asked == [("plantigrade-mqtt", "u")]


def test_what_leaves_is_shown_in_words() -> None:
    plain = MqttSettings("127.0.0.1", 1883, tls=False)
    assert describe(PublishSettings(plain), "0a1b2c3d").splitlines() == [
        "MQTT broker 127.0.0.1:1883 (not encrypted, this computer only), topics plantigrade/0a1b2c3d/...",
        "Of each insole: link, battery, charging, log used, last frame, fault; its serial number and side.",
        "Home Assistant finds them under homeassistant/...",
        "Nothing about health: health_values is false.",
    ]
    health = MqttSettings("broker", 8883, tls=True, discovery="", health_values=True)
    assert (
        describe(PublishSettings(health), "0a1b2c3d")
        .splitlines()[-1]
        .startswith("Nothing about health: nobody")
    )
    shown = describe(PublishSettings(health), "0a1b2c3d", ["P001", "P002"]).splitlines()
    assert shown[0].startswith("MQTT broker broker:8883 (encrypted)")
    assert shown[-1] == (
        "Of P001, P002, under a pseudonym: steps today, worn today, open alerts, reminders watch;"
        " strides, alerts, weekly summaries."
    )
    assert not any("Home Assistant" in line for line in shown)


@pytest.mark.parametrize(
    ("text", "reach", "shown"),
    [
        ("[lsl]", "computer", "for this computer."),
        ('[lsl]\nreach = "network"', "network", "for everyone in this network, not encrypted."),
    ],
)
def test_live_samples_on_the_lab_streaming_layer_are_asked_for_and_shown(
    text: str, reach: str, shown: str, tmp_path: Path
) -> None:
    write(tmp_path, text)
    settings = read_settings(tmp_path)
    assert settings == PublishSettings(None, LslSettings(reach))
    described = describe(settings, "0a1b2c3d")
    assert described == f"Lab Streaming Layer: live forces of every insole, {shown}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("lsl = true", "lsl is a section"),
        ('[lsl]\nreach = "world"', '[lsl] reach is "computer" or "network"'),
        ("[lsl]\non = true", "[lsl] on is not known"),
    ],
)
def test_what_makes_no_sense_of_lsl_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    write(tmp_path, text)
    with pytest.raises(FileError, match=re.escape(problem)):
        read_settings(tmp_path)


def test_the_name_of_the_installation_is_random_and_stays(tmp_path: Path) -> None:
    names = {installation_id(tmp_path / str(number)) for number in range(3)}
    assert len(names) == 3 and all(len(name) == 8 and int(name, 16) >= 0 for name in names)
    assert installation_id(tmp_path / "0") in names
    (tmp_path / "0" / "service" / "installation").write_text("my computer")
    with pytest.raises(FileError, match="remove it for a new one"):
        installation_id(tmp_path / "0")
