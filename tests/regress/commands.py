"""Commands called in a test: `alis` in this process, git without anybody's own settings."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.main import main

Run = Callable[..., tuple[int, str, str]]


def caller(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command → code, what it printed and what it complained of."""

    def call(*words: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


def git(*words: str, at: Path) -> str:
    """What git answers in a folder. Raises CalledProcessError."""
    own = {"GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "e", "GIT_COMMITTER_NAME": "n", "GIT_COMMITTER_EMAIL": "e"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    config = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *words], cwd=at, env={**clean, **own, **config}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
