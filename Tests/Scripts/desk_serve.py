# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""`liaison desk serve`: several agents of one institution, and who else comes: desk_serve.py SANDBOX [WALK…]"""

import http.client
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from desk import BIN, PATIENCE, Browser, Failed, Sandbox, Several, Walks, check, contains, same, until
from desk_words import REFERRAL_ARGUMENTS

NAME, EST, MONTLUEL = "bureau.example", "iscg-est", "bta-montluel"
WRONG = "Identifiant ou phrase de passe incorrects."

sandbox = Sandbox(sys.argv[1])
browser = Browser("--host-resolver-rules=MAP *.example 127.0.0.1", "--ignore-certificate-errors")


class Serve:
    """One `liaison desk serve` over all vaults of the sandbox."""

    def __init__(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LIAISON_")}
        self.errors = os.memfd_create("errors")
        self.process = subprocess.Popen(
            [BIN / "liaison", "desk", "serve", "--vaults", sandbox.directory / "agents", "--listen", "127.0.0.1:0",
             "--tls", sandbox.directory / "desk.pem", "--tls-key", sandbox.directory / "desk.key", *arguments],
            env=environment | {"LANG": "fr_FR.UTF-8"}, stdout=subprocess.PIPE, stderr=self.errors, encoding="utf-8")
        self.url = self.process.stdout.readline().strip()
        check(self.url, f"no address: {os.pread(self.errors, 4096, 0).decode()}")
        self.port = int(self.url.rsplit(":", 1)[1])
        same(self.url, f"https://{NAME}:{self.port}", "the address, by the first name of the certificate")

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(PATIENCE)
        self.process.stdout.close()


class Visit:
    """A browser of somebody's, as a program: it keeps cookies and follows nothing."""

    def __init__(self, serve):
        self.serve, self.cookies, self.set = serve, {}, {}

    def ask(self, method, path, fields=None, host=None, **headers):
        context = ssl.create_default_context(cafile=sandbox.directory / "desk.pem")
        context.check_hostname = False
        connection = http.client.HTTPSConnection("127.0.0.1", self.serve.port, timeout=PATIENCE, context=context)
        sent = {"Host": host or f"{NAME}:{self.serve.port}", "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = None
        if fields is not None:
            body, sent["Content-Type"] = urlencode(fields), "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, {name: value for name, value in sent.items() if value})
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name], self.set[name] = value, line
        return response.status, text, response.headers

    def token(self, path):
        status, text, _ = self.ask("GET", path)
        same(status, 200, f"status of {path}")
        return re.search(r'name="token" value="([0-9a-f]{64})"', text)[1]

    def sign_in(self, name, passphrase, **headers):
        return self.ask("POST", "/unlock", {"token": self.token("/unlock"), "name": name, "passphrase": passphrase}, **headers)

    @classmethod
    def of(cls, serve, unit):
        """One that was let in."""
        visit = cls(serve)
        status, text, headers = visit.sign_in(unit, sandbox.passphrase(unit))
        same((status, headers["Location"]), (303, "/"), f"signing in ({text[:600]})")
        return visit

    def is_out(self):
        status, _, headers = self.ask("GET", "/inbox")
        return (status, headers["Location"]) == (303, "/unlock")


def serving(walk):
    """Runs a walk with a server of its own."""
    def run():
        serve = Serve()
        try:
            walk(serve)
        finally:
            serve.stop()
    run.__name__ = walk.__name__
    return run


def wrong_at(field):
    """What is wrong is said at this field, which has the focus, and at no other."""
    same([one.get_attribute("id") for one in browser.all("[aria-invalid=true]")], [field], "fields that are wrong")
    same(browser.focused.get_attribute("id"), field, "focus")
    check("error" in browser.one(f"#{field}").get_attribute("aria-describedby"), f"what describes {field}")


def sign_in(serve, unit):
    """Signs in with the browser."""
    browser.driver.delete_all_cookies()
    browser.goto(serve.url)
    same(browser.path, "/unlock", "where a stranger is led")
    browser.field("#name", unit)
    browser.field("#passphrase", sandbox.passphrase(unit))
    browser.press_button("Ouvrir")
    until(lambda: browser.heading == "Boîte de réception", "the inbox")


# ── Walks


@serving
def each_agent_has_the_own_desk(serve):
    """Two agents at once see their own mailbox and not the other's; what one sends, the other receives."""
    sandbox.command(MONTLUEL, *REFERRAL_ARGUMENTS)
    one, other = Visit.of(serve, EST), Visit.of(serve, MONTLUEL)
    status, text, _ = one.ask("GET", "/inbox")
    same(status, 200, "the inbox of the one")
    reference = re.search(r"/transmissions/([0-9a-f-]{36})", text)[1]
    status, text, _ = other.ask("GET", "/inbox")
    check(reference not in text, "the other's inbox holds it")
    contains(other.ask("GET", "/sent")[1], reference)
    # The other's form token, or the other's cookie with this form's token, does nothing.
    token = other.token("/inbox")
    same(one.ask("POST", f"/transmissions/{reference}/open", {"token": token})[0], 403, "with a token of another's")
    same(one.ask("POST", f"/transmissions/{reference}/open", {"token": one.token("/inbox")})[0], 303, "opening it")
    contains(one.ask("GET", f"/transmissions/{reference}")[1], "Prendre en charge")


@serving
def cookies_stay_in_the_browser(serve):
    visit = Visit.of(serve, EST)
    for name in ("__Host-liaison-desk", "__Host-liaison-known", "__Host-liaison-door"):
        contains(visit.set[name], "Secure", "HttpOnly", "SameSite=Strict", "Path=/")
        check("Domain" not in visit.set[name], visit.set[name])
    check("Max-Age" not in visit.set["__Host-liaison-desk"], "the session outlives the browser")
    headers = visit.ask("GET", "/inbox")[2]
    for name, piece in {
        "Strict-Transport-Security": "max-age=", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
    }.items():
        contains(headers[name] or "", piece)


@serving
def strangers_learn_nothing(serve):
    """A name that no vault has, a name that leads elsewhere, and a wrong passphrase are answered alike."""
    answers = set()
    for name in (EST, "personne", "../registrars/avema01", "a", "é", "/etc", "." * 64, "x" * 5000):
        status, text, _ = Visit(serve).sign_in(name, "faux")
        same(status, 422, f"signing in as {name[:40]}")
        answers.add(re.sub(r'value="[^"]*"', "", text))
        contains(text, WRONG)
    same(len(answers), 1, "different answers")
    stranger = Visit(serve)
    for path in ("/inbox", "/transmissions/0", "/sessions", "/passphrase", "/nowhere", "/write"):
        same(stranger.ask("GET", path)[0::2][0], 303, path)
    same(stranger.ask("GET", "/live", Liaison_Background="1")[0], 401, "the stream")
    same(stranger.ask("GET", "/here?nonce=1")[0], 401, "the proof")
    same(stranger.ask("GET", "/join")[0], 404, "joining, where it is not offered")
    same(stranger.ask("POST", "/lock", {"token": "0"})[0], 303, "locking")


@serving
def judges_where_a_request_comes_from(serve):
    visit = Visit.of(serve, EST)
    token = Visit(serve).token("/unlock")
    with Several() as several:
        for what, status, arguments in [
            ("another name", 403, {"host": "ailleurs.example"}), ("the address", 403, {"host": f"127.0.0.1:{serve.port}"}),
            ("the other name", 200, {"host": "bureau.ville.example"}), ("no port", 200, {"host": NAME}),
            ("capitals", 200, {"host": NAME.upper()}),
            ("another site", 403, {"Sec_Fetch_Site": "cross-site"}), ("a sister site", 403, {"Sec_Fetch_Site": "same-site"}),
            ("another origin", 403, {"Origin": "https://ailleurs.example"}), ("plain HTTP", 403, {"Origin": f"http://{NAME}:{serve.port}"}),
        ]:
            with several.case():
                same(visit.ask("GET", "/inbox", **arguments)[0], status, what)
                same(Visit(serve).ask("GET", "/unlock", **arguments)[0], status, f"{what}, before anybody is let in")
    # Signing somebody in from elsewhere: without the form's token, with one of another browser, from another site.
    fields = {"name": EST, "passphrase": sandbox.passphrase(EST)}
    same(Visit(serve).ask("POST", "/unlock", fields)[0], 403, "no token")
    other = Visit(serve)
    other.token("/unlock")
    same(other.ask("POST", "/unlock", fields | {"token": token})[0], 403, "a token of another browser")
    same(other.sign_in(EST, sandbox.passphrase(EST), Sec_Fetch_Site="cross-site")[0], 403, "another site")


@serving
def speaks_tls_only(serve):
    with socket.create_connection(("127.0.0.1", serve.port), timeout=PATIENCE) as plain:
        plain.sendall(b"GET /unlock HTTP/1.1\r\nHost: bureau.example\r\n\r\n")
        check(not plain.recv(100).startswith(b"HTTP"), "answers without TLS")
    old = ssl.create_default_context(cafile=sandbox.directory / "desk.pem")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        with socket.create_connection(("127.0.0.1", serve.port), timeout=PATIENCE) as plain, old.wrap_socket(plain, server_hostname=NAME):
            raise Failed("speaks TLS 1.2")
    except (ssl.SSLError, ConnectionError):
        pass


@serving
def guesses_take_longer_each_time(serve):
    """After some wrong passphrases everybody else waits, and the agent at the own computer does not."""
    agent, thief = Visit.of(serve, EST), Visit(serve)
    for place in range(6):
        same(thief.sign_in(EST, f"faux {place}")[0], 422, f"wrong passphrase {place}")
    status, text, headers = thief.sign_in(EST, sandbox.passphrase(EST))
    same(status, 429, "the right one, too soon")
    check(1 <= int(headers["Retry-After"]) <= 10, f"Retry-After: {headers['Retry-After']}")
    contains(text, "Trop de phrases de passe incorrectes")
    same(Visit(serve).sign_in(EST, sandbox.passphrase(EST))[0], 429, "from yet another browser")
    same(Visit(serve).sign_in(MONTLUEL, sandbox.passphrase(MONTLUEL))[0], 303, "another agent")
    known = Visit(serve)
    known.cookies["__Host-liaison-known"] = agent.cookies["__Host-liaison-known"]
    same(known.sign_in(EST, sandbox.passphrase(EST))[0], 303, "the agent's own browser")
    stolen = Visit(serve)
    stolen.cookies["__Host-liaison-known"] = Visit.of(serve, MONTLUEL).cookies["__Host-liaison-known"]
    same(stolen.sign_in(EST, "faux")[0], 429, "with a cookie of another agent's")
    until(lambda: Visit(serve).sign_in(EST, sandbox.passphrase(EST))[0] == 303, "after the wait")
    # The process ends, and the browser is known as before.
    serve.stop()
    again = Serve()
    try:
        thief.serve = again
        for place in range(6):
            same(thief.sign_in(EST, f"faux {place}")[0], 422, f"wrong passphrase {place} after a new start")
        known.serve = again
        check(known.is_out(), "a session outlived the program")
        same(known.sign_in(EST, sandbox.passphrase(EST))[0], 303, "the agent's own browser after a new start")
    finally:
        again.stop()


@serving
def guesses_at_once_are_no_more(serve):
    """Many wrong passphrases at the same moment are judged no more often than one after the other; others sign in meanwhile."""
    def guess(place):
        return Visit(serve).sign_in(EST, f"faux {place}")[0]

    with ThreadPoolExecutor(24) as pool:
        waiting = [pool.submit(guess, place) for place in range(60)]
        Visit.of(serve, MONTLUEL)
        found = [one.result() for one in waiting]
    same({status: found.count(status) for status in set(found)}, {422: 6, 429: 54}, "answers to 60 guesses")


@serving
def a_flood_of_strangers_keeps_no_agent_out(serve):
    """Names that nobody has, large forms and unfinished ones, all at once: the own computer signs in, and the process stays small."""
    agent, other = Visit.of(serve, EST), Visit.of(serve, MONTLUEL)
    halves = []
    for _ in range(200):
        half = socket.create_connection(("127.0.0.1", serve.port), timeout=PATIENCE)
        context = ssl.create_default_context(cafile=sandbox.directory / "desk.pem")
        half = context.wrap_socket(half, server_hostname=NAME)
        half.sendall(f"POST /unlock HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 2000000\r\n\r\n".encode() + b"a" * 15_000)
        halves.append(half)
    same(Visit(serve).ask("POST", "/unlock", {"name": "x" * 20_000})[0], 413, "a form that is too large")
    with ThreadPoolExecutor(32) as pool:
        waiting = [pool.submit(lambda place: Visit(serve).sign_in(f"personne-{place}", "faux")[0], place) for place in range(80)]
        started = time.monotonic()
        same(agent.sign_in(EST, sandbox.passphrase(EST))[0], 303, "the agent's own browser")
        took = time.monotonic() - started
        found = {one.result() for one in waiting}
    check(found <= {422, 429, 503}, f"answers to the strangers: {found}")
    check(took < 10, f"the agent waited {took:.1f} s")
    status = pathlib.Path(f"/proc/{serve.process.pid}/status").read_text(encoding="ascii")
    held = int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024
    check(held < 300, f"{held:.0f} MiB in memory")
    same(other.ask("POST", "/lock", [("a", "")] * 5000)[0], 413, "a form of thousands of fields")
    started = time.monotonic()
    serve.stop()
    check(time.monotonic() - started < 15, "somebody who does not finish holds up the end")
    for half in halves:
        half.close()


@serving
def a_shared_computer_is_known_to_each(serve):
    """Two agents at one computer, one after the other: it is known to both, and the first is not at work there any more."""
    visit = Visit.of(serve, EST)
    before = dict(visit.cookies)
    visit.sign_in(MONTLUEL, sandbox.passphrase(MONTLUEL))
    first = Visit(serve)
    first.cookies = before
    check(first.is_out(), "the one who was at work before still is")
    for place in range(6):
        same(Visit(serve).sign_in(EST, f"faux {place}")[0], 422, f"wrong passphrase {place}")
    same(visit.sign_in(EST, sandbox.passphrase(EST))[0], 303, "the first one again, while others wait")


@serving
def sessions_are_listed_and_ended(serve):
    other = Visit(serve)
    other.sign_in(EST, sandbox.passphrase(EST), User_Agent="Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0")
    sign_in(serve, EST)
    stranger = Visit.of(serve, MONTLUEL)
    browser.goto(serve.url + "/sessions")
    contains(browser.text, "Firefox, Windows", "Chrome, Linux — ce navigateur")
    same(len(browser.all("ul.files li")), 2, "sessions of this agent")
    browser.looks_right("sessions")
    browser.press_button("Terminer toutes les autres")
    contains(browser.text, "Session terminée.")
    same(len(browser.all("ul.files li")), 1, "sessions left")
    check(other.is_out(), "the ended session goes on")
    check(not stranger.is_out(), "another agent's session was ended")
    # An agent cannot end another's by its number.
    numbers = re.findall(r"/sessions/(\d+)/end", stranger.ask("GET", "/sessions")[1])
    same(len(numbers), 1, "sessions of the other agent")
    mine = browser.one("ul.files form").get_attribute("action").rsplit("/", 2)[1]
    stranger.ask("POST", f"/sessions/{mine}/end", {"token": stranger.token("/inbox")})
    browser.goto(serve.url + "/inbox")
    same(browser.heading, "Boîte de réception", "the session that another agent wanted to end")
    # Ended elsewhere: the open page shows nothing any more.
    again = Visit.of(serve, EST)
    again.ask("POST", "/sessions/others/end", {"token": again.token("/inbox")})
    until(lambda: browser.path == "/unlock", "the open page asks who comes")
    browser.looks_right("signin")


@serving
def a_day_at_the_desk(serve):
    """Signs in, answers what waits, writes nothing down, and leaves."""
    reference = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", sandbox.command(MONTLUEL, *REFERRAL_ARGUMENTS))[0]
    check("affiché dans la liste" not in sandbox.command(MONTLUEL, "track", reference), "displayed before anybody looked")
    browser.goto(serve.url)
    browser.field("#name", EST)
    browser.field("#passphrase", "faux")
    browser.press_button("Ouvrir")
    contains(browser.text, WRONG)
    same(browser.one("#name").get_attribute("value"), EST, "the name that was typed")
    check(browser.run("return document.activeElement.id === 'passphrase'"), "the cursor is where it was wrong")
    browser.looks_right("signin-wrong")
    sign_in(serve, EST)
    browser.looks_right("shared-inbox", quick=True)
    until(lambda: "affiché dans la liste" in sandbox.command(MONTLUEL, "track", reference), "the sender sees that a list showed it")
    browser.click(f"form[action='/transmissions/{reference}/open'] button")
    browser.press_button("Prendre en charge")
    contains(browser.text, "Prise en charge par votre unité")
    page = browser.where
    browser.press_button("Fermer mon bureau", within="header")
    same(browser.path, "/unlock", "after leaving")
    browser.goto(page)
    same(browser.path, "/unlock", "a page from before, after leaving")


@serving
def the_passphrase_is_changed(serve):
    new = "girafe lampe ombre tunnel velours\n"
    sign_in(serve, EST)
    browser.goto(serve.url + "/passphrase")
    browser.looks_right("passphrase")

    def fill(old, one, two):
        browser.field("#passphrase", old)
        browser.field("#new", one)
        browser.field("#again", two)
        browser.press_button("Changer de phrase de passe")

    fill(sandbox.passphrase(EST), "court", "court")
    contains(browser.text, "trop facile à deviner")
    wrong_at("new")
    fill(sandbox.passphrase(EST), new.strip(), "autre")
    contains(browser.text, "Les deux saisies diffèrent")
    fill("faux", new.strip(), new.strip())
    contains(browser.text, "La phrase de passe actuelle est incorrecte")
    wrong_at("passphrase")
    other = Visit.of(serve, EST)
    fill(sandbox.passphrase(EST), new.strip(), new.strip())
    contains(browser.text, "Phrase de passe changée.")
    check(other.is_out(), "a session that knew the old one goes on")
    same(Visit(serve).sign_in(EST, sandbox.passphrase(EST))[0], 422, "the old one")
    (sandbox.directory / "agents" / f"{EST}.passphrase").write_text(new, encoding="utf-8")
    Visit.of(serve, EST)


def an_agent_joins_in_the_browser():
    """From nine words to the own inbox, without a program on the own computer."""
    serve = Serve("--relay", (sandbox.directory / "relay.url").read_text(encoding="utf-8").strip())
    try:
        invited = sandbox.registrar("avema01", "invite", "iscg-est@avema01")
        words = re.search(r"(?:[a-z]{5}[- ]){8}[a-z]{5}", invited)[0]
        browser.driver.delete_all_cookies()
        browser.goto(serve.url)
        browser.press_button("Première fois")
        browser.looks_right("join")

        def fill(given, name, passphrase, again):
            browser.field("#words", given)
            browser.field("#name", name)
            browser.field("#passphrase", passphrase)
            browser.field("#again", again)
            browser.press_button("Créer mon coffre")

        good = "girafe lampe ombre tunnel velours"
        first = words.split("-")[0]
        for problem, field, arguments in [
            ("neuf mots attendus", "words", (first, "nouvelle", good, good)),
            ("un des mots a été mal noté", "words", (words.replace(first, "babab"), "nouvelle", good, good)),
            ("Choisissez un identifiant", "name", (words, "né e", good, good)),
            ("trop facile à deviner", "passphrase", (words, "nouvelle", "azerty", "azerty")),
            ("Les deux saisies diffèrent", "again", (words, "nouvelle", good, good + "x")),
            ("déjà pris", "name", (words, "bta-montluel", good, good)),
        ]:
            fill(*arguments)
            contains(browser.text, problem)
            wrong_at(field)
        browser.looks_right("join-wrong")
        check(not (sandbox.directory / "agents" / "nouvelle").exists(), "a vault was made before everything was right")
        fill(words, "Nouvelle", good, good)
        contains(browser.text, "Demande envoyée", "nouvelle")
        browser.looks_right("joined")
        agent = browser.all("dd")[1].text
        sandbox.registrar("avema01", "approve", agent)
        browser.press_button("Ouvrir mon bureau")
        browser.field("#name", "nouvelle")
        browser.field("#passphrase", good)
        browser.press_button("Ouvrir")
        until(lambda: browser.heading == "Boîte de réception", "the inbox of the new agent")
    finally:
        serve.stop()


def nothing_is_left_when_it_is_killed():
    """Killed while somebody works: the next start has the draft, and no session."""
    serve = Serve()
    try:
        sign_in(serve, MONTLUEL)
        browser.goto(serve.url + "/write/referral")
        browser.click("button[value='iscg-est@avema01']")
        browser.field("#f-last_name", "BROUILLON")
        path = browser.path
        until(lambda: "gardé à" in browser.one("[data-saved]").text, "the draft is kept by itself")
        serve.stop(signal.SIGKILL)
        until(lambda: "NE RÉPOND PLUS" in browser.text, "the page says so")
    finally:
        serve.stop(signal.SIGKILL)
    serve = Serve()
    try:
        contains(Visit.of(serve, MONTLUEL).ask("GET", path)[1], "BROUILLON")
    finally:
        serve.stop()


WALKS = [
    each_agent_has_the_own_desk, cookies_stay_in_the_browser, strangers_learn_nothing, judges_where_a_request_comes_from, speaks_tls_only,
    guesses_take_longer_each_time, guesses_at_once_are_no_more, a_flood_of_strangers_keeps_no_agent_out,
    a_shared_computer_is_known_to_each, sessions_are_listed_and_ended, a_day_at_the_desk, an_agent_joins_in_the_browser,
    nothing_is_left_when_it_is_killed, the_passphrase_is_changed,
]

if __name__ == "__main__":
    walks = Walks(browser, sandbox)
    started = time.monotonic()
    try:
        for step in WALKS:
            if not sys.argv[2:] or step.__name__ in sys.argv[2:]:
                walks.walk(step, [])
    finally:
        browser.quit()
    print(f"all: {time.monotonic() - started:.1f} s")
    sys.exit(1 if walks.failures else 0)
