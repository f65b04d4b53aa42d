"""The documentation as one site: strict, complete, nothing fetched from elsewhere; the notebooks run."""

import re
from pathlib import Path

import mkdocs.exceptions
import nbformat
import pytest

from tools.docs_site import build, checked_links, notebooks, pages
from tools.docs_site.docstrings import as_site

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "docs" / "notebooks"
ROW = re.compile(
    r"^\| (controls|patients) \(\d+\) \| ([^|]+) \| [^|]+ \| ([\d.]+) \+- ([\d.]+) \|", re.MULTILINE
)


@pytest.mark.slow
def test_the_site_is_complete_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    """A warning of MkDocs or mkdocstrings fails the build; then the HTML is followed as a browser would."""
    staged, site = tmp_path / "source", tmp_path / "site"
    count = pages.stage(ROOT, staged)
    first = staged / "docs" / "notebooks" / "first-look.ipynb"
    notebooks.write(notebooks.run(first), first)
    build.build(ROOT, staged, site)
    assert len(list(site.rglob("*.html"))) == count + 1  # and the page for what is not found
    assert checked_links.broken_links(site) == []
    assert checked_links.outside_sources(site) == []
    api = (site / "docs/reference/python-recording.html").read_text()
    assert all(
        f'id="plantigrade.api.recording.Recording.{name}"' in api for name in ("forces", "between", "xarray")
    )
    assert "Raises" in api and "<blockquote>" not in api, "examples are code, not quotations"
    notebook = (site / "docs/notebooks/first-look.html").read_text()
    pictures = re.findall(r'<img[^>]*src="data:image/png[^>]*>', notebook)
    assert len(pictures) == 3 and all(re.search(r'alt="\w+', picture) for picture in pictures)


def project(folder: Path, page: str) -> Path:
    """A project of two pages."""
    (folder / "docs").mkdir()
    (folder / "README.md").write_text("# Small\n")
    (folder / "docs" / "README.md").write_text("# Pages\n\n## Reference\n\n- [One](one.md)\n")
    (folder / "docs" / "one.md").write_text(page)
    return folder


@pytest.mark.parametrize(
    "page",
    [
        "# One\n\n[gone](two.md)\n",
        "# One\n\n[gone](../README.md#nowhere)\n",
        "# One\n\n::: plantigrade.nonsense\n",
    ],
)
def test_what_leads_nowhere_stops_the_site(page: str, tmp_path: Path) -> None:
    root = project(tmp_path, f"# One\n\n{page}")
    pages.stage(root, tmp_path / "staged")
    with pytest.raises(mkdocs.exceptions.Abort):
        build.build(root, tmp_path / "staged", tmp_path / "site")


def test_broken_links_of_html_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="b.html#x"></a><a href="b.html#y"></a><img src="c.png"><a href="#z"></a>'
    )
    (tmp_path / "b.html").write_text('<h1 id="x"></h1><script src="https://example.org/x.js"></script>')
    assert checked_links.broken_links(tmp_path) == ["a.html: b.html#y", "a.html: c.png", "a.html: #z"]
    assert checked_links.outside_sources(tmp_path) == ["b.html: https://example.org/x.js"]


def test_a_page_for_the_site(tmp_path: Path) -> None:
    """Blocks that tests run are shells as others; a folder has no page; what is linked comes along."""
    text = "# One\n\n```sh test\nls\n```\n\n[rules](../host) and [code](x.py) and ![picture](y.png)\n"
    root = project(tmp_path, text)
    (tmp_path / "host").mkdir()
    (tmp_path / "docs" / "x.py").write_text("pass")
    (tmp_path / "docs" / "y.png").write_bytes(b"")
    assert pages.stage(root, tmp_path / "staged") == 3
    staged = (tmp_path / "staged" / "docs" / "one.md").read_text()
    assert staged == "# One\n\n```sh\nls\n```\n\nrules and [code](x.py) and ![picture](y.png)\n"
    assert sorted(p.name for p in (tmp_path / "staged" / "docs").iterdir()) == [
        "README.md",
        "one.md",
        "site.css",
        "x.py",
        "y.png",
    ]


def test_docstrings_for_the_site() -> None:
    text = "Axes: docs/reference/coordinates.md.\n\nExample:\n    >>> 1\n    1\n"
    assert (
        as_site(text) == "Axes: [coordinates](../reference/coordinates.md).\n\nExamples:\n    >>> 1\n    1\n"
    )


@pytest.mark.style
@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_lie_in_the_repository_without_results(notebook: Path) -> None:
    node = nbformat.read(notebook, as_version=4)
    nbformat.validate(node)
    code = [cell for cell in node.cells if cell.cell_type == "code"]
    assert code and all(not cell.outputs and cell.execution_count is None for cell in code)
    drawn = [cell for cell in code if "plt.subplots" in cell.source]
    assert drawn and all(cell.metadata.get("alt") for cell in drawn), "a picture needs words, too"


def results(node: nbformat.NotebookNode, kind: str) -> list[str]:
    """What the cells of a notebook show, of one kind."""
    shown = [one for cell in node.cells for one in cell.get("outputs", [])]
    return [one["data"][kind] for one in shown if kind in one.get("data", {})]


@pytest.mark.slow
def test_two_shoes_differ_as_they_were_made_to() -> None:
    """The body's first peak comes 10 % later in the soft shoe; the notebook's interval holds that."""
    node = notebooks.run(NOTEBOOKS / "two-shoes.ipynb")
    assert len(results(node, "image/png")) == 2
    row = next(text for text in results(node, "text/plain") if "f1_time_pct " in text and "from %" in text)
    _firm, _soft, low, high = (float(word) for word in re.search(r"f1_time_pct (.+)", row)[1].split())  # pyright: ignore
    assert 0 < low < 10 < high


@pytest.mark.slow
def test_the_study_reproduces_the_table_of_the_validation(shared_data: Path) -> None:
    """The same people through the command's validation: docs/reference/validation.md."""
    node = notebooks.run(NOTEBOOKS / "study-of-33-people.ipynb", shared_data)
    assert len(results(node, "image/png")) == 1
    stated = ROW.findall((ROOT / "docs/reference/validation.md").read_text())
    assert len(stated) == 8
    table = next(text for text in results(node, "text/plain") if "published SD" in text)
    shown = re.findall(
        r"(stride time s|stride time CV %|swing %|swing CV %) +[\d.]+ +[\d.]+ +([\d.]+) +([\d.]+)", table
    )
    assert [(name, float(mean), float(sd)) for name, mean, sd in shown] == [
        (name, float(mean), float(sd)) for _, name, mean, sd in stated
    ]


def test_without_recordings_the_study_says_what_is_missing(tmp_path: Path) -> None:
    node = notebooks.run(NOTEBOOKS / "study-of-33-people.ipynb", tmp_path)
    printed = "".join(one.get("text", "") for cell in node.cells for one in cell.get("outputs", []))
    assert "gaitpdb is not there: set PLANTIGRADE_SHARED_DATA" in printed
