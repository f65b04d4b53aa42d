"""Sentences of the engine and of insoles: each has its German, found by its form, said with its figures."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import plantigrade
import pytest
from plantigrade.posture.rules_engine.rules import shipped_rules
from plantigrade.web.remarks import remark_of
from plantigrade.web.texts import rule_title
from plantigrade.web.words import languages, words_of

HOST = Path(plantigrade.__file__).parent
SOURCES = {
    "gait/findings.py": "",
    "gait/plausibility.py": "",
    "gait/tested_range.py": "",
    "gait/summary.py": "_needs_motion",
    "posture/baseline/like_speed.py": "",
    "posture/rules_engine/findings.py": "",
    "posture/rules_engine/pair_gain.py": "",
    "service/insoles/state.py": "",
}
"""Files whose sentences pages show, and the function whose sentences are for the terminal and JSON alone."""
NAMES = "the recording says that it is of"
PARTS = {
    "{}: {}; {}": "this is running, not a walk that we have tested: stance 30 and 31 % of the stride, so "
    "that both feet are in the air; measures are given, no finding rests on them",
    "{}, which reads alike under both feet, but {}": f"{NAMES} a treadmill, which reads alike under "
    "both feet, but the left insole reads 26 % less than the other in steps of even time: check its "
    "calibration and that it is of the same size, or record standing on each leg for ten seconds",
    "{}, but the samples are those of footswitches, without a unit": f"{NAMES} a plate, but the samples "
    "are those of footswitches, without a unit",
    "{}, but the {} foot reads {} % of its load while it is in the air: a shoe presses on an insole, "
    "nothing presses on {}": f"{NAMES} a plate, but the left foot reads 9 % of its load while it is in the "
    "air: a shoe presses on an insole, nothing presses on a plate",
    "footswitches, but the samples are forces in newtons": f"{NAMES} footswitches, but the samples are "
    "forces in newtons",
    "{} {} {} (tested: {} to {})": "stride time 2.35 s (tested: 0.9 to 1.6)",
    "{} walks of {}": "2 walks of at least 5 valid strides; at least 3 are needed",
}
"""Sentences that are made of others, as they come out."""
FRAGMENTS = re.compile(
    r"stance of the \{\} foot|at least \{\} valid strides; .*|.*a walk that we have tested|"
    r"no finding can rest on this walk|the recording says that it is of \{\}"
)
"""Beginnings of such sentences."""
COUNTED = {
    "counted(len(stream.gaps), 'gap')": "3 gaps",
    "counted(len(stream.bridged), 'short gap')": "4 short gaps",
    "counted(rows, 'sample')": "9 samples",
}


def filled(node: ast.Constant | ast.JoinedStr, name: bool = False) -> str:
    """A sentence with values in it, or with empty braces where its form is wanted."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    parts: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        assert isinstance(part, ast.FormattedValue)
        source = ast.unparse(part.value)
        parts.append("{}" if name else value_of(source))
    return "".join(parts)


def value_of(source: str) -> str:
    if source in COUNTED:
        return COUNTED[source]
    if "foot" in source or source in ("side", "less", "missing"):
        return "left"
    if source == "what":
        return "sensor 3"
    return "cadence, stance_pct" if "metric" in source else "12.5"


def sentences(path: Path, but: str) -> Iterator[tuple[str, str]]:
    """Form and filled text of each sentence of three words and more; docstrings and errors aside."""
    tree = ast.parse(path.read_text("utf-8"))
    quiet = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for one in ast.walk(tree):
        if isinstance(one, ast.JoinedStr):
            quiet |= {id(part) for part in one.values}
        elif isinstance(one, ast.Raise) or (isinstance(one, ast.FunctionDef) and one.name == but):
            quiet |= {id(part) for part in ast.walk(one)}
    for one in ast.walk(tree):
        if isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and isinstance(one.value, str)):
            form = filled(one, name=True)
            if id(one) not in quiet and len(re.findall(r"[a-z]{2,}", form)) > 2 and " " in form:
                yield form, filled(one)


ALL = [
    (f"{file}: {form}", text) for file, but in SOURCES.items() for form, text in sentences(HOST / file, but)
]


@pytest.mark.parametrize("language", [one for one in languages() if one != "en"])
def test_every_sentence_has_its_translation(language: str) -> None:
    words = words_of(language)
    missing = [
        name
        for name, text in ALL
        if not FRAGMENTS.fullmatch(name.split(": ", 1)[1])
        and not remark_of(PARTS.get(name.split(": ", 1)[1], text), words).is_translated
    ]
    assert missing == []
    assert len(ALL) > 45


@pytest.mark.parametrize("text", PARTS.values())
def test_what_is_made_of_parts_is_translated_in_all_of_them(text: str) -> None:
    assert remark_of(text, words_of("de")).is_translated


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("needs 20 valid strides, there are 7", "braucht 20 gültige Doppelschritte, es sind 7"),
        ("left foot: only 4.2 s recorded; too short for anything but single steps",
         "linker Fuß: nur 4,2 s aufgezeichnet; zu kurz für mehr als einzelne Schritte"),
        ("right: the battery is at 7 %: charge it", "rechts: ihr Akku steht bei 7 %: Laden Sie ihn"),
        ("left foot: sensor 3 saturates at 812 N in 9 of 40 strides; peak, loading rate, impulse and body "
         "weight are too low",
         "linker Fuß: Sensor 3 stößt in 9 von 40 Doppelschritten bei 812 N an die Grenze; Spitze, "
         "Belastungsrate, Impuls und Körpergewicht sind zu klein"),
        ("right foot: 4 short gaps of 9 samples in all; straight lines stand for them, and each stride says "
         "how many of its samples are such",
         "rechter Fuß: 4 kurze Lücken, zusammen 9 Messwerte; an ihrer Stelle stehen gerade Linien, und jeder "
         "Doppelschritt nennt, wie viele seiner Messwerte solche sind"),
        ("the recording does not give stance_pct, of_nobody",
         "die Aufzeichnung enthält nicht: der Anteil des Doppelschritts am Boden in Prozent, of_nobody"),
    ],
)  # fmt: skip
def test_figures_and_sides_are_said_in_german(text: str, german: str) -> None:
    assert remark_of(text, words_of("de")).text == german


def test_a_sentence_of_nobody_stays_and_english_is_left_alone() -> None:
    text = "left foot: nobody ever said this; nor this"
    assert remark_of(text, words_of("de")).text == text
    assert not remark_of(text, words_of("de")).is_translated
    assert remark_of(text, words_of("en")).is_translated


def test_every_rule_has_its_title_and_the_english_one_is_the_rule_s() -> None:
    rules = shipped_rules()
    english, german = words_of("en"), words_of("de")
    assert {key.removeprefix("rule-title.") for key in english.keys if key.startswith("rule-title.")} == set(
        rules
    )
    assert [one.id for one in rules.values() if rule_title(one.id, "", english) != one.title] == []
    assert [one for one in rules if rule_title(one, "", german) in ("", rules[one].title)] == []
