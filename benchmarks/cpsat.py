"""The slot-packing programme given to CP-SAT as it stands, for comparison."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from pairing.activities.scheduling.program import Program

SCALE = 10_000  # CP-SAT counts in whole numbers


def cpsat_value(program: Program, seconds: float, workers: int = 1) -> float:
    """Return the value of the best schedule found in so many deterministic seconds of one core."""
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in range(program.value.size)]
    by_row = program.matrix.tocsr()
    for row, limit in enumerate(program.limit.tolist()):
        columns = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
        terms = [taken[column] for column in columns.tolist()]
        if limit == 1:
            model.add_at_most_one(terms)
        else:
            model.add(sum(terms) <= int(limit))
    worth = np.round(program.value * SCALE).astype(int).tolist()
    model.maximize(sum(value * each for value, each in zip(worth, taken, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.max_deterministic_time = seconds  # a busy computer must not decide
    solver.parameters.num_workers = workers
    solver.solve(model)
    return float(solver.objective_value) / SCALE
