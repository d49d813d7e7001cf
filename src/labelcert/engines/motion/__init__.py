"""How far flipped labels can move a kernel SVM, from one fit of the labels as they are."""
