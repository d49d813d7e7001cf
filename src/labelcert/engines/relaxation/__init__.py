"""The energy-cut relaxation: what holds for every label vector of a budget, without retraining.

`hull` states what is known of each labeled point, `functional` turns any multipliers into a proven
bound, `program` finds good multipliers with a linear program, `tightening` sharpens the hull.
"""
