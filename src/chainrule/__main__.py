"""``python -m chainrule``: the command line, where its script is not on the path."""

from chainrule.cli import main

if __name__ == "__main__":
    main()
