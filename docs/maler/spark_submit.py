"""`alis` under `spark-submit`, som trenger en fil som slutter på .py."""

import sys

from engine.cli.main import script

sys.exit(script())
