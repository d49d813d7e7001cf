"""``python -m labelcert`` is the command ``labelcert``."""

from labelcert.cli.main import run

if __name__ == "__main__":
    run()
