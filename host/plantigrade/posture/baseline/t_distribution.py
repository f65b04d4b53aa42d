"""Quantiles of Student's t, for intervals over a few sessions."""

LEAST_FREEDOM = 1.0


def t_quantile(p: float, freedom: float) -> float:
    """The value below which a t variable lies with probability `p`.

    Args:
        p: probability, between 0 and 1.
        freedom: degrees of freedom, whole or not; fewer than one count as one.

    Raises:
        ValueError: p is not between 0 and 1.

    Examples:
        >>> round(t_quantile(0.975, 10), 3)
        2.228
    """
    # Loaded when it is needed: commands that compute no interval start without it.
    from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    if not 0 < p < 1:
        raise ValueError(f"a probability lies between 0 and 1, not {p}")
    return float(stdtrit(max(freedom, LEAST_FREEDOM), p))  # pyright: ignore[reportUnknownArgumentType]
