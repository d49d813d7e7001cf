"""What comes back, as data: certificates, witnesses, advice, and how they are written and read."""
