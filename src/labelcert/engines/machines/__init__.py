"""The models behind a prediction: kernel SVMs, and machines that are linear in the labels."""
