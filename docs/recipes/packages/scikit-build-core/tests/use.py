"""Uses the installed package, and fails where an answer is wrong."""

from colours import lab

assert all(abs(part) < 0.01 for part in lab(0, 0, 0))
assert abs(lab(255, 255, 255)[0] - 100) < 0.01

# sRGB's red under the light of printers (D50), as published tables round it.
red = lab(255, 0, 0)
assert [round(part) for part in red] == [54, 81, 70], red
