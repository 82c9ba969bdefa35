"""Uses the installed package, and fails where an answer is wrong."""

from primes import next_prime

assert next_prime(7) == 11
assert next_prime(2**89 - 2) == 2**89 - 1  # a Mersenne prime
try:
    next_prime("seven")
except ValueError as error:
    assert "'seven' is no decimal number" in str(error)
else:
    raise AssertionError("a word was taken for a number")
