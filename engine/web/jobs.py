"""Work that lasts longer than anyone waits for a page: started, done step by step in the heavy worker, and looked at meanwhile."""

from __future__ import annotations

import logging
import secrets
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

from engine.text.fault import Fault, Faults
from engine.text.place import Place
from engine.web.workers import Workers

log = logging.getLogger(__name__)

#: jobs that are kept; the oldest that is done gives way
_MOST = 40
#: jobs that may be under way at once
_MOST_WAITING = 6

Work = Callable[..., Any]


@dataclass(slots=True)
class Job:
    """One piece of work in steps. `about` is what it was started with. `found` has what each step that is done gave, or Faults."""

    id: str
    steps: tuple[str, ...]
    about: Mapping[str, Any]
    found: dict[str, Any] = field(default_factory=dict)
    done: bool = False

    @property
    def step(self) -> str:
        """The step under way; empty when all is done."""
        return next((name for name in self.steps if name not in self.found), "")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What kept steps from being done."""
        return tuple(one for result in self.found.values() if isinstance(result, Faults) for one in result.faults)


class Jobs:
    """The jobs of a service. They live as long as it does: what must last is put in the store when a job is done."""

    def __init__(self, heavy: Workers) -> None:
        self.heavy = heavy
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(
        self,
        steps: Sequence[tuple[str, Work, tuple[Any, ...]]],
        about: Mapping[str, Any],
        after: Callable[[Job], None] = lambda _: None,
        id: str = "",
        known: Mapping[str, Any] = MappingProxyType({}),
    ) -> Job:
        """Start the steps, one after another, each a name, a function for the worker (rules first) and what else it is given.

        A step that gives Faults ends the job. `after` is called here when all steps are done. `id` is what the job is to be found by, in
        place of an earlier one; `known` is what steps gave that need not be done again. Raises Faults (WEB-OPPTATT).
        """
        job = Job(id or secrets.token_hex(16), tuple(name for name, _, _ in steps), about, dict(known))
        with self._lock:
            self._replaceable(job.id)
            waiting = sum(not one.done for one in self._jobs.values())
            if waiting >= _MOST_WAITING:
                why, next_step = f"{waiting} kjøringer holder på", "vent til en av dem er ferdig"
                raise Faults([Fault(Place("tjenesten", 1, 1), "WEB-OPPTATT", "tjenesten er opptatt", why, next_step)])
            for old in [one.id for one in self._jobs.values() if one.done][: max(0, len(self._jobs) + 1 - _MOST)]:
                del self._jobs[old]
            self._jobs.pop(job.id, None)
            self._jobs[job.id] = job
        threading.Thread(target=partial(self._do, job, steps, after), name=f"jobb {job.id[:8]}", daemon=True).start()
        return job

    def _replaceable(self, id: str) -> None:
        """Raises Faults (WEB-OPPTATT) while the job of that name is under way."""
        standing = self._jobs.get(id)
        if standing is not None and not standing.done:
            why, next_step = "den samme kjøringen holder på", "vent til den er ferdig"
            raise Faults([Fault(Place("tjenesten", 1, 1), "WEB-OPPTATT", "kjøringen er alt i gang", why, next_step)])

    def find(self, id: str) -> Job | None:
        """The job, unless the service has been started anew or so many have come that it is forgotten."""
        return self._jobs.get(id)

    def _do(self, job: Job, steps: Sequence[tuple[str, Work, tuple[Any, ...]]], after: Callable[[Job], None]) -> None:
        try:
            for name, work, given in steps:
                if name in job.found:
                    continue
                job.found[name] = self.heavy.run(work, *given)
            after(job)
        except Faults as faults:
            job.found[job.step or "lagring"] = faults
        except CancelledError:  # the service is closing
            pass
        except Exception as error:
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s %s\n%s", job.id[:8], type(error).__name__, frames)
            why, next_step = (
                "noe gikk galt hos oss",
                "prøv igjen; hjelper det ikke, si fra til dem som drifter tjenesten",
            )
            fault = Fault(
                Place("tjenesten", 1, 1), "WEB-AVBRUTT", f"kjøringen stanset ved «{job.step}»", why, next_step
            )
            job.found[job.step or "lagring"] = Faults([fault])
        finally:
            job.done = True
