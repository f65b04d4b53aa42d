"""docs/reference/cli.md says what the commands say."""

from tools.make_cli_reference import PAGE, page


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.make_cli_reference"
