"""The founding paper's mixed-integer program, kept as the reference that engines are compared with.

`sample_wise` decides one prediction at one budget, `collective` counts broken predictions,
`multiclass` handles one-vs-all; `program` writes the rows they share, `replay` retrains incumbents.
"""
