"""Uses the installed package, and fails where an answer is wrong."""

from digits import pi

assert pi(0) == "3"
assert pi(30) == "3.141592653589793238462643383280"
assert pi(1000).endswith("2164201989")
