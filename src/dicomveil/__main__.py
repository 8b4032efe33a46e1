"""Let ``python -m dicomveil`` be the command line."""

from dicomveil.cli import main

raise SystemExit(main())
