"""Many classes, one-vs-all: class k has its own SVM, the prediction is the largest logit.

`relabels` says what the attacker may do, `problem` is what the engines work on, `clean` trains on
the labels as they are, `cascade` decides which engine does what. Source: ``math.md`` 6.
"""
