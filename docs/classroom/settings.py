"""The settings of a class server: `settings.toml` here says what holds by default, one in the class folder what differs."""

import difflib
import ipaddress
import os
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
FILE = "settings.toml"
CHOICES = {"sign_in": ("password", "anyone"), "accounts": ("one", "own")}
POSITIVE = ("port", "kernels", "processor_minutes", "idle_minutes", "longest_hours")
UNITS = {"M": 2**20, "G": 2**30}
LEAST_MEMORY = 256 * 2**20
"""Bytes without which a server or the kernel of a notebook does not even start."""


class SettingsError(ValueError):
    """What is wrong with the settings, and what was expected."""


def class_folder() -> Path:
    """Where a class is kept: the settings, the hub's files, and a folder a learner."""
    return Path(os.environ.get("CASEBOOK_CLASS") or Path.home() / "casebook-class").absolute()


def read(folder: Path, root: bool | None = None) -> SimpleNamespace:
    """The settings of the class in `folder`, checked, with `memory` in bytes and `folder` itself.

    Raises SettingsError with a sentence for what is unknown, of another kind, or unsafe. `root`: whether the hub runs as root.
    """
    values = tomllib.loads((HERE / FILE).read_text(encoding="utf-8"))
    path = folder / FILE
    if path.exists():
        try:
            own = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is not TOML: {error}") from None
        for name, value in own.items():
            _check(name, value, values)
        values |= own
    settings = SimpleNamespace(**values, folder=folder)
    settings.memory = bytes_of(settings.memory)
    _check_safe(settings, os.geteuid() == 0 if root is None else root)
    return settings


def _check(name: str, value, defaults: dict) -> None:
    """Refuse a setting that does not exist or is of another kind than its default."""
    if name not in defaults:
        near = difflib.get_close_matches(name, defaults, 1)
        raise SettingsError(f"there is no setting {name!r}; {f'did you mean {near[0]!r}?' if near else 'they are ' + ', '.join(defaults)}")
    default = defaults[name]
    number = isinstance(default, int) and not isinstance(default, bool) and isinstance(value, float)
    if type(value) is not type(default) and not (number and name.endswith(("_minutes", "_hours"))):
        raise SettingsError(f"{name} is {value!r}; expected something like {default!r}")
    if isinstance(value, list) and not all(isinstance(one, type(default[0] if default else "")) for one in value):
        raise SettingsError(f"{name} is {value!r}; expected a list like {default or ['…']!r}")
    if name in CHOICES and value not in CHOICES[name]:
        raise SettingsError(f"{name} is {value!r}; expected one of {', '.join(map(repr, CHOICES[name]))}")
    if name in POSITIVE and not value > 0:
        raise SettingsError(f"{name} is {value!r}; expected a number above 0")


def _check_safe(settings: SimpleNamespace, root: bool) -> None:
    """Refuse what would show passwords or files to others."""
    if len(settings.inner_ports) != 2 or len({settings.port, *settings.inner_ports}) != 3:
        raise SettingsError(f"port {settings.port} and inner_ports {settings.inner_ports} must be three different numbers, inner_ports two of them")
    if bool(settings.certificate) != bool(settings.key):
        raise SettingsError("a certificate needs its key, and a key its certificate: give both, or neither")
    for file in filter(None, (settings.certificate, settings.key)):
        if not os.access(file, os.R_OK):
            raise SettingsError(f"{file} cannot be read; certificate and key name files that the account of the hub can read")
    for folder in settings.material:
        if not Path(folder).is_dir():
            raise SettingsError(f"material names {folder}, which is no folder")
    loopback = is_loopback(settings.address)
    if settings.sign_in == "anyone" and not loopback:
        raise SettingsError(f'sign_in = "anyone" asks for no password, so address must be "127.0.0.1", not {settings.address!r}')
    if not (loopback or settings.certificate or settings.plain_http):
        raise SettingsError(
            f"address {settings.address!r} is open to the network, where passwords would travel unencrypted: give certificate and key, "
            'or stay on "127.0.0.1" behind a reverse proxy (or set plain_http = true)'
        )
    if settings.sign_in == "password" and not settings.teachers:
        raise SettingsError("teachers is empty; somebody has to put the learners on the list")
    if settings.accounts == "own" and not root:
        raise SettingsError('accounts = "own" makes Linux accounts, for which the hub must run as root')
    if settings.accounts == "one" and root and settings.sign_in == "password":
        raise SettingsError('accounts = "one" would make every learner root: run the hub as an account of its own, or set accounts = "own"')


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def bytes_of(size: str) -> int:
    """The bytes of a size such as "512M" or "1.5G"."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MG])", size.strip(), re.IGNORECASE)
    if not match:
        raise SettingsError(f'memory is {size!r}; expected something like "512M" or "1.5G"')
    number = int(float(match[1]) * UNITS[match[2].upper()])
    if number < LEAST_MEMORY:
        raise SettingsError(f"memory is {size!r}; a notebook does not run in less than 256M")
    return number
