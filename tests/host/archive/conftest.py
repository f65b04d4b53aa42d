"""Archives of the tests: a cluster and an S3 server for all of them, a library for each."""

from collections.abc import Iterator

import pytest
from plantigrade.archive import run
from plantigrade.archive.run import Workers, client_of

from tests.host.library.conftest import in_utc, no_keys_from_outside  # noqa: F401


@pytest.fixture(scope="session")
def client() -> Iterator[object]:
    """One Dask worker process, and its scheduler; a task that ends three workers is given up."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(run, "ALLOWED_FAILURES", 2)
        with client_of(Workers(count=1, memory="1.5 GB")) as found:
            yield found


@pytest.fixture(scope="session")
def s3() -> Iterator[dict[str, str]]:
    """Options of a store on moto's S3 server, which is not ours: https://docs.getmoto.org"""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {"endpoint_url": f"http://{host}:{port}", "key": "tester", "secret": "tester"}
    server.stop()
