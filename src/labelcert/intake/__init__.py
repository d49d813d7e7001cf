"""Everything of the user's passes here first: arrays, labels, masks, positions, names, numbers.

The lowest room: every other one may import it, and it imports none of them. Each function looks at
the type of what it is given before it converts anything, and either returns plain Python or NumPy
data that mean the same, or raises `InputError`, one sentence that names the argument and the
remedy. What is missing or unknown never turns into a default.

========================  ======================================================================
`missing`                 None, NaN, NaT, pandas' NA, masked entries
`items`                   a one-dimensional sequence of any library, as a list of Python objects
`labels`, `label_types`   class labels: integers or text, never both
`label_lookup`            one label among known classes
`positions`               indices into n points, or a mask of them
`integers`                one integer for each of n points
`numbers`                 single numbers and flags
`budgets`                 counts and percentages
`arrays`                  real, finite matrices, dense or sparse
`names`                   names that look alike, near misses
`json_text`               JSON and its integers, as strictly as they were written
`origin`                  arrays that remember where they come from
`frames`                  pandas objects, put in the order of each other's names
========================  ======================================================================
"""
