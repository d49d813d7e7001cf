"""What users tell of the attacker: the threat model, and what it makes of labels and groups."""
