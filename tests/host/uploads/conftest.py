"""Homes and clinics of the tests; fixtures of the library's and the archive's tests as they are there."""

from tests.host.archive.conftest import s3  # noqa: F401
from tests.host.library.conftest import (  # noqa: F401
    in_utc,
    no_keys_from_outside,
    postgres,
    url,
)
