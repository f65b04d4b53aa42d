# nbformat is typed in part.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Running the notebooks: they lie in the repository without results, the site shows them with their
pictures."""

import html
import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

DATA_VARIABLE = "PLANTIGRADE_SHARED_DATA"
LONGEST_CELL_S = 600


def run(notebook: Path, data: Path | None = None) -> nbformat.NotebookNode:
    """A notebook with the results of its cells.

    Args:
        notebook: the file.
        data: folder of recorded walking, for those notebooks that need it; they say what is missing without
            it.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed; the message has its traceback.
    """
    node = nbformat.read(notebook, as_version=4)
    environment = os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    if data is not None:
        environment[DATA_VARIABLE] = str(data.resolve())
    with tempfile.TemporaryDirectory() as sockets:  # of this user alone: no door on the loopback
        client = NotebookClient(
            node,
            timeout=LONGEST_CELL_S,
            startup_timeout=LONGEST_CELL_S,
            kernel_name="python3",
            config=Config(KernelManager={"transport": "ipc", "ip": str(Path(sockets) / "kernel")}),
            resources={"metadata": {"path": str(notebook.parent)}},
        )
        client.execute(env=environment)
    return node


def write(node: nbformat.NotebookNode, target: Path) -> None:
    """Write a notebook that was run as the site shows it: pictures with the words of their cell's `alt`."""
    for cell in node.cells:
        alternative = html.escape(cell.metadata.get("alt", ""), quote=True)
        for shown in cell.get("outputs", []):
            if picture := shown.get("data", {}).pop("image/png", ""):
                shown.data["text/html"] = (
                    f'<img alt="{alternative}" src="data:image/png;base64,{picture.strip()}">'
                )
    nbformat.write(node, target)
