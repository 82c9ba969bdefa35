"""Prime numbers of any size."""

from ._gmp import next_prime as _next_prime


def next_prime(number: int) -> int:
    """The smallest prime that is larger than `number`."""
    return int(_next_prime(str(number)))
