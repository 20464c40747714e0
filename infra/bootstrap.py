"""Set up the checkout: virtual environment, locked libraries, Spark's JARs. `make run` and `make test` start here.

Only the standard library, and syntax that an old Python 3 reads, so that a wrong Python gets its one clear line.
What is already there is left alone: a second run takes a fraction of a second.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "yeji.stamp"  # what the environment was built from
LOG = VENV / "setup.log"
JARS = CHECKOUT / ".jars"
PYTHONS = ((3, 11), (3, 12), (3, 13))
JAVAS = (17, 21)
NO_ANSWER = re.compile(
    r"(?i)dns error|name resolution|unreachable|connection refused|timed out|error sending request|"
    r"could not find a version|server access error|unresolved dependency"
)
OFFLINE = "the package registry does not answer: check the network or the proxy, then run the same command again"


def stop(sentence):
    """End with one line that says what is missing and how to mend it."""
    sys.exit("setup: " + sentence)


def use_right_python():
    """Go on under a Python that the libraries support, else stop."""
    if sys.version_info[:2] in PYTHONS:
        return
    for version in reversed(PYTHONS):
        found = shutil.which("python{}.{}".format(*version))
        if found and works(found):
            os.execv(found, [found, *sys.argv])
    this = "{}.{}".format(*sys.version_info)
    stop(
        f"Python 3.11, 3.12 or 3.13 is needed, and this is {this}. Install one, or name it: make PYTHON=/path/to/python"
    )


def works(command):
    return subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode == 0


def check_java():
    """Stop unless the Java that Spark will start is one that it supports."""
    remedy = "Install OpenJDK 17 or 21 and put java on the PATH, or set JAVA_HOME to it."
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if not java or not Path(java).exists():
        stop(f"Java is missing{' under JAVA_HOME=' + home if home else ''}. {remedy}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    if not version or int(version.group(1)) not in JAVAS:
        stop(f"{java} is Java {version.group(1) if version else '?'}, and Spark needs 17 or 21. {remedy}")


def fingerprint():
    """What the environment depends on: another lock file builds it anew."""
    parts = [(CHECKOUT / name).read_bytes() for name in ("requirements.lock", "setup.py")]
    return hashlib.sha256(b"\0".join([*parts, str(CHECKOUT).encode()])).hexdigest()


def run(doing, *command):
    """Run a command with its output in the log; where it fails, say in one line what and why."""
    started = time.monotonic()
    print(f"setup: {doing} ...", flush=True)
    with LOG.open("a") as log:
        log.write(f"$ {' '.join(map(str, command))}\n")
        log.flush()
        said_before = log.tell()
        done = subprocess.run(list(map(str, command)), stdout=log, stderr=log, cwd=str(CHECKOUT), check=False)
    if done.returncode:
        said = LOG.read_bytes()[said_before:].decode(errors="replace")
        stop(f"{doing} failed: {OFFLINE if NO_ANSWER.search(said) else last_line(said)} (details: .venv/{LOG.name})")
    print(f"setup: {doing}: {time.monotonic() - started:.0f} s", flush=True)


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def find_uv():
    """uv from the PATH, else one of our own in an environment beside the libraries."""
    on_path = shutil.which("uv")
    if on_path and works_as_uv(on_path):
        return on_path
    own = VENV / "uv" / "bin" / "uv"
    if not own.exists():
        run("making an environment for uv", sys.executable, "-m", "venv", VENV / "uv")
        run("installing uv", VENV / "uv" / "bin" / "python", "-m", "pip", "install", "--quiet", "uv")
    return str(own)


def works_as_uv(command):
    return subprocess.run([command, "--version"], capture_output=True, check=False).returncode == 0


def install_libraries():
    """The locked libraries and this project, in `.venv`."""
    if STAMP.exists() and STAMP.read_text() == fingerprint() and PYTHON.exists():
        return
    STAMP.unlink(missing_ok=True)
    uv = find_uv()
    if not PYTHON.exists():
        run("making .venv", uv, "venv", "--allow-existing", "--python", sys.executable, VENV)
    run("installing the locked libraries", uv, "pip", "sync", "--python", PYTHON, "requirements.lock")
    run("installing yeji", uv, "pip", "install", "--python", PYTHON, "--no-deps", "--editable", ".")
    STAMP.write_text(fingerprint())


def fetch_jars():
    """Delta and the PostgreSQL driver, by Spark's own resolver, in the project's cache."""
    named = re.findall(r'^(?:DELTA|POSTGRESQL) = "(.+)"', (CHECKOUT / "jobs" / "session.py").read_text(), re.M)
    jars = [JARS / "jars" / "{}_{}-{}.jar".format(*coordinates.split(":")) for coordinates in named]
    if not all(jar.exists() for jar in jars):
        run("fetching Spark's JARs", PYTHON, "-c", "from jobs.session import session; session()")


def main():
    use_right_python()
    check_java()
    VENV.mkdir(exist_ok=True)
    LOG.unlink(missing_ok=True)
    install_libraries()
    fetch_jars()


if __name__ == "__main__":
    main()
