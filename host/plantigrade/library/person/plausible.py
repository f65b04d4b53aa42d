"""Questions about a weight that somebody enters: never a refusal, as some people do weigh that much."""

from typing import Final

from plantigrade.gait.signals import NEWTONS_PER_KG

KG_PER_POUND: Final = 0.45359237
HEAVY_KG: Final = 200.0
LIGHT_KG: Final = 25.0
"""Beyond, another unit or a slip of a digit is likelier than the weight: less than 1 of 1000 adults."""
LOW_BMI: Final = 11.0
HIGH_BMI: Final = 70.0
"""Body mass indices at the ends of what is lived with."""
MOST_CHANGE: Final = 0.25
"""Of the weight before: a quarter within days is an insole of somebody else, or a typing error."""
LEAST_PEAK_SHARE: Final = 0.6
MOST_PEAK_SHARE: Final = 2.0
"""Peak force of a walking step over body weight: 1.0 to 1.3 as a rule, up to 1.8 in a quick walk."""


def question_of_weight(
    weight_kg: float, height_cm: float | None = None, before_kg: float | None = None
) -> str:
    """What is odd about a weight, as a question to whoever entered it; empty where nothing is.

    Args:
        weight_kg: as it was entered.
        height_cm: of the same person.
        before_kg: what was known until now.

    Example:
        >>> question_of_weight(71.5, 175), question_of_weight(310)
        ('', 'is 310 kg right? As newtons it would be 32 kg, as pounds 141 kg')
    """
    if weight_kg > HEAVY_KG:
        in_newtons, in_pounds = weight_kg / NEWTONS_PER_KG, weight_kg * KG_PER_POUND
        others = f"As newtons it would be {in_newtons:.0f} kg, as pounds {in_pounds:.0f} kg"
        return f"is {weight_kg:g} kg right? {others}"
    if weight_kg < LIGHT_KG:
        return f"is {weight_kg:g} kg right? Few people above eight years weigh so little"
    if height_cm is not None:
        index = weight_kg / (height_cm / 100) ** 2
        if not LOW_BMI <= index <= HIGH_BMI:
            return f"are {weight_kg:g} kg and {height_cm:g} cm right? The body mass index is {index:.0f}"
    if before_kg is not None and abs(weight_kg - before_kg) > MOST_CHANGE * before_kg:
        return f"is {weight_kg:g} kg right? It was {before_kg:g} kg before"
    return ""


def question_of_peak(weight_kg: float, peak_force_n: float | None) -> str:
    """What is odd about a weight beside the steps of a recording; empty where nothing is or no step is known.

    Args:
        weight_kg: as it was entered.
        peak_force_n: usual peak force of a step.

    Example:
        >>> question_of_peak(70, 800), question_of_peak(70, None)
        ('', '')
        >>> question_of_peak(165, 800)
        'is 165 kg right? The peak force of a step is 0.49 of that weight; while walking it is 1.0 to 1.3'
    """
    if peak_force_n is None:
        return ""
    share = peak_force_n / (weight_kg * NEWTONS_PER_KG)
    if LEAST_PEAK_SHARE <= share <= MOST_PEAK_SHARE:
        return ""
    return (
        f"is {weight_kg:g} kg right? The peak force of a step is {share:.2g} of that weight; "
        "while walking it is 1.0 to 1.3"
    )
