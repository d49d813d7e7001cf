"""The founding paper's mixed-integer program, kept as the reference that engines are compared with.

`kkt` writes a retrained SVM as rows, `choice` the labels that the attacker chooses, `lead_model`
one lead; `replay` retrains on incumbents; `sample_wise` decides one prediction at one budget,
`radii` all of them, `collective` counts broken predictions.
"""
