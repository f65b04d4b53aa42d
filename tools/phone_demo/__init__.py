"""The page for phones in a real browser, on virtual insoles with real firmware: shown, measured, cut off."""
