"""The engines: each decides certification problems in its own way; `planner` picks among them.

`by_*.py` are the engines, `registry` lists them, and `task` is what they are asked to decide. They
see numbers only (a Gram matrix, labels, budgets), write to one ledger, and can only add to it.
"""
