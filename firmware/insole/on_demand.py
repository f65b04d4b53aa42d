"""Parts whose code is loaded for one call and leaves the heap after it."""

from insole import forget


class SelfTestOnDemand:
    """`self_test.SelfTest`, whose arguments these are: it runs at the start and when somebody asks."""

    def __init__(self, *parts):
        self._parts = parts

    def run(self, between=None):
        """As `SelfTest.run`."""
        from insole import self_test

        result = self_test.SelfTest(*self._parts).run(between)
        forget("self_test")
        return result
