"""What can go wrong with a recording on disk."""

from plantigrade.errors import FileError


class RecordingError(FileError):
    """A recording that cannot be written or is not sound."""
