"""The engines: each decides certification problems in its own way; `cascade` picks among them.

They see Gram matrices, labels and budgets, never graphs, and write what they find to a `Ledger`.
"""
