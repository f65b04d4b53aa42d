"""`plantigrade keys` on real libraries: shown without secrets, moved, brought back from paper, forgotten."""

import json
from pathlib import Path

import numpy as np
import pypdf
import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from plantigrade.cli import Invocation
from plantigrade.keys.commands import keys
from plantigrade.library.catalogue.insole_key_revocation import begin_revocation
from plantigrade.library.catalogue.insole_keys import InsoleKeys, insole_keys, keep_insole_keys
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.keys.master_key import read_key_file
from plantigrade.library.keys.typed_code import ONE_TIME_CODE, PAPER_CODE
from plantigrade.library.keys.vault import KeyMissingError, MasterKey

from tests.host.keys.keys_kit import DEVICE, LEFT, LOG, NEW, RIGHT, Home, both, code_in
from tests.host.library.library_kit import FIRST, finalized

SECRETS = [key.hex() for key in (DEVICE, LOG, NEW)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", *both())


def test_what_is_shown_holds_no_secret(home: Home) -> None:
    with home.library() as library:
        keep_insole_keys(library, InsoleKeys("0000246F287A3F03", None, (NEW,)))
        begin_revocation(library, DEVICE, InsoleKeys(LEFT, NEW, (NEW,)))
    text = home.output_of("show")
    left, right, third = text.splitlines()
    assert left.startswith(f"{LEFT}  revoking its keys is not finished") and "2 log keys" in left
    assert right.startswith(f"{RIGHT}  locked, device key of 20") and "2 log keys, the latest of 20" in right
    assert "not locked; 1 log key," in third
    listed = json.loads(home.output_of("show", "--json", "-"))
    assert listed["schema"] == "plantigrade.insole-key-list/1" and listed["library_key"] == home.key.id
    assert [(one["locked"], one["log_keys"], one["being_revoked"]) for one in listed["insoles"]] == [
        (True, 2, True),
        (True, 2, False),
        (False, 1, False),
    ]
    for shown in (text, json.dumps(listed)):
        assert not [secret for secret in SECRETS if secret in shown.lower()]


def test_a_library_without_insoles_says_so(tmp_path: Path) -> None:
    assert Home(tmp_path / "home").output_of("show").startswith("no insole has keys here")


def test_keys_move_to_another_library_with_the_code(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    file = tmp_path / "pair.keys"
    output = home.output_of("move", "3f01", RIGHT, "-o", file)
    code = code_in(output)
    assert file.stat().st_mode & 0o777 == 0o600
    assert not [secret for secret in SECRETS if secret in file.read_text()] and code not in file.read_text()
    taken = other.output_of("recover", file, answer=f"{code.lower()}\n")
    assert taken.splitlines() == [
        f"{LEFT}: its device key is new here; 1 of 1 log keys are new",
        f"{RIGHT}: its device key is new here; 2 of 2 log keys are new",
    ]
    with other.library() as library:
        assert (insole_keys(library, LEFT), insole_keys(library, RIGHT)) == both()
    again = other.output_of("recover", file, answer=f"{code}\n").splitlines()
    assert again[0] == f"{LEFT}: its device key was here; 0 of 1 log keys are new"


def test_keys_that_leave_the_library_are_in_its_audit_log(home: Home, tmp_path: Path) -> None:
    home.output_of("move", LEFT, RIGHT, "-o", tmp_path / "pair.keys")
    home.output_of("paper")
    with home.library() as library:
        actions = {serial: [line.action for line in library.audit(serial)] for serial in (LEFT, RIGHT)}
        assert all("write insole keys to a file" in lines for lines in actions.values())
        assert "show key for paper" in [line.action for line in library.audit(home.key.id)]


def test_a_wrong_code_changes_nothing(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    file = tmp_path / "pair.keys"
    code = code_in(home.output_of("move", LEFT, "-o", file))
    wrong = ONE_TIME_CODE.write(bytes(12))
    assert "code is that of another file" in other.refused("recover", file, answer=f"{wrong}\n")
    slipped = code[:5] + ("X" if code[5] != "X" else "Y") + code[6:]
    assert "group 2" in other.refused("recover", file, answer=f"{slipped}\n")
    with other.library() as library:
        assert insole_keys(library, LEFT) == InsoleKeys(LEFT, None)


def test_a_device_key_from_a_file_never_replaces_the_one_that_is_here(home: Home, tmp_path: Path) -> None:
    """A file from before a revocation would shut the owner out, and let the leaver's insole pass."""
    file = tmp_path / "old.keys"
    code = code_in(home.output_of("move", LEFT, "-o", file))
    with home.library() as library:
        keep_insole_keys(library, InsoleKeys(LEFT, NEW, (NEW,)))
    assert "another device key is here and stays" in home.output_of("recover", file, answer=f"{code}\n")
    with home.library() as library:
        assert insole_keys(library, LEFT) == InsoleKeys(LEFT, NEW, (NEW, LOG))


def test_the_code_also_as_a_picture(home: Home, tmp_path: Path) -> None:
    picture = tmp_path / "code.png"
    code = code_in(home.output_of("move", LEFT, "-o", tmp_path / "k", "--qr", picture))
    from PIL import Image

    assert zxingcpp.read_barcodes(np.array(Image.open(picture).convert("L")))[0].text == code
    assert picture.stat().st_mode & 0o777 == 0o600
    home.output_of("move", LEFT, "-o", tmp_path / "k", "--qr", tmp_path / "code.svg")
    assert "<svg" in (tmp_path / "code.svg").read_text()
    for arguments in (("--qr", "code.gif"), ("--qr", "code.png", "--recovery")):
        assert home.run("move", LEFT, "-o", tmp_path / "k", *arguments).exit_code == 2


def test_what_cannot_be_moved_is_told(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "k"
    assert "no insole ends in 9999" in home.refused("move", "9999", "-o", file)
    assert "no insole ends in 01" in home.refused("move", "01", "-o", file)
    assert "cannot be written" in home.refused("move", LEFT, "-o", tmp_path / "no" / "k")
    with home.library() as library:
        begin_revocation(library, DEVICE, InsoleKeys(LEFT, NEW, (NEW,)))
        keep_insole_keys(library, InsoleKeys("FFFF246F287A3F01", DEVICE, ()))
    assert "being revoked" in home.refused("move", LEFT, "-o", file)
    assert "several insoles end in 3F01" in home.refused("move", "3F01", "-o", file)
    assert not file.exists()


@pytest.mark.parametrize(
    "arguments", [("move", LEFT, "-o", "k"), ("paper",), ("recover", "k"), ("revoke", LEFT)]
)
def test_a_library_in_the_open_has_no_keys_to_look_after(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    Library(tmp_path / "data").close()
    done = CliRunner().invoke(keys, list(arguments), obj=Invocation(data=tmp_path / "data"))
    assert "not encrypted" in str(done.exception)


def test_a_wiped_insole_is_forgotten_and_its_log_keys_stay(home: Home) -> None:
    assert (
        home.output_of("forget", "3F02")
        == f"{RIGHT}: is an open insole from now on; 2 log keys stay for what it "
        "has recorded\n"
    )
    assert "no device key" in home.refused("forget", "3F02")
    with home.library() as library:
        assert insole_keys(library, RIGHT) == InsoleKeys(RIGHT, None, (NEW, LOG))


def test_the_paper_code_opens_recordings_whose_key_was_lost(home: Home) -> None:
    """The page is read as a scanner and as a person do; the key comes back, and everything opens."""
    with home.library() as library:
        finalized(library.recordings, FIRST)
        library.scan()
        change_key(library, home.key)
        before = library.open(FIRST).frames("left").counts
    code = code_in(home.output_of("paper"))
    assert PAPER_CODE.read(code) == home.key.secret
    page = home.folder / "paper.pdf"
    assert code not in home.output_of("paper", "-o", page) and page.stat().st_mode & 0o777 == 0o600
    text = pypdf.PdfReader(page).pages[0].extract_text()
    assert home.key.id in text and all(group in text for group in code.split("-"))
    drawn = pypdfium2.PdfDocument(page)[0].render(scale=3).to_numpy()
    assert [found.text for found in zxingcpp.read_barcodes(drawn)] == [code]

    home.key_file.unlink()
    with pytest.raises(KeyMissingError):
        home.library()
    assert "the library opens again" in home.output_of(
        "recover", answer=f"{code.replace('-', ' ').lower()}\n"
    )
    assert read_key_file(home.key_file) == (home.key,)
    assert home.key_file.stat().st_mode & 0o777 == 0o600
    with home.library() as library:
        assert insole_keys(library, LEFT).device == DEVICE
        assert library.verify(FIRST).ok
        assert np.array_equal(library.open(FIRST).frames("left").counts, before)
    assert "was there already" in home.output_of("recover", answer=code)


def test_a_code_that_is_wrong_changes_nothing(home: Home, tmp_path: Path) -> None:
    home.key_file.unlink()
    stranger = MasterKey.new()
    refused = home.refused("recover", answer=PAPER_CODE.write(stranger.secret) + "\n")
    assert stranger.id in refused and home.key.id in refused
    assert "group 2" in home.refused(
        "recover", answer=PAPER_CODE.write(home.key.secret).replace("-", "-U", 2)
    )
    assert not home.key_file.exists()


def test_the_code_from_a_file_and_other_keys_that_stay(home: Home, tmp_path: Path) -> None:
    other = MasterKey.new()
    home.key_file.write_text(other.text + "\n")
    code = tmp_path / "code.txt"
    code.write_text(PAPER_CODE.write(home.key.secret).replace("-", " ") + "\n")
    home.output_of("recover", "--code-file", code)
    assert read_key_file(home.key_file) == (home.key, other)
    home.key_file.write_text("what is this\n")
    assert "is no key" in home.refused("recover", "--code-file", code)
    assert home.key_file.read_text() == "what is this\n"
    assert "cannot be read" in home.refused("recover", "--code-file", tmp_path / "none")
    code.write_bytes(b"\xff\xfe")
    assert "holds no paper code" in home.refused("recover", "--code-file", code)


def test_the_code_over_standard_input(home: Home) -> None:
    home.key_file.unlink()
    output = home.output_of("recover", "--code-file", "-", answer=PAPER_CODE.write(home.key.secret))
    assert "opens again" in output


def test_a_lost_catalogue_comes_back_with_paper_and_recovery_files(home: Home, tmp_path: Path) -> None:
    with home.library() as library:
        finalized(library.recordings, FIRST)
        library.scan()
        change_key(library, home.key)
    recovery = tmp_path / "keys.recovery"
    assert "sealed for key" in home.output_of("move", LEFT, RIGHT, "-o", recovery, "--recovery")
    code = code_in(home.output_of("paper")) + "\n"
    for path in home.data.glob("library.sqlite*"):
        path.unlink()
    home.key_file.unlink()
    Library(home.data).close()  # a catalogue is made anew, of an open library

    stranger = PAPER_CODE.write(MasterKey.new().secret)
    assert "is encrypted with another key" in home.refused("recover", "--yes", answer=f"{stranger}\n")
    assert not home.key_file.exists()
    assert home.run("recover", answer=f"{code}n\n").exit_code == 1
    assert "1 recordings are encrypted with it" in home.output_of("recover", answer=f"{code}y\n")
    assert "device key is new here" in home.output_of("recover", recovery)
    with home.library() as library:
        assert library.verify(FIRST).ok
        assert (insole_keys(library, LEFT), insole_keys(library, RIGHT)) == both()


def test_a_recovery_file_opens_in_another_library_with_the_paper_of_its_own(
    home: Home, tmp_path: Path
) -> None:
    recovery = tmp_path / "keys.recovery"
    home.output_of("move", LEFT, "-o", recovery, "--recovery")
    other = Home(tmp_path / "other")
    wrong, right = (PAPER_CODE.write(home_.key.secret) for home_ in (other, home))
    assert "does not open it" in other.refused("recover", recovery, answer=f"{wrong}\n")
    result = other.run("recover", recovery, answer=f"{right}\n")
    assert f"was sealed for key {home.key.id}" in result.stderr and "is new here" in result.stdout


def test_there_is_nothing_to_recover_where_no_library_is(tmp_path: Path) -> None:
    done = CliRunner().invoke(keys, ["recover"], obj=Invocation(data=tmp_path / "none"), input="x\n")
    assert "there is no library" in str(done.exception) and not (tmp_path / "none").exists()


def test_a_key_that_paper_cannot_hold_is_told(home: Home) -> None:
    """Base64 whose last character has bits that its bytes do not have: another text for the same bytes."""
    text = home.key.text
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    odd = MasterKey(text[:42] + alphabet[alphabet.index(text[42]) | 1] + "=")
    assert odd.secret == home.key.secret and odd.id != home.key.id
    home.key_file.write_text(f"{odd.text}\n{text}\n")
    with home.library() as library:
        change_key(library, odd)
    assert "cannot be brought onto paper" in home.refused("paper")
