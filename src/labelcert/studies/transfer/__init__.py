"""What an infinite network's certificate is worth for finite ones: measured, not proven.

`networks` are the finite networks behind the closed-form kernels, `training` trains many of them at
once, `attacks` are the label vectors that they are trained on, `measuring` runs and keeps what was
found (`records`), and `results` counts. torch is imported when networks are made.
"""
