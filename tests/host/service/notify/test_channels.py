"""Real apprise against servers on loopback; no address is ever shown."""

import asyncio
import io
import logging
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from plantigrade.library.person.entries import Channel
from plantigrade.service.notify.channels import AppriseSender, Sent, desktop_address, hide_secrets, service_of
from plantigrade.service.notify.errors import NotifyError
from plantigrade.service.notify.messages import Message

from tools.local_servers import mailbox, ntfy

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
SECRETS = ("s3cret-topic", "passw0rd", "tok3n-abcdef")
MESSAGE = Message("Plantigrade", "Grüße: a message.\nTwo lines.")


@pytest.fixture
def root_log() -> Generator[io.StringIO]:
    """What a program that logs everything would log."""
    text = io.StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(level)
    root.removeHandler(handler)


def phone(port: int, topic: str = SECRETS[0]) -> Channel:
    return Channel("phone", f"ntfy://person:{SECRETS[1]}@127.0.0.1:{port}/{topic}")


async def test_a_message_arrives_whole_and_refers_to_nothing_in_the_network() -> None:
    async with ntfy() as endpoint:
        assert await AppriseSender().send(phone(endpoint.port), MESSAGE) == Sent(True)
    (got,) = endpoint.got
    assert (got["topic"], got["title"], got["message"]) == (SECRETS[0], MESSAGE.title, MESSAGE.body)
    assert "http" not in str(got) + str(endpoint.headers)


async def test_a_mail_arrives_with_its_file(tmp_path: Path) -> None:
    week = tmp_path / "week.pdf"
    week.write_bytes(b"%PDF-1.7 a week")
    async with mailbox() as box:
        address = f"mailto://127.0.0.1:{box.port}?from=insoles@example.org&to=anna@example.org&mode=insecure"
        sent = await AppriseSender().send(Channel("mail", address), Message("Plantigrade", "Week", file=week))
    assert sent == Sent(True)
    (mail,) = box.got
    assert mail["Subject"] == "Plantigrade" and "anna@example.org" in mail["To"]
    parts = {part.get_filename() or part.get_content_type(): part for part in mail.walk()}
    assert parts["week.pdf"].get_payload(decode=True) == week.read_bytes()
    assert b"Week" in bytes(parts["text/plain"].get_payload(decode=True))


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_a_refusal_is_a_failure_in_words_without_secrets(
    status: int, root_log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    async with ntfy(status) as endpoint:
        sent = await AppriseSender().send(phone(endpoint.port), MESSAGE)
    assert not sent.delivered and sent.note.startswith("ntfy: ") and str(status) in sent.note
    logging.getLogger("plantigrade").warning("the log is read")
    assert "the log is read" in root_log.getvalue()
    shown = sent.note + root_log.getvalue() + "".join(capfd.readouterr())
    assert not [secret for secret in SECRETS if secret in shown]


async def test_nobody_answers() -> None:
    async with ntfy() as endpoint:
        port = endpoint.port
    sent = await AppriseSender().send(phone(port), MESSAGE)
    assert not sent.delivered and "onnection error" in sent.note


async def test_an_endpoint_that_hangs_is_left_after_the_time_allowed() -> None:
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(time.monotonic())
            await asyncio.sleep(0.01)

    async with ntfy(status=0) as endpoint:
        ticking = asyncio.create_task(tick())
        began = time.monotonic()
        sent = await AppriseSender(timeout_s=0.3).send(phone(endpoint.port), MESSAGE)
        took_s = time.monotonic() - began
        ticking.cancel()
    assert sent == Sent(False, "ntfy: no answer within 0.3 s")
    assert 0.3 <= took_s < 2.0
    assert len(ticks) >= 10, "the loop goes on meanwhile"


@pytest.mark.parametrize(
    "address", ["", "tok3n-abcdef", "nonsense://tok3n-abcdef", "mailto://", "tgram://tok3n-abcdef"]
)
async def test_what_is_no_address_is_refused_in_words_without_it(address: str) -> None:
    with pytest.raises(NotifyError, match="no address that can be used") as refused:
        service_of(address)
    assert "tok3n" not in str(refused.value)
    sent = await AppriseSender().send(Channel("x", address), MESSAGE)
    assert sent == Sent(False, str(refused.value))


def test_a_service_is_named_and_the_desktop_only_where_it_can_be_used() -> None:
    assert service_of("ntfy://127.0.0.1/topic") == "ntfy"
    assert service_of("mailto://127.0.0.1?from=a@example.org&to=b@example.org") == "E-Mail"
    desktop = desktop_address()
    assert desktop is None or service_of(desktop)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("topic s3cret-topic: refused", "topic ***: refused"),
        ("https://person:passw0rd@host/s3cret-topic", "https://***:***@host/***"),
        ("ntfy: to a b", "ntfy: to a b"),
    ],
)
def test_everything_of_an_address_is_hidden(text: str, shown: str) -> None:
    assert hide_secrets(text, "ntfy://person:passw0rd@to/s3cret-topic?a=b") == shown
