"""Looking after insoles: build, flash, test, console."""
