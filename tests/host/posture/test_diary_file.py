"""The diary's entries, file and commands: what is kept, what is refused and with which words."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.library.posture_commands.commands import posture
from plantigrade.posture.baseline.baseline import Day, PersonalBaseline
from plantigrade.posture.diary.diary import QUESTIONS, BodySite, Entry, as_json, load_diary, save_diary
from plantigrade.posture.rules_engine.guidance import catalogue

AT = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"score": 11}, "pain is given from 0 to 10, not 11"),
        ({"score": -1}, "pain is given from 0 to 10, not -1"),
        ({"side": "up"}, "the side is left, right or both, not 'up'"),
        ({"at": datetime(2026, 1, 1)}, "a diary entry needs a time with its time zone"),
        ({"note": "x" * 1001}, "a note has at most 1000 characters"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused_with_the_reason(wrong: dict[str, object], text: str):
    with pytest.raises(PlantigradeError) as refused:
        Entry(**({"at": AT, "place": BodySite.KNEE, "score": 3} | wrong))
    assert str(refused.value) == text


@pytest.mark.parametrize(
    "right",
    [
        {"score": 0},
        {"score": 10},
        {"side": "left"},
        {"side": "right"},
        {"side": "both"},
        {"note": "x" * 1000},
    ],
)
def test_an_entry_may_go_to_the_ends_of_what_makes_sense(right: dict[str, object]):
    plain = Entry(AT, BodySite.KNEE, 3)
    assert (plain.side, plain.note) == ("", "")
    full = Entry(**({"at": AT, "place": BodySite.KNEE, "score": 3} | right))
    assert {key: getattr(full, key) for key in right} == right


def test_the_file_holds_the_entries_in_the_order_of_their_times(tmp_path: Path):
    path = tmp_path / "pain.json"
    east = timezone(timedelta(hours=2))
    late = Entry(AT, BodySite.LOWER_BACK, 4, "both", "after the stairs")
    early = Entry(datetime(2026, 3, 2, 22, 30, tzinfo=east), BodySite.KNEE, 0)
    save_diary(path, [late, early])
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "schema": "plantigrade.diary/1",
        "entries": [
            {"at": "2026-03-02T22:30+02:00", "place": "knee", "side": "", "score": 0, "note": ""},
            {
                "at": "2026-03-02T21:00+00:00",
                "place": "lower-back",
                "side": "both",
                "score": 4,
                "note": "after the stairs",
            },
        ],
    }
    assert load_diary(path) == [early, late]
    assert as_json(late)["at"] == "2026-03-02T21:00+00:00"


def test_the_file_is_for_people_to_read_too(tmp_path: Path):
    save_diary(tmp_path / "pain.json", [Entry(AT, BodySite.KNEE, 3)])
    assert (tmp_path / "pain.json").read_text(encoding="utf-8") == (
        '{\n "schema": "plantigrade.diary/1",\n "entries": [\n  {\n   "at": "2026-03-02T21:00+00:00",\n'
        '   "place": "knee",\n   "side": "",\n   "score": 3,\n   "note": ""\n  }\n ]\n}\n'
    )


def stored(path: Path, **changed: object) -> Path:
    entry = {"at": "2026-03-02T21:00+00:00", "place": "knee", "side": "", "score": 3, "note": ""} | changed
    entry = {key: value for key, value in entry.items() if value != "missing"}
    path.write_text(json.dumps({"schema": "plantigrade.diary/1", "entries": [entry]}))
    return path


@pytest.mark.parametrize(
    "changed",
    [
        *({key: "missing"} for key in ("at", "place", "side", "score", "note")),
        {"at": "yesterday"},
        {"at": 7},
        {"at": "2026-03-02T21:00"},
        {"place": "elbow"},
        {"score": 11},
        {"score": "much"},
        {"score": None},
        {"side": "up"},
        {"note": "x" * 1001},
    ],
)
def test_an_entry_of_a_file_that_makes_no_sense_is_refused_by_name(
    tmp_path: Path, changed: dict[str, object]
):
    assert load_diary(stored(tmp_path / "pain.json")) == [Entry(AT, BodySite.KNEE, 3)]
    with pytest.raises(FileError) as refused:
        load_diary(stored(tmp_path / "pain.json", **changed))
    assert str(refused.value).startswith(f"{tmp_path / 'pain.json'}: holds an entry that makes no sense: ")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", "is not JSON: "),
        (b"\xff", "is not JSON: "),
        (b"[" * 100_000, "is not JSON: "),
        (b"[]", "is not a diary of the schema plantigrade.diary/1"),
        (b'{"entries": []}', "is not a diary of the schema plantigrade.diary/1"),
        (b'{"schema": "plantigrade.baseline/1"}', "is not a diary of the schema plantigrade.diary/1"),
        (b'{"schema": "plantigrade.diary/1"}', "holds an entry that makes no sense: "),
        (b'{"schema": "plantigrade.diary/1", "entries": 7}', "holds an entry that makes no sense: "),
        (b'{"schema": "plantigrade.diary/1", "entries": [7]}', "holds an entry that makes no sense: "),
    ],
)
def test_a_file_that_is_no_diary_is_refused_by_name(tmp_path: Path, content: bytes, text: str):
    path = tmp_path / "pain.json"
    path.write_bytes(content)
    with pytest.raises(FileError) as refused:
        load_diary(path)
    assert str(refused.value).startswith(f"{path}: {text}")


def test_a_diary_that_is_missing_or_cannot_be_written_is_named(tmp_path: Path):
    with pytest.raises(FileError, match=r"none\.json: cannot be read \(No such file or directory\)$"):
        load_diary(tmp_path / "none.json")
    with pytest.raises(FileError, match=r"pain\.json: cannot be written \(No such file or directory\)$"):
        save_diary(tmp_path / "nowhere" / "pain.json", [])


def call(*arguments: str | Path) -> str:
    result = CliRunner().invoke(posture, ["diary", *(str(one) for one in arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_an_entry_that_was_added_is_read_back(tmp_path: Path):
    book = tmp_path / "pain.json"
    add = ("add", "--diary", book, "--at", "2026-03-02T21:05")
    assert call(*add, "knee", "4", "--side", "left", "--note", "stairs") == (
        f"{book}: 2026-03-02 21:05  left knee 4 of 10: stairs (1 entry)\n"
    )
    assert call(*add, "lower-back", "10") == f"{book}: 2026-03-02 21:05  lower back 10 of 10 (2 entries)\n"
    first, second = load_diary(book)
    local = datetime(2026, 3, 2, 21, 5).astimezone()
    assert (first.at, first.place, first.score, first.side, first.note) == (
        local,
        BodySite.KNEE,
        4,
        "left",
        "stairs",
    )
    assert (second.at, second.place, second.score, second.side, second.note) == (
        local,
        BodySite.LOWER_BACK,
        10,
        "",
        "",
    )
    assert call("list", "--diary", book) == (
        "2026-03-02 21:05  left knee 4 of 10: stairs\n2026-03-02 21:05  lower back 10 of 10\n"
    )
    listed = json.loads(call("list", "--diary", book, "--json", "-"))
    assert listed == {"schema": "plantigrade.diary/1", "entries": [as_json(first), as_json(second)]}


def test_an_entry_without_a_time_is_of_now_and_one_with_a_day_of_its_beginning(tmp_path: Path):
    book = tmp_path / "pain.json"
    before = datetime.now().astimezone()
    call("add", "hip", "1", "--diary", book)
    call("add", "hip", "2", "--at", "2026-03-02", "--diary", book)
    day, now = load_diary(book)
    assert day.at == datetime(2026, 3, 2).astimezone()
    assert timedelta(minutes=-1) <= now.at - before < timedelta(minutes=5)
    assert now.at.utcoffset() == before.utcoffset()


def test_an_empty_diary_says_so(tmp_path: Path):
    save_diary(tmp_path / "pain.json", [])
    assert call("list", "--diary", tmp_path / "pain.json") == "No entries.\n"
    assert json.loads(call("list", "--diary", tmp_path / "pain.json", "--json", "-"))["entries"] == []


QUESTIONS_BY_PLACE = {
    "foot": ("steps", "standing_h", "forefoot_pti_bw"),
    "ankle": ("steps", "ml_index_forefoot"),
    "shin": ("steps", "loading_rate_bw_per_s"),
    "knee": ("steps", "loading_rate_bw_per_s", "force_arch_index"),
    "hip": ("steps", "standing_h", "load_asymmetry_pct"),
    "lower-back": ("standing_h", "longest_still_min", "load_asymmetry_pct"),
    "other": ("steps",),
}


def test_the_questions_are_fixed():
    assert {place.value: asked for place, asked in QUESTIONS.items()} == QUESTIONS_BY_PLACE


def test_the_answer_about_a_place_counts_days_of_both(tmp_path: Path):
    """Sixteen evenings of pain in the knee that follow the steps in a cycle of four; the hip is not asked."""
    book, own = tmp_path / "pain.json", tmp_path / "own.json"
    scores = [0, 3, 1, 2] * 4
    first = date(2026, 3, 1)
    days = [first + timedelta(days=i) for i in range(16)]
    evening = [datetime(day.year, day.month, day.day, 20, tzinfo=UTC) for day in days]
    entries = [Entry(at, BodySite.KNEE, score) for at, score in zip(evening, scores, strict=True)]
    save_diary(book, [*entries, *(Entry(at, BodySite.HIP, 9) for at in evening)])
    PersonalBaseline(
        [
            Day(
                day.isoformat(),
                "everyday",
                60,
                {f"{Foot.LEFT.value}/force_arch_index": 0.1},
                {},
                {"steps": 1e3 * s},
            )
            for day, s in zip(days, scores, strict=True)
        ]
    ).save(own)
    reported = json.loads(call("relate", "knee", "--diary", book, "--baseline", own, "--json", "-"))
    assert reported["schema"] == "plantigrade.diary-relations/1"
    steps, rate, arch = reported["relations"]
    assert (steps["place"], steps["metric"], steps["days"], steps["questions"]) == ("knee", "steps", 16, 3)
    assert steps["rho"] == pytest.approx(1.0)
    assert steps["low"] == pytest.approx(0.2571, abs=1e-4)  # t with three days of freedom for three questions
    assert (rate["metric"], rate["days"], rate["rho"]) == ("loading_rate_bw_per_s", 0, None)
    assert (arch["metric"], arch["days"], arch["rho"]) == ("force_arch_index", 16, None)
    assert call("relate", "knee", "--diary", book, "--baseline", own).splitlines() == [
        steps["words"],
        rate["words"],
        arch["words"],
        catalogue().disclaimer,
    ]
    assert steps["words"].startswith("On days with more knee pain, the number of steps was higher (")


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["add", "knee", "3"], "--diary"),
        (["list"], "--diary"),
        (["relate", "knee", "--diary", "x"], "--baseline"),
        (["relate", "knee", "--baseline", "x"], "--diary"),
        (["relate", "elbow", "--diary", "x", "--baseline", "x"], "elbow"),
        (["add", "knee", "3", "--side", "top", "--diary", "x"], "top"),
        (["add", "knee", "3", "--at", "tonight", "--diary", "x"], "tonight"),
        (["add", "knee", "11", "--diary", "x"], "11"),
        (["add", "elbow", "1", "--diary", "x"], "elbow"),
    ],
)
def test_what_a_command_needs_is_asked_for(arguments: list[str], missing: str):
    result = CliRunner().invoke(posture, ["diary", *arguments])
    assert result.exit_code == 2
    assert missing in result.stderr
