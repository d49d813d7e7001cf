"""Parts of the root bound: budgets to try, ranges narrowed where they are needed, processes."""
