"""`lwe-tui` and `python -m lwe_tui`."""

import sys

from lwe_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
