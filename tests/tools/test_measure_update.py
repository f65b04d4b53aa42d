"""The bad firmware of `python -m tools.measure_update --bad` is still bad as the sources are now."""

import pytest
from plantigrade.firmware_image.bundle import Bundle

from tools.measure_update import bad_firmware
from tools.measure_update.bench import bundle


def content(made: Bundle) -> dict[str, bytes]:
    """Each file's bytes, by its path."""
    return {file.path: file.content for file in made.files()}


@pytest.mark.parametrize("name", bad_firmware.KINDS)
def test_each_is_the_firmware_with_one_module_made_bad_or_for_another_layout(name: str) -> None:
    kind = bad_firmware.KINDS[name]
    good, bad = bundle("0.2.0"), bundle("0.2.0", kind.files(), layout=kind.layout)
    before, after = content(good), content(bad)
    assert before.keys() == after.keys(), "nothing comes beside what is there"
    changed = {path for path, data in after.items() if data != before[path]}
    assert len(changed) == (kind.layout == good.manifest.lowest_layout)
    assert (bad.manifest.lowest_layout, bad.manifest.highest_layout) == (kind.layout, kind.layout)
