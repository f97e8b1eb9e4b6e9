"""``python -m synthaudit``."""

from synthaudit.cli.main import main

main()
