"""Bring the generated pages up to date and make the documentation as one site: `make docs`.

Pages made from code (commands, sensor places) are regenerated first. The notebooks are run; the one of 33
people needs the recordings of `--data` and says so where they are missing. Then pages, notebooks and the
Python interface become `build/docs/index.html` and what belongs to it; a link that leads nowhere stops it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from tools.docs_site import build, checked_links, notebooks, pages

ROOT = Path(__file__).resolve().parent.parent
STAGED = ROOT / "build" / "site_source"
TARGET = ROOT / "build" / "docs"
DATA = ROOT.parent / "shared" / "data"
GENERATORS = (
    "tools.generate_layout",
    "tools.make_cli_reference",
    "tools.parameters_page",
    "tools.make_tables",
)


def write(root: Path, staged: Path, target: Path, data: Path | None, run_notebooks: bool = True) -> int:
    """Make the site below `target`; the number of its pages.

    Args:
        root: of the project.
        staged: folder for the tree of pages, made anew.
        target: folder of the site, made anew.
        data: recordings for the notebooks.
        run_notebooks: False shows them without results.
    """
    count = pages.stage(root, staged)
    for notebook in sorted((staged / "docs" / "notebooks").glob("*.ipynb")) if run_notebooks else []:
        print(f"running {notebook.name}")
        notebooks.write(notebooks.run(notebook, data), notebook)
    build.build(root, staged, target)
    return count


def main() -> int:
    """Regenerate, then write; the exit code of the first generator that fails."""
    parser = argparse.ArgumentParser(prog="make docs", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="recordings of people, for the notebooks")
    parser.add_argument("--no-notebooks", action="store_true", help="show the notebooks without running them")
    chosen = parser.parse_args()
    for module in GENERATORS:
        code = subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=False).returncode
        if code:
            return code
    data = chosen.data if chosen.data.is_dir() else None
    count = write(ROOT, STAGED, TARGET, data, not chosen.no_notebooks)
    broken = checked_links.broken_links(TARGET)
    for link in broken:
        print(f"leads nowhere: {link}", file=sys.stderr)
    place = TARGET.relative_to(ROOT)
    print(f"{count} pages in {place / 'index.html'} and around it")
    print(f"the search wants a server: python -m http.server --directory {place}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
