"""A new firmware, or a new MicroPython, for an insole: sent, tried, kept or taken back.

bundle = read(path)                                  # firmware_image.bundle
result = await update_insole(lambda: targets.find("left"), bundle, on_progress=print)
"""
