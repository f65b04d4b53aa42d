"""Small files that must survive a power cut: the old content or the new one, never half of either."""

import json
import os

from insole import forget, hold_offs

sampler = None  # that a write must not hold up, once there is one
noted = False  # whether something waits in the journal for its file


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
    before = hold_offs.begin(hold_offs.FLASH_ERASE)
    try:
        with open(draft, "w") as file:
            json.dump(content, file)
        os.rename(draft, path)
    finally:
        hold_offs.end(before)


def keep_json(path, content):
    """As `write_json`, for a file that is read at starts alone: while samples are taken its content goes into
    the journal, which holds nothing up, and into the file as soon as they are not.
    """
    if not sampler or not sampler.running:
        write_json(path, content)
        return
    try:
        from insole import journal

        taken = journal.put_file(path, json.dumps(content).encode())
    except MemoryError:
        taken = False
    forget("journal")
    if not taken:
        write_json(path, content)


def settle():
    """Put what waits in the journal into its files: not while samples are taken. What flash or memory refuse
    waits for the next start."""
    if not noted:
        return
    try:
        from insole import journal

        journal.fold()
    except (OSError, MemoryError) as error:
        print("journal not folded:", repr(error))
    forget("journal")
    forget("events")
