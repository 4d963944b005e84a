# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Attacks on `liaison desk`, by programs and by pages of others: desk_attacks.py SANDBOX [ATTACK…]"""

import contextlib
import html
import http.server
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

from desk import Browser, Desk, Keys, Raw, Sandbox, Several, Walks, check, contains, same, until
from desk_words import ORIENTATION_VALUES, PDF, REFERRAL_ARGUMENTS, REFERRAL_VALUES

MARKUP = """"><script>window.pwned=1</script><img src=x onerror=window.pwned=1>'</textarea></title>{{t.send}}&lt;"""
SHORT_MARKUP = """<img src=x onerror=window.pwned=1>{{t.send}}"'&amp;"""
# How every page begins that says no
REFUSED = "Ce n'est pas fait"
LARGE = 20 * 1024 * 1024

sandbox = Sandbox(sys.argv[1])
browser = Browser()


# ── What the attacks stand on


def refer():
    """A referral by command, from the brigade to the social worker; returns its reference."""
    return re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", sandbox.command("bta-montluel", *REFERRAL_ARGUMENTS))[0]


def let_in(desk, address=None):
    """The one browser that the desk lets in, as a program; returns it and its form token."""
    raw = Raw(desk)
    answer = raw.ask("GET", (address or desk.address).removeprefix(desk.url))
    same(answer.status, 200, "the address at its first use")
    raw.cookie = re.match(r"liaison-desk-\d+=([0-9a-f]{64});", answer.headers["Set-Cookie"])[1]
    contains(answer.headers["Set-Cookie"], "HttpOnly", "SameSite=Strict", "Path=/")
    return raw, form_token(raw)


def form_token(raw, path="/inbox"):
    return re.search(r'name="token" value="([0-9a-f]{64})"', raw.ask("GET", path).text)[1]


def hidden(raw, path, action):
    """What the form of a page with this action carries unseen."""
    page = raw.ask("GET", path).text
    form = re.search(rf'<form[^>]* action="{re.escape(action)}".*?</form>', page, re.DOTALL)[0]
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in fields if not name.startswith("f.")}


def encoded(**fields):
    return urlencode(fields, doseq=True).encode()


def refused(answer, what, *statuses, is_guest=False):
    """Refused, in words; and for who was not let in, with nothing that only the desk's own pages hold."""
    check(answer.status in (statuses or (403,)), f"{what}: {answer.status}")
    guarded(answer, what)
    if not is_guest:
        check("/inbox" not in answer.text and not re.search(r'name="token" value="[^"]', answer.text), f"{what}: a page of the desk")
    check(len(re.sub("<[^>]*>", "", answer.text).strip()) > 20, f"{what}: nothing said: {answer.text!r}")


def guarded(answer, what):
    """The headers that keep an answer in this browser."""
    policy = answer.headers["Content-Security-Policy"] or ""
    for piece in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
                  "base-uri 'none'"]:
        check(piece in policy, f"{what}: {piece} is not in the policy {policy!r}")
    check("unsafe" not in policy, f"{what}: {policy}")
    for name, value in [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
                        ("X-Frame-Options", "DENY"), ("Cross-Origin-Opener-Policy", "same-origin"),
                        ("Cross-Origin-Resource-Policy", "same-origin")]:
        same(answer.headers[name], value, f"{what}: {name}")
    check(answer.headers["Server"] is None and answer.headers["Access-Control-Allow-Origin"] is None, f"{what}: {answer.headers}")


def untouched(desk, reference):
    """The desk is unlocked, and nobody took charge of the transmission or opened it."""
    contains(sandbox.command("bta-montluel", "track", reference), "pas encore ouvert")
    check(desk.process.poll() is None, f"the desk has ended: {desk.said()}")


class Elsewhere:
    """Another site: pages on another port of this machine, under any name that leads here."""

    def __enter__(self):
        pages = self.pages = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = pages.get(self.path.split("?")[0], "").encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def names(self):
        """The same machine; the same site and another origin; another site; a name that somebody else controls."""
        return [f"http://{name}:{self.port}" for name in ("127.0.0.1", "localhost", "ailleurs.example")]


# ── By programs


def listens_on_this_machine_only(desk):
    """One socket, on the loopback interface."""
    listening = []
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A" and int(local.split(":")[1], 16) == desk.port:
                listening.append((table, local.split(":")[0]))
    same(listening, [("tcp", "0100007F")], "sockets that listen")


