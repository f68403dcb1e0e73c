"""`python -m mmctl`."""

from __future__ import annotations

from mmctl.cli.start import main

if __name__ == "__main__":
    main()
