"""main.py of a virtual board: a Bluetooth peripheral that does what its first characteristic is told."""

import time

import bluetooth
import machine

READ, WRITE_NO_RESPONSE, WRITE, NOTIFY, INDICATE = 2, 4, 8, 16, 32
READ_ENCRYPTED, WRITE_ENCRYPTED = 0x200, 0x1000
NAMES = {1: "connect", 2: "disconnect", 3: "write", 20: "indicated", 21: "mtu", 27: "update", 28: "encrypted"}
GET_SECRET, SET_SECRET = 29, 30

ble = bluetooth.BLE()
secrets = {}
connection = None
orders = []
clumsy = False  # the next event makes the handler raise
stubborn = False  # bonds are not forgotten


def keep_secret(kind, key, value):
    key = (kind, bytes(key))
    if value is None:
        if stubborn:
            return False
        print("FORGOT", kind)
        return secrets.pop(key, None) is not None
    secrets[key] = bytes(value)
    print("STORED", kind)
    return True


def find_secret(kind, index, key):
    if key is not None:
        return secrets.get((kind, bytes(key)))
    found = [value for (one, _), value in secrets.items() if one == kind]
    return found[index] if index < len(found) else None


def irq(event, data):
    global connection
    if event == SET_SECRET:
        return keep_secret(*data)
    if event == GET_SECRET:
        return find_secret(*data)
    if clumsy:
        raise MemoryError
    print("IRQ", NAMES.get(event, event), *[int(x) for x in data if isinstance(x, (int, bool))])
    if event == 1:
        connection = data[0]
    elif event == 2:
        connection = None
        advertise()
    elif event == 3 and data[1] == plain:
        orders.append(ble.gatts_read(plain))
    return None


def advertise():
    ble.gap_advertise(30000, b"\x02\x01\x06\x05\x09Test", resp_data=b"\x05\xff\xff\xffab")


def flood(count):
    """Hand over notifications as fast as the radio takes them; says how often it refused."""
    refused = 0
    for n in range(count):
        while connection is not None:
            try:
                ble.gatts_notify(connection, pushed, n.to_bytes(4, "little") * 60)
                break
            except OSError as error:
                if error.errno != 12:
                    raise
                refused += 1
                time.sleep_ms(1)
    print("FLOODED refused", refused)


def pour(seconds):
    """Keep the radio's buffers as full as they get."""
    end = time.ticks_add(time.ticks_ms(), seconds * 1000)
    print("POURING")
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        try:
            ble.gatts_notify(connection, pushed, bytes(240))
        except OSError:
            time.sleep_ms(1)
    print("POURED")


def obey(order):
    word, _, rest = order.partition(b" ")
    if word == b"notify":
        for n in range(int(rest)):
            ble.gatts_notify(connection, pushed, bytes([n]) * 20)
    elif word == b"indicate":
        ble.gatts_indicate(connection, pushed, rest)
    elif word == b"leave":
        ble.gap_disconnect(connection)
    elif word == b"forget":
        secrets.clear()
    elif word == b"update":
        ble.gatts_write(pushed, rest, True)
    elif word == b"flood":
        flood(int(rest))
    else:
        misbehave(word, rest)


def misbehave(word, rest):
    """What asks the radio too much."""
    global clumsy, stubborn
    if word == b"pour":
        pour(int(rest))
    elif word == b"clumsy":
        clumsy = True
    elif word == b"stubborn":
        stubborn = True
        machine.WDT(timeout=1000)
    elif word == b"private":
        ble.config(addr_mode=2)
    elif word == b"advertise":
        ble.gap_advertise(None)
        advertise()
        print("ADVERTISING")


ble.active(True)
ble.config(gap_name="Test", mtu=247, bond=True, le_secure=True, mitm=False, io=3)
ble.irq(irq)
U = bluetooth.UUID
characteristics = (
    (U(0xFFF1), READ | WRITE | WRITE_NO_RESPONSE),
    (U(0xFFF2), READ | WRITE | READ_ENCRYPTED | WRITE_ENCRYPTED),
    (U(0xFFF3), READ | NOTIFY | INDICATE),
    (U(0xFFF4), READ, ((U(0x2901), READ),)),
)
handles = ble.gatts_register_services(((U("b7e1ffff-5c1d-4b0e-9f3a-2d6c8e4f7a10"), characteristics),))
plain, locked, pushed, named, description = handles[0]
ble.gatts_set_buffer(plain, 300)
ble.gatts_write(locked, b"secret")
ble.gatts_write(named, b"n" * 200)
ble.gatts_write(description, b"a description")
advertise()
print("UP")
while True:
    if orders:
        obey(orders.pop(0))
    else:
        time.sleep_ms(2)
