"""The frame around every page: status strip, navigation, icons, errors."""
