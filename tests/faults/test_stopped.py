"""A night that is told to stop stops at once, and says how to go on."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from jobs.ledger import Ledger
from tests.support.region import Firm


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_night_stops_when_told(told: signal.Signals, clean: Firm):
    home = clean.settings
    environment = {name: value for name, value in os.environ.items() if name != "SPARK_REMOTE"} | {
        "YEJI_HOME": str(home.home),
        "YEJI_INBOX": str(home.inbox_dir),
        "YEJI_SOURCES": str(home.sources),
    }
    command = [sys.executable, "-m", "dags.common.night"]
    night = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    ledger = Ledger(home.ledger_url)
    while not ledger.runs() and night.poll() is None:
        time.sleep(0.2)
    night.send_signal(told)
    _, said = night.communicate(timeout=10)
    assert night.returncode == 128 + told
    assert not [
        java
        for java in psutil.process_iter(["environ"])
        if (java.info["environ"] or {}).get("YEJI_HOME") == str(home.home)
    ]
    assert said.endswith("stopped; run it again to go on\n")
