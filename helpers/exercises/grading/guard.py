"""What a learner's code may do to the machine: a limit of time, memory and size of files, and no writing outside of its own folder.

The limits are the system's (Linux; macOS does not keep the one of memory; Windows has none of them, there the grader's clock alone ends a
notebook). The ban on writing, on other processes and on the network is Python's own audit: it stops whatever is written in Python, not
who sets out to get past it with machine code. For strangers' notebooks run the grader in a container.
"""

import os
import sys

MEGABYTE = 2**20
LARGEST_FILE = 100 * MEGABYTE

WRITES = {  # events of sys.audit that change the file system, with how many of their first arguments are paths
    "os.remove": 1, "os.rename": 2, "os.rmdir": 1, "os.mkdir": 1, "os.link": 2, "os.symlink": 2, "os.chmod": 1, "os.chown": 1, "os.truncate": 1,
    "os.utime": 1, "os.setxattr": 1, "os.removexattr": 1, "shutil.rmtree": 1, "shutil.move": 2, "os.chflags": 1, "os.lockf": 0,
}  # fmt: skip
BANNED = (
    "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "os.kill", "os.killpg", "pty.spawn",
    "subprocess.Popen", "socket.connect", "socket.bind", "socket.sendto", "ctypes.dlopen", "ctypes.dlsym", "_winapi.CreateProcess",
    "signal.pthread_kill", "resource.prlimit",
)  # fmt: skip


def limit(memory, seconds):
    """Set the limits of this process: megabytes of address space, and seconds of processor time."""
    try:
        import resource
    except ImportError:  # Windows
        return
    hard = {"RLIMIT_AS": memory * MEGABYTE, "RLIMIT_CPU": int(seconds) + 5, "RLIMIT_FSIZE": LARGEST_FILE, "RLIMIT_CORE": 0}
    for name, most in hard.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (ValueError, OSError, AttributeError):  # lower already, or not known to this system
            continue


def guard(folder):
    """Refuse from now on what changes files outside of `folder`, starts or ends processes, or speaks to the network."""
    own = os.path.join(os.path.realpath(folder), "")
    absolute, fsdecode, writing = os.path.abspath, os.fsdecode, os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC

    def outside(path):
        return isinstance(path, str | bytes | os.PathLike) and fsdecode(path) != os.devnull and not (absolute(fsdecode(path)) + "/").startswith(own)

    def refuse(event, arguments):
        if event == "open":
            path, mode, flags = arguments
            if outside(path) and ((isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & writing)):
                raise PermissionError(f"the gradebook lets nobody write to {fsdecode(path)[:80]}")
        elif event in BANNED:
            raise PermissionError(f"the gradebook lets nobody use {event}")
        elif event in WRITES and any(outside(path) for path in arguments[: WRITES[event]]):
            raise PermissionError(f"the gradebook lets nobody change files elsewhere ({event})")

    sys.addaudithook(refuse)
