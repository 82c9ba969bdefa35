"""Free energy surfaces from Gaussian hills: the Python face of the native functions."""

from array import array


def _checked(buffer):
    if buffer.typecode != "d":
        raise TypeError("expects array('d')")
    return buffer


class Surface:
    """Sums hills of height 1.5 and width 0.25 on a grid."""

    def __init__(self, wrapper, grid):
        self._wrapper = wrapper
        self._grid = _checked(grid)

    def on_cpu(self, centers):
        """The surface and the number of OpenMP threads that computed it."""
        threads, surface = self._wrapper.sum_hills(_checked(centers), self._grid, False)
        return array("d", surface), threads

    def on_gpu(self, centers):
        """The surface, or RuntimeError with the CUDA error code."""
        status, surface = self._wrapper.sum_hills(_checked(centers), self._grid, True)
        if status:
            raise RuntimeError(f"CUDA error {status}")
        return array("d", surface)
