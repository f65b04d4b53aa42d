"""Small files that must survive a power cut: the old content or the new one, never half of either."""

import json
import os


def read_json(path):
    """The object in a file, as a dictionary, or None when there is no such file.

    Raises:
        ValueError: the file is there but does not hold a JSON object.
    """
    try:
        with open(path) as file:
            content = json.load(file)
    except OSError:
        return None
    if not isinstance(content, dict):
        raise ValueError(path)
    return content


def write_json(path, content):
    """Replace a file. littlefs makes the rename atomic.

    Raises:
        OSError: the flash is full or broken; the old content is still there.
    """
    draft = path + ".new"
    with open(draft, "w") as file:
        json.dump(content, file)
    os.rename(draft, path)
