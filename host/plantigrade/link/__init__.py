"""Links to an insole: BLE, USB and replay behind one interface."""
