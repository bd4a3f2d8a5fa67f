"""Measurements of the product against stated goals: `make bench`. Nothing here is part of the test suite.

A bench is a module of this package with `cases(options) -> Iterator[Result]`. Goals are ratios between two
things measured in the same run, so that they hold on any computer.
"""
