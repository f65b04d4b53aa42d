"""Every figure of these files, with its reason."""

from typing import Final

SCHEMA: Final = "plantigrade.insole-keys/1"
RECOVERY_FILE: Final = "keys.recovery"
"""Beside the other papers of an insole, in its folder."""
MOST_FILE_BYTES: Final = 1 << 22
MOST_INSOLES: Final = 1000
"""In one file, as boards in one batch."""
MOST_LOG_KEYS: Final = 1000
"""Of one insole; it gets another one when it is provisioned anew or its keys are revoked."""
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
SCRYPT_N: Final = 1 << 16
SCRYPT_R: Final = 8
SCRYPT_P: Final = 1
"""64 MiB and a fifth of a second for a try; the code has 96 random bits besides. Part of the schema: a file
cannot ask for more."""
