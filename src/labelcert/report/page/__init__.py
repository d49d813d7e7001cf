"""The report page: one HTML file, its data, and what its browser part needs."""
