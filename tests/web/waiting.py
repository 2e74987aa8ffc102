"""Waiting for long work, as a reader waits for the page."""

import threading


def finished() -> None:
    """Until the threads that do the jobs are done."""
    for thread in [one for one in threading.enumerate() if one.name.startswith("jobb")]:
        thread.join()
