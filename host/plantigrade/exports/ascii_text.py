"""Names in formats that hold nothing but ASCII: written in Latin letters, never as question marks."""

from anyascii import anyascii


def ascii_text(text: str) -> str:
    """A text in printable ASCII, letter by letter as it is commonly romanised; spaces stay.

    Example:
        >>> ascii_text("Jürgen Łukasiewicz"), ascii_text("王小明"), ascii_text("Мария")
        ('Jurgen Lukasiewicz', 'WangXiaoMing', 'Mariya')
    """
    return "".join(sign if sign.isprintable() else " " for sign in anyascii(text))
