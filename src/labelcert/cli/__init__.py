"""The shell: one command a file. `main` puts them together."""
