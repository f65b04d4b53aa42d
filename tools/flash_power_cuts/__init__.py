"""Power cuts while a board is flashed: the real esptool and `device flash` on the virtual ROM."""
