"""A record shipped to an S3 store by a running server, checked and restored from there; no part of the journey.

    cargo build -p callbox --features s3
    python3 -m venv target/moto && target/moto/bin/pip install 'moto[server,s3]'
    python3 tests/e2e/s3.py --binary target/debug/callbox --moto target/moto/bin/moto_server

The store is moto's, which keeps its objects in memory and speaks S3 over HTTP. Each step prints what it saw; the first
that is not as it should be ends the run with code 1.
"""

import argparse
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.request

from server import Client, Server, free_port
from webdriver import Failed


class Store:
    """An S3 store with one bucket."""

    def __init__(self, program):
        self.program, self.port, self.process = program, free_port(), None
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "-H", "127.0.0.1", "-p", str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 60
        while True:
            try:
                self.ask("PUT", "")
                return
            except OSError:
                if time.monotonic() > end:
                    raise Failed("the store does not answer") from None
                time.sleep(0.2)

    def ask(self, method, name, body=None):
        # The store wants a signature's form and looks no further.
        credential = "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
        request = urllib.request.Request(f"{self.endpoint}/records{name}", body, {"Authorization": credential}, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def names(self):
        return re.findall(r"<Key>([^<]+)</Key>", self.ask("GET", "?list-type=2&max-keys=1000").decode())

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait(10)


def until(what, condition, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(0.5)
    print(f"ok: {what}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--moto", required=True)
    arguments = parser.parse_args()
    ledger, vault = "s3://records/elm/ledger", "s3://records/elm/vault"
    store = Store(arguments.moto)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT": store.endpoint, "AWS_ALLOW_HTTP": "true",
    }

    def run(*line, code=0):
        done = subprocess.run([arguments.binary, *line], capture_output=True, text=True, timeout=180)
        if done.returncode != code:
            raise Failed(f"{' '.join(line)}: {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    with tempfile.TemporaryDirectory() as directory:
        server = Server(arguments.binary, directory)
        try:
            store.start()
            server.demo("--no-calls", "--history", "1")
            server.stop()
            server.start("serve", "--ship-to", ledger, "--ship-vault-to", vault)
            until("frames are in the store", lambda: any("/frames/" in name for name in store.names()))
            until("vault and accounts are there", lambda: {"elm/vault/vault.db", "elm/vault/access.db"} <= set(store.names()))

            client = Client(server, "dispatcher")
            frames = lambda: [name for name in store.names() if "/frames/" in name]
            before = len(frames())
            client.ask("POST", "/incidents", {"text": "Smoke seen from the bridge"})
            until("what is recorded meanwhile follows", lambda: len(frames()) > before)

            # A store that does not answer holds nobody up, and gets later what it missed.
            store.pause()
            begun = time.monotonic()
            for no in range(20):
                client.ask("POST", "/incidents", {"text": f"A call while the store is away, {no}"})
            print(f"ok: 20 calls taken in {time.monotonic() - begun:.1f} s while the store does not answer", flush=True)
            store.go_on()
            before = len(frames())
            until("the store catches up", lambda: len(frames()) > before, 180)

            server.stop()
            run("ledger", "ship", ledger, "--vault", vault, "--data", server.data)
            print("ok:", run("ledger", "check-shipped", ledger).strip().splitlines()[0], flush=True)
            copy = os.path.join(directory, "copy")
            keys = os.path.join(directory, "keys.tar")
            run("backup", os.path.join(directory, "backup.tar"), "--keys", keys, "--data", server.data)
            print("ok:", run("restore", "--from", ledger, "--vault", vault, "--keys", keys, "--data", copy).strip().splitlines()[0], flush=True)
            print("ok:", run("verify", "--data", copy).strip().splitlines()[0], flush=True)

            # A byte that somebody changes in the store is found.
            name = frames()[-1]
            body = bytearray(store.ask("GET", f"/{name}"))
            body[len(body) // 2] ^= 1
            store.ask("PUT", f"/{name}", bytes(body))
            said = run("ledger", "check-shipped", ledger, code=1)
            print("ok: a changed byte:", said.strip().splitlines()[0], flush=True)
        except Failed as failed:
            print(f"FAILED: {failed}", flush=True)
            return 1
        finally:
            server.stop(signal.SIGKILL)
            store.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
