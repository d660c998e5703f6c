"""The server under test: a demo's town without its simulation, so that only the journey acts."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
import uuid

from webdriver import Failed


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def afternoon():
    """The zone where it is about four o'clock now: calls come by the hour, and a night would leave a journey without any."""
    east = (16 - time.gmtime().tm_hour + 11) % 24 - 11
    # POSIX counts these zones westwards.
    return f"Etc/GMT{-east:+d}" if east else "Etc/UTC"


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
        for login in ("dispatcher", "calltaker", "supervisor", "admin"):
            found = re.search(rf"{login}\s+(\S+)", text)
            if not found:
                raise Failed(f"the demo prints no password for {login}:\n{text}")
            self.passwords[login] = found[1]

    def serve(self):
        self.start("serve")

    def start(self, verb, *options):
        command = [self.binary, verb, "--data", self.data, "--listen", f"127.0.0.1:{self.port}", *options]
        zone = dict(os.environ, TZ=afternoon())
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, env=zone)
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


class Client:
    """One signed-in person with one connection."""

    def __init__(self, server, login):
        self.host = urllib.parse.urlsplit(server.origin).netloc
        self.origin = server.origin
        self.connection = http.client.HTTPConnection(self.host)
        form = urllib.parse.urlencode({"login": login, "password": server.passwords[login]})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        self.connection.request("POST", "/sign-in", form, headers)
        answer = self.connection.getresponse()
        answer.read()
        self.cookie = answer.getheader("Set-Cookie").split(";")[0]

    def ask(self, method, path, body=None):
        headers = {"Cookie": self.cookie, "Origin": self.origin, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        text = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, "/api/v1" + path, text, headers)
            answer = self.connection.getresponse()
        except (http.client.HTTPException, OSError):
            # The server has closed what stood idle; the key makes the second try safe.
            self.connection.close()
            self.connection.request(method, "/api/v1" + path, text, headers)
            answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text)
