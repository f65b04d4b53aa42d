"""How long the firmware's code takes on the chip: opcodes of the compiled functions times what one takes."""
