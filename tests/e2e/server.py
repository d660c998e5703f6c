"""The server under test: a demo's town without its simulation, so that only the journey acts."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request

from webdriver import Failed


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, binary, directory):
        self.binary = binary
        self.data = os.path.join(directory, "center")
        os.makedirs(directory, exist_ok=True)
        self.log = open(os.path.join(directory, "server.log"), "a", encoding="utf-8")
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.passwords = {}

    def demo(self, *options):
        """Starts the demo; the first start makes the town and prints the passwords."""
        self.start("demo", *options)
        text = ""
        for line in self.process.stdout:
            text += line
            if "Ctrl-C" in line:
                break
        for login in ("dispatcher", "calltaker", "supervisor"):
            found = re.search(rf"{login}\s+(\S+)", text)
            if not found:
                raise Failed(f"the demo prints no password for {login}:\n{text}")
            self.passwords[login] = found[1]

    def serve(self):
        self.start("serve")

    def start(self, verb, *options):
        command = [self.binary, verb, "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        end = time.monotonic() + 90
        while True:
            try:
                with urllib.request.urlopen(self.origin + "/healthz", timeout=2):
                    return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise Failed(f"callbox {verb} did not start; see its log") from None
                time.sleep(0.1)

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