def another_user_gets_nothing(desk):
    """Whoever else works on this machine gets no page, even with the cookie: a server of theirs on another port may have been shown it."""
    raw, _ = let_in(desk)
    same(raw.ask("GET", "/inbox").status, 200, "the same user")
    if os.geteuid() != 0:
        print("another user: not tried, because this is not root")
        return
    ask = """if True:
        import http.client, sys
        connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
        try:
            connection.request("GET", "/inbox", headers={"Cookie": sys.argv[2]})
            answer = connection.getresponse()
            print(answer.status, answer.read().decode())
        except (ConnectionError, http.client.HTTPException):
            print("closed")"""
    cookie = f"liaison-desk-{desk.port}={raw.cookie}"
    done = subprocess.run(
        ["/usr/bin/python3", "-c", ask, str(desk.port), cookie], user=65534, group=65534, extra_groups=[], capture_output=True,
        encoding="utf-8", cwd="/", timeout=60, check=False)
    check(done.stdout.startswith(("closed", "403 ")), f"another user was answered: {done.stdout[:300]} {done.stderr[-300:]}")
    check('href="/inbox"' not in done.stdout, "a page for another user")


def knows_its_user_among_many_sockets(desk):
    """However many sockets the machine has open, the desk answers its own user."""
    with contextlib.ExitStack() as others:
        for _ in range(300):
            others.enter_context(socket.create_server(("127.0.0.1", 0)))
        raw, _ = let_in(desk)
        for _ in range(20):
            same(raw.ask("GET", "/inbox").status, 200, "the same user")


def lets_in_once(desk):
    """The address is good for one browser; the one before a new one is void; nobody gets in by guessing."""
    stranger = Raw(desk)
    for path in ["/", "/inbox", "/write", "/sent", "/directory", "/search?q=TESTARD", "/live", "/unlock"]:
        refused(stranger.ask("GET", path), f"a stranger at {path}")
    for token in ["", "0" * 64, desk.address.split("=")[1][:-1], desk.address.split("=")[1].upper() + "0"]:
        refused(stranger.ask("GET", f"/enter?token={token}"), "a guessed token")
    raw, _ = let_in(desk)
    answer = stranger.ask("GET", desk.address.removeprefix(desk.url))
    refused(answer, "a stolen address")
    check(answer.headers["Set-Cookie"] is None, "a cookie for a stolen address")
    contains(answer.text, "déjà servi")
    first, second = desk.new_address(), desk.new_address()
    refused(stranger.ask("GET", first.removeprefix(desk.url)), "an address that a newer one made void")
    other, token = let_in(desk, second)
    check(raw.cookie != other.cookie, "two browsers with one cookie")
    refused(raw.ask("POST", "/lock", encoded(token=token)), "a form of another browser's page", is_guest=True)
    refused(Raw(desk, "0" * 64).ask("GET", "/inbox"), "a guessed cookie")
    same(raw.ask("GET", "/inbox").status, 200, "the first browser afterwards")


