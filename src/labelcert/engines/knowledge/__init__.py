"""What is known, and what it rests on: ledger, evidence, accounts, records, and error bars."""
