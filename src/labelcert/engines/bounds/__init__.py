"""What holds for every label vector of a region, without retraining.

`bound` says what a bound is: a region and a lead go in, a proven value and its multipliers come
out. `hull` states what is known of each labeled point, `functional` turns any multipliers into a
proven bound, `conic` and `lead_relaxation` find good ones, `tightening` sharpens hulls.
"""
