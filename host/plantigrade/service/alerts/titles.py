"""What an alert is about, in a few words of a language."""

from plantigrade.posture.rules_engine.added import all_rules
from plantigrade.posture.rules_engine.guidance import Catalogue


def title_of(rule: str, texts: Catalogue) -> str:
    """The pattern that a rule watches; its name where this version does not know it.

    Example:
        >>> from plantigrade.posture.rules_engine.guidance import catalogue
        >>> title_of("low-arch", catalogue())
        'Low arch, flat foot'
    """
    known = all_rules().get(rule)
    guidance = None if known is None else texts.patterns.get(known.pattern)
    return rule if guidance is None else guidance.title
