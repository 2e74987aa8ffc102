"""One peer on one folder, and nothing else in the process: python one.py MODULE IN OUT THREADS."""

import importlib
import sys
from pathlib import Path

module, source, target, threads = sys.argv[1:]
importlib.import_module(module).run(Path(source), Path(target), int(threads))
