"""Attributes of an insole as Bumble objects: flags of MicroPython's `bluetooth` to properties and
permissions.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from bumble import att, core
from bumble.device import Connection
from bumble.gatt import (
    GATT_APPEARANCE_CHARACTERISTIC,
    GATT_DEVICE_NAME_CHARACTERISTIC,
    GATT_GENERIC_ACCESS_SERVICE,
    Characteristic,
    Descriptor,
    Service,
)

DescriptorEntry = tuple[str, int]
CharacteristicEntry = tuple[str, int, list[DescriptorEntry]]
ServiceEntry = tuple[str, list[CharacteristicEntry]]
Read = Callable[[Connection, int], Awaitable[bytes]]
Written = Callable[[Connection, int, bytes], None]
Attribute = att.Attribute[Any]

_READ, _ANY_WRITE = 0x02, 0x04 | 0x08
_PROPERTIES = 0x7F
_Permissions = att.Attribute.Permissions
_PERMISSION_OF_FLAG = {
    0x0200: _Permissions.READ_REQUIRES_ENCRYPTION,
    0x0400: _Permissions.READ_REQUIRES_AUTHENTICATION,
    0x0800: _Permissions.READ_REQUIRES_AUTHORIZATION,
    0x1000: _Permissions.WRITE_REQUIRES_ENCRYPTION,
    0x2000: _Permissions.WRITE_REQUIRES_AUTHENTICATION,
    0x4000: _Permissions.WRITE_REQUIRES_AUTHORIZATION,
}
_GENERIC_APPEARANCE = bytes(2)


def permissions(flags: int) -> att.Attribute.Permissions:
    """Bumble permissions of MicroPython characteristic flags."""
    result = _Permissions(0)
    if flags & _READ:
        result |= _Permissions.READABLE
    if flags & _ANY_WRITE:
        result |= _Permissions.WRITEABLE
    for flag, permission in _PERMISSION_OF_FLAG.items():
        if flags & flag:
            result |= permission
    return result


def build(
    entries: Sequence[CharacteristicEntry], read: Read, written: Written
) -> tuple[list[Characteristic[Any]], list[Attribute]]:
    """Characteristics of one service, and all their value attributes in the order of MicroPython's
    handles.
    """
    characteristics: list[Characteristic[Any]] = []
    attributes: list[Attribute] = []
    for uuid, flags, descriptor_entries in entries:
        descriptors: list[Descriptor] = []
        for descriptor_uuid, descriptor_flags in descriptor_entries:
            box: list[Attribute] = []
            descriptor = Descriptor(
                core.UUID(descriptor_uuid), permissions(descriptor_flags), _value(box, read, written)
            )
            box.append(descriptor)
            descriptors.append(descriptor)
        box = []
        characteristic = Characteristic(
            core.UUID(uuid),
            Characteristic.Properties(flags & _PROPERTIES),
            permissions(flags),
            _value(box, read, written),
            descriptors,
        )
        box.append(characteristic)
        characteristics.append(characteristic)
        attributes += [characteristic, *descriptors]
    return characteristics, attributes


def _value(box: list[Attribute], read: Read, written: Written) -> att.AttributeValueV2[bytes]:
    """A value that lives in the board; `box` will hold the attribute, whose handle is only known later."""
    return att.AttributeValueV2(
        lambda bearer: read(cast(Connection, bearer), box[0].handle),
        lambda bearer, value: written(cast(Connection, bearer), box[0].handle, value),
    )


def gap_service(name: Callable[[], str]) -> Service:
    """Generic Access with a device name that may change."""
    return Service(
        GATT_GENERIC_ACCESS_SERVICE,
        [
            Characteristic(
                GATT_DEVICE_NAME_CHARACTERISTIC,
                Characteristic.Properties.READ,
                Characteristic.READABLE,
                att.AttributeValueV2(lambda _bearer: name().encode()[:248]),
            ),
            Characteristic(
                GATT_APPEARANCE_CHARACTERISTIC,
                Characteristic.Properties.READ,
                Characteristic.READABLE,
                _GENERIC_APPEARANCE,
            ),
        ],
    )
