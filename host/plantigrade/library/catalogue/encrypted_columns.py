"""Every column that an encrypted library keeps encrypted."""

from typing import Final

from plantigrade.library.catalogue import sending_tables
from plantigrade.library.catalogue.tables import EncryptedDate, EncryptedJson, EncryptedText

ENCRYPTED_COLUMNS: Final = tuple(
    column
    for table in sending_tables.Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, EncryptedText | EncryptedDate | EncryptedJson)
)
"""In the order of the tables; of records and accounts as well."""
