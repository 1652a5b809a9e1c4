"""``python -m camrec`` is the command line."""

from camrec.cli import main

if __name__ == "__main__":
    main()
