from setuptools import Extension, setup

setup(ext_modules=[Extension("primes._gmp", ["src/_gmp.c"], libraries=["gmp"])])
