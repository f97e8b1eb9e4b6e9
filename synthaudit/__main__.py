"""The program, as ``synthaudit`` and as ``python -m synthaudit``: little is imported before signals are answered."""

import sys

from synthaudit.cli.interruption import EXIT_CODE, leave_at_once, let_it_end


def main() -> None:
    """Answer signals, then import the command line, and run it."""
    leave_at_once()
    from synthaudit.cli.main import main as command

    try:
        command()
    except KeyboardInterrupt:
        # A second one, while the first was being told of.
        sys.exit(EXIT_CODE)
    finally:
        let_it_end()


if __name__ == "__main__":
    main()
