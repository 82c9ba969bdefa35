"""Colours as people see them."""

from ._lcms import lab

__all__ = ["lab"]
