"""What `plantigrade run --lan` needs: the names to answer to, and the certificate for them."""

from dataclasses import dataclass
from pathlib import Path

from plantigrade.web.lan.certificate import CertificatePaths, LanError, certificate
from plantigrade.web.lan.names import names_of_computer
from plantigrade.web.loopback import LOOPBACK
from plantigrade.web.server import Tls


@dataclass(frozen=True)
class LanCertificate:
    """A certificate with the names that it is for.

    Attributes:
        hosts: by which browsers may ask; the first is the one to show.
        tls: what the server is given.
        paths: where everything lies.
    """

    hosts: tuple[str, ...]
    tls: Tls
    paths: CertificatePaths

    @property
    def advice(self) -> str:
        """What to do on a phone, for the terminal."""
        begin = "This certificate is new: install" if self.paths.is_new else "Each phone needs"
        return (
            f"{begin} {self.paths.authority} once; docs/how-to/pages-at-home.md says how.\n"
            f"The phone shows its fingerprint (SHA-256):\n  {self.paths.fingerprint}"
        )


def lan_certificate(data_dir: Path) -> LanCertificate:
    """The certificate of this computer for the home network it is in.

    Raises:
        LanError: it is in none.
        FileError: the certificate cannot be read or written.
    """
    hosts = names_of_computer()
    if not set(hosts) - set(LOOPBACK):
        raise LanError("this computer is in no home network; connect it, or leave --lan out")
    paths = certificate(data_dir, hosts)
    return LanCertificate(hosts, Tls(paths.certificate, paths.key), paths)