def judges_where_a_request_comes_from(desk):
    """Host, Origin and Sec-Fetch-Site of others are refused even with the cookie and the form token."""
    reference = refer()
    raw, token = let_in(desk)
    own = f"127.0.0.1:{desk.port}"
    opening = f"/transmissions/{reference}/open"
    for host in ["ailleurs.example", f"ailleurs.example:{desk.port}", "127.0.0.1", f"127.0.0.1:{desk.port + 1}", f"127.1:{desk.port}",
                 f"[::1]:{desk.port}", f"localhost.ailleurs.example:{desk.port}", ""]:
        for path in ["/inbox", "/unlock", "/assets/desk.css", "/enter?token=" + "0" * 64]:
            refused(raw.ask("GET", path, Host=host), f"Host {host!r} at {path}", 400, 403)
        refused(raw.ask("POST", opening, encoded(token=token), Host=host), f"a change with Host {host!r}", 400, 403)
    for origin in ["http://ailleurs.example", f"http://127.0.0.1:{desk.port + 1}", f"https://{own}", f"http://localhost:{desk.port}",
                   f"http://{own}.ailleurs.example", "file://"]:
        refused(raw.ask("POST", opening, encoded(token=token), Origin=origin), f"a change with Origin {origin}")
    for site in ["cross-site", "same-site", "quatsch"]:
        refused(raw.ask("POST", opening, encoded(token=token), Sec_Fetch_Site=site), f"a change from {site}")
    refused(raw.ask("GET", "/inbox", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate"), "a page for another site")
    refused(raw.ask("GET", "/live", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors"), "the stream for another site")
    for wrong in [{}, {"token": ""}, {"token": "0" * 64}, {"token": token[:-1]}]:
        for path in [opening, f"/transmissions/{reference}/acknowledge", "/lock"]:
            refused(raw.ask("POST", path, encoded(**wrong)), f"a change with the form token {wrong}", is_guest=True)
    for method, path in [("GET", opening), ("HEAD", opening), ("PUT", opening), ("DELETE", "/inbox"), ("OPTIONS", opening), ("GET", "/lock")]:
        answer = raw.ask(method, path)
        check(400 <= answer.status < 500, f"{method} {path}: {answer.status}")
    same(raw.ask("GET", "/inbox", Origin=f"http://{own}", Sec_Fetch_Site="same-origin").status, 200, "the desk's own page")
    untouched(desk, reference)


def guards_every_answer(desk):
    """The headers stand on every answer, also on what is not there; nothing unknown becomes a crash or a blank page."""
    reference = refer()
    raw, token = let_in(desk)
    odd = quote(SHORT_MARKUP, safe="")
    pages = ["inbox", "write", "write/referral", "sent", "alerts", "outbox", "directory", "search", "unlock", "assets/desk.css", "assets/desk.js"]
    missing = [
        "nothing", "assets/nothing", "assets/..%2f..%2fetc%2fpasswd", "transmissions/nothing", f"transmissions/{odd}",
        f"transmissions/{reference}/attachments/0", f"transmissions/{reference}/attachments/-1",
        f"transmissions/{reference}/attachments/99999999999999999999999", "write/nothing", f"write/{odd}", f"write/{odd}/{odd}/{odd}",
        "write/referral/nobody@nowhere/1", "write/referral/iscg-est@avema01/" + "9" * 40, "write/referral/iscg-est@avema01/-1/confirm",
        "write/referral/iscg-est@avema01/1/confirm", "transmissions/00000000-0000-7000-8000-000000000000",
    ]
    queries = [
        f"inbox?unit={odd}&kind={odd}&all={odd}", f"inbox?done={odd}", "inbox?%ff=%fe&a", f"search?q={odd}", f"directory?q={odd}",
        "search?q=" + "%22AND%22%2a" * 50, "search?q=%00", "search?q=%22", "search?q=" + "a" * 5000,
    ]
    with Several() as several:
        for path in pages + missing + queries:
            with several.case():
                answer = raw.ask("GET", "/" + path)
                allowed = range(400, 500) if path in missing else [200]
                check(answer.status in allowed, f"GET /{path[:80]}: {answer.status}")
                guarded(answer, path)
                check("<img src=x" not in answer.text, f"/{path}: markup")
                check(path.startswith("assets/") or "<h1" in answer.text, f"GET /{path[:80]}: a blank page")
        for act in ["refuse", "withdraw", "erase"]:
            for reason in ["", "nothing", SHORT_MARKUP]:
                with several.case():
                    answer = raw.ask("POST", f"/transmissions/{reference}/{act}", encoded(token=token, reason=reason))
                    check(400 <= answer.status < 500, f"{act} with reason {reason!r}: {answer.status}")
                    guarded(answer, act)
        for body in [b"\xff\xfe=%zz&token=" + token.encode(), b"&" * 1000 + b"token=" + token.encode(), b"token=" + token.encode() + b"&to="]:
            with several.case():
                answer = raw.ask("POST", "/write/referral", body)
                check(400 <= answer.status < 500, f"a body {body[:20]}: {answer.status}")
                guarded(answer, f"a body {body[:20]}")
        for kind in ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "multipart/form-data; boundary=" + "y" * 100]:
            with several.case():
                answer = raw.ask("POST", "/write/orientation/cms-bourg@cd01/1/files", b"nothing of the kind", Content_Type=kind)
                check(400 <= answer.status < 500, f"an upload of {kind}: {answer.status}")
                guarded(answer, f"an upload of {kind}")
    untouched(desk, reference)


def too_much(desk):
    """20 MB in a form are refused in words, and the desk goes on."""
    raw, token = let_in(desk)
    place = "/write/orientation/cms-bourg@cd01/1795000000"
    body = encoded(token=token) + b"&f.request=" + b"x" * LARGE
    with Several() as several:
        for path in [place, place + "/check", place + "/send", "/write/orientation", "/lock", "/unlock"]:
            with several.case():
                answer = raw.ask("POST", path, body)
                check(400 <= answer.status < 500, f"20 MB at {path}: {answer.status}")
                guarded(answer, f"20 MB at {path}")
                # What checks while somebody types answers the page's script, which says it.
                check(path.endswith("/check") or "plus de texte" in answer.text, f"20 MB at {path}: {answer.text[:500]!r}")
            with several.case():
                same(raw.ask("GET", "/inbox").status, 200, "the inbox afterwards")
        # Of a stranger nothing is read at all.
        with several.case():
            refused(Raw(desk).ask("POST", "/unlock", body), "20 MB of a stranger")


def acts_once(desk):
    """What two pages ask for at the same moment happens once, and both are told."""
    reference = refer()
    raw, token = let_in(desk)

    def both(path, **fields):
        with ThreadPoolExecutor(2) as pool:
            ask = [pool.submit(raw.ask, "POST", path, encoded(**({"token": token} | fields))) for _ in range(2)]
            return [each.result() for each in ask]

    until(lambda: reference in raw.ask("GET", "/inbox").text, "the referral")
    answers = both(f"/transmissions/{reference}/open")
    check(all(answer.status == 303 for answer in answers), f"two openings: {[answer.status for answer in answers]}")
    answers = both(f"/transmissions/{reference}/acknowledge")
    statuses = sorted(answer.status for answer in answers)
    check(statuses in ([303, 303], [303, 409], [303, 422]), f"two acknowledgements: {statuses}")
    told = sandbox.command("bta-montluel", "track", reference)
    same(told.count("preuve : entrée"), len(set(re.findall(r"entrée \d+", told))), "entries of the log")
    same(len(re.findall(r"^  .*pris en charge par", told, re.MULTILINE)), 1, f"acknowledgements in {told}")
    # A draft of which two pages say "send" leaves once.
    sender = Desk(sandbox, "bta-montluel")
    try:
        raw, token = let_in(sender)
        place = "/write/referral/iscg-est@avema01/1795000001"
        values = {f"f.{name}": value for name, value in REFERRAL_VALUES.items()}
        answer = raw.ask("POST", place, encoded(next="confirm", **hidden(raw, place, place), **values))
        same(answer.status, 303, f"a form by a program ({answer.text[-3000:]})")
        before = sandbox.command("bta-montluel", "sent", "--all").count("Saisine")
        answers = both(place + "/send", **hidden(raw, place + "/confirm", place + "/send"))
        check(all(answer.status in (303, 409, 422) for answer in answers), f"two sendings: {[answer.status for answer in answers]}")
        same(sandbox.command("bta-montluel", "sent", "--all").count("Saisine"), before + 1, "transmissions that left")
    finally:
        sender.kill()


# ── By pages of others


def pages_of_others_do_nothing(desk):
    """Another origin's form, fetch, script, stream and frame, with the cookie that the browser would send, change and read nothing."""
    reference = refer()
    browser.enter(desk)
    until(lambda: browser.all(f"[id^='t-{reference}']"), "the referral")
    kept = browser.cookie(desk)
    changes = [f"{desk.url}/transmissions/{reference}/open", f"{desk.url}/lock"]
    with Elsewhere() as elsewhere:
        for number, change in enumerate(changes):
            elsewhere.pages[f"/form{number}"] = (
                f'<form method="post" action="{change}"><input name="token" value=""></form><script>document.forms[0].submit()</script>')
        elsewhere.pages["/fetch"] = f"""<title>…</title><script>
            const desk = "{desk.url}", results = {{}}, tries = [];
            const attempt = (name, promise) => tries.push(promise.then((value) => results[name] = value, () => results[name] = "blocked"));
            const all = {{ credentials: "include" }};
            attempt("read", fetch(desk + "/inbox", all).then((answer) => answer.text()));
            attempt("opaque", fetch(desk + "/inbox", {{ ...all, mode: "no-cors" }}).then((answer) => answer.type + answer.status));
            attempt("json", fetch(desk + "/lock", {{ ...all, method: "POST", headers: {{ "Content-Type": "application/json" }}, body: "{{}}" }})
                .then((answer) => answer.status));
            for (const change of {changes}) {{
                attempt(change, fetch(change, {{ ...all, method: "POST", mode: "no-cors", body: new URLSearchParams({{ token: "" }}) }})
                    .then((answer) => answer.type));
            }}
            attempt("beacon", Promise.resolve(navigator.sendBeacon(desk + "/lock", new URLSearchParams({{ token: "" }}))).then(() => "sent"));
            attempt("stream", new Promise((done, fail) => {{
                const source = new EventSource(desk + "/live", {{ withCredentials: true }});
                source.onmessage = source.onopen = () => done("heard"); source.onerror = () => {{ source.close(); fail(); }}; }}));
            for (const [kind, attribute] of [["script", "src"], ["img", "src"], ["link", "href"]]) {{
                attempt(kind, new Promise((done, fail) => {{
                    const element = document.createElement(kind);
                    element.rel = "stylesheet"; element[attribute] = desk + (kind === "link" ? "/assets/desk.css" : "/assets/desk.js");
                    element.onload = () => done("loaded"); element.onerror = fail; document.head.append(element); }}));
            }}
            Promise.all(tries).then(() => {{ window.results = results; document.title = "done"; }});
            </script>"""
        elsewhere.pages["/frame"] = f'<title>frame</title><iframe src="{desk.url}/inbox" width="800" height="600"></iframe>'
        for name in elsewhere.names():
            for number in range(len(changes)):
                browser.goto(f"{name}/form{number}")
                until(lambda: browser.where.startswith(desk.url) and browser.complete, f"the answer to a form of {name}")
                contains(browser.heading, REFUSED)
                check("Verrouiller" not in browser.text and reference not in browser.text, f"a page for {name}")
            browser.goto(f"{name}/fetch")
            until(lambda: browser.driver.title == "done", f"what a page of {name} tries")
            results = browser.run("return window.results")
            for what in ("read", "json", "stream", "script", "img", "link"):
                same(results[what], "blocked", f"{what} by {name}")
            browser.goto(f"{name}/frame")
            browser.driver.switch_to.frame(browser.one("iframe"))
            check("Boîte de réception" not in browser.text, f"the desk in a frame of {name}")
            browser.driver.switch_to.default_content()
            untouched(desk, reference)
        # A page that reaches the desk by a name of its own sends no cookie there, and is refused by that name.
        browser.goto(f"http://ailleurs.example:{desk.port}/inbox")
        contains(browser.text, REFUSED)
    browser.goto(desk.url + "/inbox")
    same(browser.heading, "Boîte de réception", "the desk afterwards")
    same(browser.cookie(desk), kept, "the cookie afterwards")
    untouched(desk, reference)


def harmless(text=None):
    """No script of a field has run, and nothing of it has become part of the page."""
    check(browser.run("return typeof window.pwned === 'undefined'"), "a script ran")
    same(len(browser.all("img, iframe, object, embed, svg, main script, body > script")), 0, "markup")
    if text:
        contains(browser.run("return document.body.textContent"), text)


def markup_stays_text(desk):
    """Script, markup and template signs in each field, in the note of a refusal and in the name of a file are shown as they are."""
    browser.enter(desk)
    for kind, to in [("orientation", "cms-bourg@cd01"), ("concern_report", "cms-bourg@cd01"), ("judicial_transmission", "parquet@tj01")]:
        browser.click("a[data-tab=write]")
        browser.click(f"main a[href='/write/{kind}']")
        browser.click(f"button[value='{to}']")
        fields = [one.get_attribute("id") for one in browser.all("form[data-check] :is(input[type=text], input[type=tel], textarea)")]
        check(len(fields) > 5, f"fields of {kind}: {fields}")
        for field in fields:
            browser.run("document.getElementById(arguments[0]).value = arguments[1]", field, MARKUP)
        browser.one(f"#{fields[0]}").send_keys(Keys.END, "x", Keys.TAB)
        until(lambda: "gardé à" in browser.one("[data-saved]").text, "the draft")
        harmless()
        browser.press_button("Relire")
        harmless()
        for field in fields[1:]:
            same(browser.one(f"#{field}").get_attribute("value"), MARKUP, f"what {field} of {kind} shows")
        browser.goto(browser.where)
        harmless()
        browser.press_button("Garder")
        harmless()
        # Values of lists that no page offers
        names = set(re.findall(r'name="(f\.[a-z_]+)"', browser.driver.page_source))
        raw = Raw(desk, browser.cookie(desk))
        place = browser.one("main a[href^='/write/" + kind + "/']").get_attribute("href").removeprefix(desk.url)
        names |= set(re.findall(r'name="(f\.[a-z_]+)"', raw.ask("GET", place).text))
        values = dict.fromkeys(names, SHORT_MARKUP) | {"urgency": SHORT_MARKUP, "call": SHORT_MARKUP, "f.<b>": SHORT_MARKUP}
        answer = raw.ask("POST", place, encoded(next="confirm", **hidden(raw, place, place), **values))
        same(answer.status, 422, f"{kind} with values that no page offers")
        check("<img src=x" not in answer.text, f"markup of a list of {kind}")
        browser.goto(desk.url + place)
        harmless()


def markup_travels_as_text(desk):
    """What is sent with markup in it is shown as text to who receives it, and so is the name of a file."""
    browser.enter(desk)
    raw = Raw(desk, browser.cookie(desk))
    place = "/write/orientation/cms-bourg@cd01/1795000002"
    values = ORIENTATION_VALUES | {"last_name": SHORT_MARKUP, "request": MARKUP}
    fields = {f"f.{name}": value for name, value in values.items()}
    token = form_token(raw)
    for name in [SHORT_MARKUP.replace("/", "").replace('"', "%22") + ".pdf", "../../../../etc/passwd.pdf", "%0D%0AX-Evil: 1.pdf", "..", ""]:
        body = (f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n--x\r\nContent-Disposition: form-data; name="file"; '
                f'filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n').encode() + PDF + b"\r\n--x--\r\n"
        answer = raw.ask("POST", place + "/files", body, Content_Type="multipart/form-data; boundary=x")
        check(answer.status in (303, 422), f"the file {name!r}: {answer.status}")
        check("<img src=x" not in answer.text, f"the name {name!r} as markup")
    answer = raw.ask("POST", place, encoded(next="confirm", **hidden(raw, place, place), **fields))
    same(answer.status, 303, f"the form ({answer.text[-3000:]})")
    browser.goto(desk.url + place)
    harmless()
    browser.goto(desk.url + place + "/confirm")
    harmless(SHORT_MARKUP)
    browser.press_button("Sceller et envoyer")
    reference = browser.path.split("/")[-1]
    harmless()
    other = Desk(sandbox, "cms-bourg")
    try:
        browser.enter(other)
        browser.there(f"[id^='t-{reference}']")
        harmless()
        browser.click(f"[id^='t-{reference}']")
        harmless(SHORT_MARKUP)
        harmless(MARKUP)
        browser.looks_right("transmission-markup", quick=True)
        taken = Raw(other, browser.cookie(other))
        for link in browser.all("ul.files a[download]"):
            answer = taken.ask("GET", link.get_attribute("href").removeprefix(other.url))
            same((answer.status, answer.body), (200, PDF), "a file")
            same(answer.headers["Content-Type"], "application/octet-stream", "type of a file")
            check(re.fullmatch(r"attachment; filename\*=UTF-8''[A-Za-z0-9._%-]+", answer.headers["Content-Disposition"]),
                  f"where a file goes: {answer.headers['Content-Disposition']}")
            check(answer.headers["X-Evil"] is None, "a header of an attacker")
            guarded(answer, "a file")
        browser.one("summary").click()
        browser.choose("#reason", browser.all("#reason option")[1].text)
        browser.field("#note", MARKUP)
        browser.click("form[action$=refuse] button")
        harmless()
        browser.goto(f"{other.url}/search?q={quote(SHORT_MARKUP)}")
        harmless()
    finally:
        other.kill()
    browser.goto(f"{desk.url}/transmissions/{reference}")
    harmless()
    for tab in ("sent", "alerts", "inbox"):
        browser.goto(f"{desk.url}/{tab}")
        harmless()


def a_huge_paste_is_said(desk):
    """20 MB pasted into a field: the page says that they are not kept, and what to do, and the desk goes on."""
    browser.enter(desk)
    browser.goto(desk.url + "/write/orientation/cms-bourg@cd01/1795000003")
    browser.field("#f-last_name", "COLLE")
    browser.run("""const field = document.getElementById("f-request");
        field.focus(); field.value = "x".repeat(arguments[0]); field.dispatchEvent(new InputEvent("input", { bubbles: true }));""", LARGE)
    until(lambda: "NON gardé" in browser.one("[data-saved]").text or "plus de texte" in browser.one("[data-saved]").text, "it is said")
    check("gardé à" not in browser.one("[data-saved]").text, "said to be kept")
    browser.press_button("Relire")
    contains(browser.text, "plus de texte")
    browser.looks_right("too-much-text")
    browser.goto(desk.url + "/inbox")
    same(browser.heading, "Boîte de réception", "the desk afterwards")


def two_tabs_act_at_once(desk):
    """Two tabs show the same delivery: what one does is said in the other, which does nothing a second time."""
    reference = refer()
    browser.enter(desk)
    browser.there(f"[id^='t-{reference}']")
    browser.click(f"[id^='t-{reference}']")
    page = browser.where
    first, second = browser.driver.current_window_handle, browser.new_tab()
    browser.goto(page)
    browser.button("Prendre en charge")
    browser.switch(first)
    browser.press_button("Prendre en charge")
    contains(browser.one(".notice--ok").text, "Prise en charge")
    browser.switch(second)
    stale = [one for one in browser.all("form[action$=acknowledge] button") if one.is_displayed()]
    if stale:
        browser.leaves(stale[0].click)
        contains(browser.text.lower(), "pris")
        check(browser.heading, "a blank page")
        browser.looks_right("acknowledged-twice")
    told = sandbox.command("bta-montluel", "track", reference)
    same(len(re.findall(r"^  .*pris en charge par", told, re.MULTILINE)), 1, f"acknowledgements in {told}")
    # One tab takes charge while the other refuses.
    reference = refer()
    browser.goto(desk.url + "/inbox")
    browser.there(f"[id^='t-{reference}']")
    browser.click(f"[id^='t-{reference}']")
    page = browser.where
    browser.one("summary").click()
    browser.choose("#reason", browser.all("#reason option")[1].text)
    browser.switch(first)
    browser.goto(page)
    browser.press_button("Prendre en charge")
    browser.switch(second)
    browser.click("form[action$=refuse] button")
    check("Refusée" not in browser.text, "refused what was taken charge of")
    check("déjà sa réponse" in browser.text, "nothing is said")
    browser.looks_right("refused-after-acknowledged")


def an_old_page_is_refused(desk):
    """A page of a desk that has ended does nothing in the one that was started at the same address, which says what to do."""
    browser.enter(desk)
    page = browser.driver.current_window_handle
    desk.kill()
    until(lambda: "LE BUREAU LIAISON EST FERMÉ" in browser.text, "the page says that the desk is closed")
    again = Desk(sandbox, desk.unit, port=desk.port)
    try:
        browser.reloaded_until(lambda: REFUSED in browser.text, "the old page is refused")
        contains(browser.text, "appuyez sur Entrée")
        browser.looks_right("old-page")
        browser.new_tab()
        browser.goto(again.new_address())
        until(lambda: browser.heading == "Boîte de réception", "the new desk")
        browser.switch(page)
        browser.goto(again.url + "/inbox")
        same(browser.heading, "Boîte de réception", "the same browser")
    finally:
        again.kill()


ATTACKS = {
    listens_on_this_machine_only: ["iscg-est"],
    another_user_gets_nothing: ["iscg-est"],
    knows_its_user_among_many_sockets: ["iscg-est"],
    lets_in_once: ["iscg-est"],
    judges_where_a_request_comes_from: ["iscg-est"],
    guards_every_answer: ["iscg-est"],
    too_much: ["iscg-est"],
    acts_once: ["iscg-est"],
    pages_of_others_do_nothing: ["iscg-est"],
    markup_stays_text: ["iscg-est"],
    markup_travels_as_text: ["iscg-est"],
    a_huge_paste_is_said: ["iscg-est"],
    two_tabs_act_at_once: ["iscg-est"],
    an_old_page_is_refused: ["iscg-est"],
}

if __name__ == "__main__":
    walks = Walks(browser, sandbox)
    try:
        for step, units in ATTACKS.items():
            if not sys.argv[2:] or step.__name__ in sys.argv[2:]:
                walks.walk(step, units)
    finally:
        browser.quit()
    sys.exit(1 if walks.failures else 0)
