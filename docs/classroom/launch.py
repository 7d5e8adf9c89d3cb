"""Start a learner's server: set the limits of its processes, bring the material, and become jupyterhub-singleuser.

The hub runs this as the learner, so nothing here can do more than the learner may. The limits hold for this process and all that it starts;
they cannot be raised again, for soft and hard ones are the same.
"""

import argparse
import os
import resource
import sys
from datetime import date
from pathlib import Path

from material import NEWS, update

FOLDER = "notebooks"
"""Where a learner's copies lie, in the home folder."""
POLITE = 5
"""How much a learner's processes stand back behind the hub and its proxy when the processor is short, as `nice` counts."""
EXPENDABLE = 500
"""How much rather than the hub Linux ends a learner's process when the whole machine is out of memory, of 1000."""


def main(arguments: list[str]) -> None:
    """Never returns."""
    options, rest = parsed(arguments)
    limit(options.memory, options.processor_seconds)
    os.chdir(Path.home())
    if hand_out(options.material, Path(FOLDER)):
        os.environ["JUPYTERHUB_DEFAULT_URL"] = f"/lab/tree/{FOLDER}/{NEWS}"
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *rest])


def parsed(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options of this program, and those that are for jupyterhub-singleuser."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--memory", type=int, required=True, help="bytes that one process may allocate")
    parser.add_argument("--processor-seconds", type=int, required=True, help="processor time after which a process ends")
    parser.add_argument("--material", type=Path, action="append", required=True, help="a folder that is handed out")
    return parser.parse_known_args(arguments)


def limit(memory: int, processor_seconds: int) -> None:
    """Limit this process and every later child: each on its own, for Linux counts neither together without cgroups.

    RLIMIT_DATA counts what a program allocates, not the libraries that it maps, so that one number suits any machine. NumPy and Python
    answer it with MemoryError, after which the kernel lives on.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(POLITE)
    try:
        Path("/proc/self/oom_score_adj").write_text(str(EXPENDABLE))
    except OSError as error:
        print(f"the memory of the machine is not guarded: {error}", file=sys.stderr)


def hand_out(material: list[Path], copy: Path) -> bool:
    """Bring the material; True if there is news to show. A learner whose copy cannot be updated works with what is there."""
    first = not copy.exists()
    try:
        done = update(material, copy)
        if done:
            print(f"the material of {os.environ.get('USER', 'a learner')}:\n{done}", file=sys.stderr)
        if not done or first:
            return False
        (copy / NEWS).write_text(f"# What is new in your notebooks\n\n{date.today()}:\n\n{done}\n", encoding="utf-8")
    except OSError as error:
        print(f"the material could not be brought: {error}", file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
