"""Signing in with Chromium's virtual authenticator, with an authenticator app, and at another provider."""

import base64
import hashlib
import hmac
import os
import shutil
import struct
import subprocess
import time

from server import free_port
from webdriver import Failed, Window

HERE = os.path.dirname(os.path.abspath(__file__))


def steps(journey):
    """The steps, in their order; each works in a window of its own kind of person."""
    ways = Ways(journey)
    return [
        ("a passkey is made, and signs in by itself", ways.passkey),
        ("a passkey whose user is not verified is refused", ways.unverified),
        ("an authenticator app is set up and asked for", ways.authenticator),
        ("the administrator ends a session from afar", ways.administrator),
        ("somebody signs in at another provider", ways.provider),
    ]


def code(letters):
    """What an authenticator app shows now (RFC 6238)."""
    digest = hmac.new(base64.b32decode(letters.replace(" ", "")), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Ways:
    def __init__(self, journey):
        self.journey = journey
        self.server = journey.server
        # Browsers make passkeys for names only, and without TLS for this one.
        self.origin = self.server.origin.replace("127.0.0.1", "localhost")

    def window(self, name):
        return Window(self.journey.driver, self.journey.options.browser, os.path.join(self.journey.directory, name))

    def sign_in(self, window, login, expected):
        window.open(self.origin + "/sign-in")
        window.type("#login", login)
        window.type("#password", self.server.passwords[login])
        window.click("form.stack button")
        window.wait(expected, "return location.pathname === arguments[0]", expected)

    def passkey(self):
        self.window_with_key = window = self.window("key")
        window.cdp("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        self.authenticator = window.cdp("WebAuthn.addVirtualAuthenticator", options=options)["authenticatorId"]
        self.sign_in(window, "dispatcher", "/board")
        window.open(self.origin + "/account")
        window.wait("the way to make a passkey", "return document.querySelector('form[data-passkey]').hidden === false")
        window.type("#passkey-label", "Desk 4")
        window.click("form[data-passkey] button")
        window.wait("the passkey", "return document.body.textContent.includes('Desk 4')")
        window.run("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
        window.wait("the sign-in page", "return location.pathname === '/sign-in' && document.readyState === 'complete'")
        window.wait("the passkey's button", "return document.querySelector('form[data-passkey]').hidden === false")
        window.click("form[data-passkey] button")
        window.wait("the board", "return location.pathname === '/board'")
        credentials = window.cdp("WebAuthn.getCredentials", authenticatorId=self.authenticator)["credentials"]
        if len(credentials) != 1 or credentials[0]["signCount"] < 1:
            raise Failed(f"the authenticator signed nothing: {credentials}")

    def unverified(self):
        window = self.window_with_key
        window.cdp("WebAuthn.setUserVerified", authenticatorId=self.authenticator, isUserVerified=False)
        window.open(self.origin + "/sign-in?hand_over=yes")
        window.wait("the passkey's button", "return document.querySelector('form[data-passkey]').hidden === false")
        window.click("form[data-passkey] button")
        window.wait("that it was refused", "return document.querySelector('[data-passkey-problem]').hidden === false")
        if window.run("return location.pathname") != "/sign-in":
            raise Failed("an unverified user came in")

    def authenticator_letters(self, window):
        return window.run("return [...document.querySelectorAll('section code')].map((it) => it.textContent)[0]")

    def authenticator(self):
        window = self.window("app")
        self.sign_in(window, "calltaker", "/board")
        window.open(self.origin + "/account")
        window.send("form[action='/account/authenticator'] button")
        letters = self.authenticator_letters(window)
        window.type("#confirm-code", code(letters))
        window.send("form[action='/account/authenticator/confirm'] button")
        codes = window.run("return [...document.querySelectorAll('.recovery code')].map((it) => it.textContent)")
        if len(codes) != 10:
            raise Failed(f"there are {len(codes)} codes for recovery")
        window.screenshot(os.path.join(self.journey.directory, "account.png"))
        window.run("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
        window.wait("the sign-in page", "return location.pathname === '/sign-in'")
        self.sign_in(window, "calltaker", "/sign-in/code")
        window.type("#code", codes[0])
        window.click("main form.stack button")
        window.wait("the board", "return location.pathname === '/board'")
        window.close()

    def administrator(self):
        window = self.window("admin")
        self.sign_in(window, "admin", "/accounts")
        window.screenshot(os.path.join(self.journey.directory, "accounts.png"))
        window.run("document.querySelector('form[action=\"/accounts/dispatcher/sessions\"]').requestSubmit()")
        window.wait("the page", "return document.readyState === 'complete' && location.pathname.startsWith('/accounts')")
        self.window_with_key.open(self.origin + "/units")
        self.window_with_key.wait("the sign-in page", "return location.pathname === '/sign-in'")
        self.window_with_key.close()
        window.close()

    def provider(self):
        directory = os.path.join(self.journey.directory, "provider")
        os.makedirs(directory)
        if not installed(directory):
            print("skipped: npm or node is missing, or npm does not answer: no other provider", flush=True)
            return
        shutil.copy(os.path.join(HERE, "provider.mjs"), directory)
        port = free_port()
        back = f"http://localhost:{self.server.port}/sign-in/provider/back"
        process = subprocess.Popen(["node", "provider.mjs", str(port), back], cwd=directory, stdout=subprocess.PIPE, stderr=self.server.log, text=True)
        try:
            if not any("ready" in line for line in process.stdout):
                raise Failed("the provider did not start; see the server's log")
            self.at_provider(directory, port)
        finally:
            process.terminate()
            process.wait(10)

    def at_provider(self, directory, port):
        settings = os.path.join(directory, "provider.toml")
        with open(os.path.join(directory, "secret"), "w", encoding="utf-8") as file:
            file.write("a secret of the journey\n")
        with open(settings, "w", encoding="utf-8") as file:
            file.write(f'name = "Elm County"\nissuer = "http://localhost:{port}"\nclient_id = "callbox"\n'
                       f'client_secret_file = "{directory}/secret"\npublic_url = "{self.origin}"\n')
        self.server.stop()
        self.server.start("serve", "--provider", settings)
        window = self.window("provider")
        self.at(window, "supervisor", "/board")
        window.close()
        stranger = self.window("stranger")
        self.at(stranger, "nobody-here", "/sign-in/provider/back")
        if "no account for you" not in stranger.text("body"):
            raise Failed("a stranger was not turned away in words")
        stranger.close()

    def at(self, window, login, expected):
        window.open(self.origin + "/sign-in")
        window.click("a[href^='/sign-in/provider']")
        window.wait("the provider's page", "return document.querySelector('input[name=login]')")
        window.type("input[name=login]", login)
        window.type("input[name=password]", "anything")
        window.click("button[type=submit]")
        window.wait("the provider's question", "return document.querySelector('input[value=consent]')")
        window.click("button[type=submit]")
        window.wait(expected, "return location.pathname === arguments[0]", expected)


def installed(directory):
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "oidc-provider@9"]
    try:
        subprocess.run(install, cwd=directory, timeout=180, capture_output=True, check=True)
    except subprocess.SubprocessError:
        return False
    return True
