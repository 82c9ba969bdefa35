"""Digits of pi."""

from ._digits import pi

__all__ = ["pi"]
