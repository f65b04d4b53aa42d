"""Every kind of part of the board: what it is, who makes it, what may replace it and why it was chosen.

Prices are estimates for planning, in US dollars a piece, at 1, 10 and 100 pieces; nothing was ordered.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One orderable part and how it is drawn. Symbols of the library `plantigrade` are our own."""

    symbol: str
    footprint: str
    maker: str
    number: str
    second: str
    reason: str
    price_usd: tuple[float, float, float]
    integrated: bool = False  # an integrated circuit: its supply pins must be decoupled


def _resistor(number: str, reason: str, price: float = 0.01) -> Kind:
    return Kind(
        "Device:R",
        "Resistor_SMD:R_0402_1005Metric",
        "Yageo",
        number,
        "any 0402 of the same value and tolerance",
        reason,
        (10 * price, 2 * price, price),
    )


def _capacitor(number: str, reason: str, size: str = "0402_1005Metric", price: float = 0.01) -> Kind:
    return Kind(
        "Device:C",
        f"Capacitor_SMD:C_{size}",
        "Murata",
        number,
        "Samsung or TDK of the same size, value, voltage and dielectric",
        reason,
        (10 * price, 3 * price, price),
    )


KINDS: dict[str, Kind] = {
    "module": Kind(
        "RF_Module:ESP32-S3-WROOM-1",
        "RF_Module:ESP32-S3-WROOM-1",
        "Espressif",
        "ESP32-S3-WROOM-1-N8",
        "ESP32-S3-WROOM-1-N16 (same pads)",
        "Radio, antenna and flash approved as one; MicroPython port; ADC1 on ten pins",
        (5.2, 4.3, 3.6),
        integrated=True,
    ),
    "mux": Kind(
        "74xx:CD74HC4067SM",
        "Package_SO:SSOP-24_5.3x8.2mm_P0.65mm",
        "Texas Instruments",
        "CD74HC4067SM96",
        "Nexperia 74HC4067DB,118",
        "16 channels in one package; its resistance is calibrated away, its tolerance simulated",
        (1.1, 0.8, 0.5),
        integrated=True,
    ),
    "amplifier": Kind(
        "Amplifier_Operational:MCP6001-OT",
        "Package_TO_SOT_SMD:SOT-23-5",
        "Microchip",
        "MCP6001T-I/OT",
        "Texas Instruments TLV9001IDBVR (same pins)",
        "Rail to rail, 1 MHz, 1 pA input: the bias current is nothing beside a sensor's",
        (0.35, 0.28, 0.2),
        integrated=True,
    ),
    "reference": Kind(
        "Reference_Voltage:REF3012",
        "Package_TO_SOT_SMD:SOT-23",
        "Texas Instruments",
        "REF3312AIDBZR",
        "Texas Instruments REF3012AIDBZR (same pins, 42 uA instead of 4)",
        "1.25 V that does not follow the supply, 4 uA; a divider makes 0.25 V of it",
        (2.2, 1.7, 1.2),
        integrated=True,
    ),
    "storage": Kind(
        "Memory_Flash:XTSD01G",
        "Package_LGA:LGA-8_8x6mm_P1.27mm",
        "XTX",
        "XTSD01GLGEAG",
        "CS CSNP1GCR01-AOW (same pads)",
        "A soldered SD card: machine.SDCard drives it, and it does its own wear levelling",
        (2.6, 2.1, 1.6),
        integrated=True,
    ),
    "imu": Kind(
        "plantigrade:LSM6DSO",
        "Package_LGA:LGA-14_3x2.5mm_P0.5mm_LayoutBorder3x4y",
        "STMicroelectronics",
        "LSM6DSOTR",
        "STMicroelectronics LSM6DSOX (same pins)",
        "Accelerometer and gyroscope at 0.55 mA; wakes the processor when the shoe moves",
        (4.0, 3.2, 2.4),
        integrated=True,
    ),
    "gauge": Kind(
        "plantigrade:MAX17048",
        "Package_DFN_QFN:TDFN-8-1EP_2x2mm_P0.5mm_EP0.8x1.2mm",
        "Analog Devices",
        "MAX17048G+T10",
        "none with the same pins; may stay empty, the divider serves",
        "State of charge without a shunt, 23 uA",
        (3.6, 2.9, 2.2),
        integrated=True,
    ),
    "charger": Kind(
        "Battery_Management:MCP73832-2-OT",
        "Package_TO_SOT_SMD:SOT-23-5",
        "Microchip",
        "MCP73832T-2ACI/OT",
        "Microchip MCP73831T-2ACI/OT only without R7: its status pin drives 5 V",
        "Linear charger whose status pin is open drain, so that 5 V never reaches the processor",
        (0.8, 0.65, 0.5),
        integrated=True,
    ),
    "protector": Kind(
        "Battery_Management:DW01A",
        "Package_TO_SOT_SMD:SOT-23-6",
        "Puolop",
        "DW01A",
        "Fortune DW01A-G",
        "Cuts the cell off at over-charge, over-discharge and short circuit, even if the cell has no circuit",
        (0.15, 0.1, 0.05),
        integrated=True,
    ),
    "protector_switch": Kind(
        "plantigrade:FS8205A",
        "Package_TO_SOT_SMD:SOT-23-6",
        "Fortune",
        "FS8205A (SOT-23-6)",
        "any 8205A in SOT-23-6",
        "Both protection transistors in one package",
        (0.2, 0.12, 0.06),
    ),
    "regulator": Kind(
        "Regulator_Linear:AP2112K-3.3",
        "Package_TO_SOT_SMD:SOT-23-5",
        "Diodes",
        "AP2112K-3.3TRG1",
        "Torex XC6220B331MR-G (same pins)",
        "600 mA for the radio's peaks, 55 uA at rest, stable with ceramics",
        (0.4, 0.3, 0.2),
        integrated=True,
    ),
    "usb_guard": Kind(
        "Power_Protection:USBLC6-2SC6",
        "Package_TO_SOT_SMD:SOT-23-6",
        "STMicroelectronics",
        "USBLC6-2SC6",
        "TECH PUBLIC USBLC6-2SC6",
        "Static discharge of a plug in a hand never reaches the module",
        (0.4, 0.3, 0.15),
    ),
    "path_switch": Kind(
        "Transistor_FET:AO3401A",
        "Package_TO_SOT_SMD:SOT-23",
        "Alpha & Omega",
        "AO3401A",
        "Vishay Si2301CDS",
        "Takes the battery off the load while USB feeds it, so that charging can end",
        (0.25, 0.15, 0.08),
    ),
    "path_diode": Kind(
        "Device:D_Schottky",
        "Diode_SMD:D_SOD-123",
        "Diodes",
        "B5819W-7-F",
        "any 1 A Schottky in SOD-123",
        "USB feeds the board past the charger",
        (0.2, 0.12, 0.06),
    ),
    "crystal": Kind(
        "Device:Crystal",
        "Crystal:Crystal_SMD_3215-2Pin_3.2x1.5mm",
        "Abracon",
        "ABS07-32.768KHZ-T",
        "Seiko SC-32S 12.5 pF",
        "Light sleep at 0.23 mA instead of 3.3 mA needs it; holds time between syncs",
        (0.7, 0.55, 0.4),
    ),
    "usb": Kind(
        "Connector:USB_C_Receptacle_USB2.0_16P",
        "Connector_USB:USB_C_Receptacle_HRO_TYPE-C-31-M-12",
        "Korean Hroparts",
        "TYPE-C-31-M-12",
        "any with the same pads",
        "Charging and the serial port; shell held by four through-hole legs",
        (0.9, 0.6, 0.35),
    ),
    "sheet_connector": Kind(
        "Connector_Generic_MountingPin:Conn_01x18_MountingPin",
        "Connector_FFC-FPC:Hirose_FH12-18S-0.5SH_1x18-1MP_P0.50mm_Horizontal",
        "Hirose",
        "FH12-18S-0.5SH(55)",
        "none with the same pads was looked for",
        "Clamps the tail of the sheet: 16 sensors and the return twice",
        (1.6, 1.3, 0.95),
    ),
    "battery_connector": Kind(
        "Connector_Generic_MountingPin:Conn_01x02_MountingPin",
        "Connector_JST:JST_GH_SM02B-GHS-TB_1x02-1MP_P1.25mm_Horizontal",
        "JST",
        "SM02B-GHS-TB(LF)(SN)",
        "compatible 1.25 mm locking headers",
        "Locks: every step shakes it",
        (0.7, 0.5, 0.3),
    ),
    "button": Kind(
        "Switch:SW_Push",
        "Button_Switch_SMD:SW_SPST_B3U-1000P",
        "Omron",
        "B3U-1000P",
        "C&K PTS820 after a look at its pads",
        "1.6 mm low; pairing, wake-up and the boot loader",
        (0.9, 0.7, 0.5),
    ),
    "led": Kind(
        "Device:LED",
        "LED_SMD:LED_0603_1608Metric",
        "Lite-On",
        "LTST-C190KGKT",
        "any green 0603",
        "Seen through the lid's thin spot",
        (0.2, 0.1, 0.04),
    ),
    "test_pad": Kind(
        "Connector:TestPoint",
        "TestPoint:TestPoint_Pad_D1.0mm",
        "",
        "",
        "",
        "Copper only: bring-up and production test",
        (0.0, 0.0, 0.0),
    ),
    "100n": _capacitor("GRM155R71C104KA88D", "Decoupling"),
    "1u": _capacitor("GRM155R61A105KE15D", "Delay and bulk"),
    "10u": _capacitor("GRM188R61A106KE69D", "Bulk", "0603_1608Metric", 0.04),
    "47p": _capacitor("GRM1555C1H470JA01D", "C0G: feedback and loop stability, as simulated"),
    "100p": _capacitor("GRM1555C1H101JA01D", "C0G: holds the converter's input, as simulated"),
    "18p": _capacitor("GRM1555C1H180JA01D", "C0G: load of the 32 kHz crystal (12.5 pF less 3 pF of board)"),
    "100": _resistor("RC0402FR-07100RL", "Series resistor"),
    "1k": _resistor("RC0402FR-071KL", "1 %"),
    "4.7k": _resistor("RC0402FR-074K7L", "I2C pull-up at 400 kHz"),
    "5.1k": _resistor("RC0402FR-075K1L", "USB-C sink: asks for 5 V"),
    "6.8k": _resistor("RT0402BRD076K8L", "0.1 %, 25 ppm: sets newtons per volt", 0.06),
    "10k": _resistor("RC0402FR-0710KL", "1 %"),
    "100k 0.1%": _resistor("RT0402BRD07100KL", "0.1 %: reference divider", 0.06),
    "402k 0.1%": _resistor("RT0402BRD07402KL", "0.1 %: reference divider, 1.25 V to 0.249 V at 2.5 uA", 0.06),
    "100k": _resistor("RC0402FR-07100KL", "1 %"),
    "1M": _resistor("RC0402FR-071ML", "Battery divider that draws 2 uA"),
}
