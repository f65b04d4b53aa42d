"""One writer of a file at a time, on every system that Python runs on."""

import errno
import sys

if sys.platform == "win32":
    import msvcrt

    FAR_BYTE = 1 << 40
    """The byte that is locked on Windows, where a locked byte cannot be read: far beyond any file of ours."""

    def lock_file(descriptor: int) -> None:
        """Lock an open file until it is closed or the process ends.

        Raises:
            BlockingIOError: another process holds the lock.
            OSError: the file system has no locks.
        """
        import os

        os.lseek(descriptor, FAR_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(errno.EAGAIN, "the file is locked") from error
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def lock_file(descriptor: int) -> None:
        """Lock an open file until it is closed or the process ends.

        Raises:
            BlockingIOError: another process holds the lock.
            OSError: the file system has no locks.
        """
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
