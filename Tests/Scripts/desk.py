# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""`liaison desk` and a real browser, for the walks beside this file.

`Desk` is one agent's desk as a process, `Browser` is Debian's chromium without a window, `Raw` asks what no browser would ask.
Everything waits for conditions and nothing for a fixed time; what does not come within `PATIENCE` seconds fails with what was
awaited and with a picture of the page.
"""

import contextlib
import http.client
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time
import traceback
import uuid
from urllib.parse import urlsplit

import axe_playwright_python
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

PATIENCE = int(os.environ.get("PATIENCE", "40"))
POLL, LONGEST_POLL = 0.05, 1
ROOT = pathlib.Path(os.environ["ROOT"])
BIN = pathlib.Path(os.environ["LIAISON_BIN"])
SCREENSHOTS = ROOT / "Tests" / "Screenshots"
# Two pictures of each page cost a tenth of the walks: they are made for whoever wants to look at them.
KEEPS_PICTURES = "PICTURES" in os.environ
LOCALES = {"fr": "fr_FR.UTF-8", "en": "en_GB.UTF-8"}
AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# RGAA 4 rests on WCAG 2.1 A and AA; 2.2 adds the size of targets. What axe calls good practice is asked for as well.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice", "RGAAv4"]


class Failed(AssertionError):
    """What a walk expected and did not find."""


# What may go wrong in one walk without keeping the others from going
TELL = (
    Failed, WebDriverException, http.client.HTTPException, subprocess.SubprocessError, OSError, LookupError, TypeError, ValueError,
    AttributeError)


def check(condition, what):
    """Fails with `what` unless the condition holds."""
    if not condition:
        raise Failed(what)


def same(found, expected, what):
    """Fails unless both are equal, and shows both."""
    check(found == expected, f"{what}: {found!r}, expected {expected!r}")


def contains(text, *pieces):
    """Fails unless each piece stands in the text."""
    for piece in pieces:
        check(piece in text, f"{piece!r} is not in {text[:2000]!r}")


class Several:
    """Tells everything that fails in several cases, and not only the first."""

    def __enter__(self):
        self.problems = []
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            check(not self.problems, "\n  ".join(self.problems))

    @contextlib.contextmanager
    def case(self):
        try:
            yield
        except Failed as error:
            self.problems.append(str(error))


def until(condition, what, patience=PATIENCE, pause=POLL):
    """Polls until the condition holds, and returns its value. An element that went away is looked for again."""
    end = time.monotonic() + patience
    while True:
        try:
            value = condition()
        except StaleElementReferenceException:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"not within {patience} s: {what}")
        # What takes seconds, a deadline for example, is asked for less and less often: asking costs a processor that others wait for.
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_POLL)


class Sandbox:
    """What `scripts/sandbox` has set up, and the commands of its agents."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)

    def vault(self, name):
        """The vault of an agent, by its unit, or of an institution's registrar, by the institution."""
        registrars = self.directory / "registrars" / name
        return registrars if registrars.is_dir() else self.directory / "agents" / name

    def environment(self, name, passphrase=True, language="fr"):
        """The environment of somebody's program, with or without the passphrase at hand."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LIAISON_")}
        environment |= {"LANG": LOCALES[language], "LIAISON_VAULT": str(self.vault(name))}
        if passphrase:
            environment["LIAISON_PASSPHRASE_FILE"] = f"{self.vault(name)}.passphrase"
        return environment

    def passphrase(self, name):
        return pathlib.Path(f"{self.vault(name)}.passphrase").read_text(encoding="utf-8").strip()

    def command(self, name, *arguments, code=0, typed=None):
        """Runs one command of somebody in French, and returns what it printed.

        `typed` is what it reads from its standard input, and nothing without it.
        """
        done = subprocess.run(
            [BIN / "liaison", *arguments], env=self.environment(name), input=typed or "",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=PATIENCE * 2, check=False)
        same(done.returncode, code, f"exit code of {arguments} ({done.stdout})")
        return done.stdout

    def registrar(self, institution, *arguments):
        """Runs one command of an institution's registrar."""
        return self.command(institution, "registrar", *arguments)

    def join(self, name, words):
        """Somebody types the words of an invitation on a device of their own, whose vault is then called `name`."""
        path = self.directory / "agents" / name
        pathlib.Path(f"{path}.passphrase").write_text("essai\n", encoding="utf-8")
        url = (self.directory / "relay.url").read_text(encoding="utf-8").strip()
        return self.command(name, "join", url, typed=" ".join(words) + "\n")

    def relay(self, verb):
        """Starts (`up`) or stops (`down`) the relay over the same data."""
        subprocess.run([ROOT / "scripts" / "sandbox", verb, self.directory], check=True, stdout=subprocess.DEVNULL, timeout=60)


class Desk:
    """The `liaison desk` of one agent, or of an institution's registrar, at a terminal of its own."""

    def __init__(self, sandbox, unit, passphrase=True, port=0, language="fr"):
        self.sandbox, self.unit, self.language, self.is_entered = sandbox, unit, language, False
        self.terminal, side = pty.openpty()
        self.errors = os.memfd_create("errors")
        self.process = subprocess.Popen(
            [BIN / "liaison", "desk", "--no-browser", "--port", str(port)], env=sandbox.environment(unit, passphrase, language),
            stdin=side, stdout=subprocess.PIPE, stderr=self.errors, start_new_session=True)
        os.close(side)
        self.address = self.next_address()
        self.host, self.port = urlsplit(self.address).hostname, urlsplit(self.address).port
        self.url = f"http://{self.host}:{self.port}"

    def next_address(self):
        """The address that the program prints next."""
        line, end = b"", time.monotonic() + PATIENCE
        while not line.endswith(b"\n"):
            ready = select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))[0]
            piece = os.read(self.process.stdout.fileno(), 1) if ready else b""
            check(piece, f"no address from liaison desk of {self.unit}: {self.said()}")
            line += piece
        return line.decode().strip()

    def new_address(self):
        """Presses Enter in the terminal."""
        os.write(self.terminal, b"\n")
        return self.next_address()

    def said(self):
        return os.pread(self.errors, 65536, 0).decode(errors="replace")

    def kill(self):
        """Ends it as a power cut would."""
        if self.process.poll() is None:
            self.process.kill()
        self.close()

    def stop(self, patience=15):
        """Ends it as Ctrl-C does, and tells how."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.close(patience)

    def close(self, patience=15):
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed(f"liaison desk of {self.unit} does not end") from None
        finally:
            self.process.stdout.close()
            if self.terminal is not None:
                os.close(self.terminal)
                self.terminal = None
        return code


class Answer:
    """What came back to a raw request."""

    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body
        self.text = body.decode(errors="replace")


class Raw:
    """Requests as any program of the machine could make them."""

    def __init__(self, desk, cookie=None):
        self.desk, self.cookie = desk, cookie

    def ask(self, method, path, body=None, **headers):
        """Sends one request; `Sec_Fetch_Site="cross-site"` becomes a header, and None leaves one out."""
        fields = {"Host": f"{self.desk.host}:{self.desk.port}", "Accept": "text/html"}
        if self.cookie:
            fields["Cookie"] = f"liaison-desk-{self.desk.port}={self.cookie}"
        if body is not None:
            fields |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(self.desk.host, self.desk.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in fields.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders()
            if body is not None:
                # Whoever refuses a large body may have answered before it was all there.
                try:
                    connection.send(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass
            response = connection.getresponse()
            return Answer(response, response.read())
        except (ConnectionError, http.client.HTTPException) as error:
            state = self.desk.process.poll()
            raise Failed(f"no answer to {method} {path[:80]} ({error}); exit code of the desk: {state} {self.desk.said()[:300]}") from error
        finally:
            connection.close()


class Browser:
    """Debian's chromium without a window; one for all walks."""

    def __init__(self, *arguments):
        self.profile = tempfile.mkdtemp(prefix="liaison-browser-")
        self.downloads = pathlib.Path(self.profile) / "downloads"
        self.downloads.mkdir()
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in [
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=fr", "--no-first-run",
            "--force-prefers-reduced-motion", "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--window-size=1280,1000", f"--user-data-dir={self.profile}/data",
            # A name that leads here, for who attacks with one
            "--host-resolver-rules=MAP ailleurs.example 127.0.0.1", *arguments,
        ]:
            options.add_argument(argument)
        options.add_experimental_option(
            "prefs", {"download.default_directory": str(self.downloads), "intl.accept_languages": "fr-FR,fr"})
        # Names of files are UTF-8 wherever the tests run.
        service = webdriver.ChromeService("/usr/bin/chromedriver", env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)
        self.seen, self.is_scripted, self.language = set(), True, "fr"
        self.judges_looks = True

    def quit(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    # ── What there is

    def one(self, selector):
        found = self.all(selector)
        if not found:
            raise Failed(f"no {selector}")
        return found[0]

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def there(self, selector):
        """Waits for an element."""
        return until(lambda: next(iter(self.all(selector)), None), selector)

    @property
    def where(self):
        return self.driver.current_url

    @property
    def path(self):
        return urlsplit(self.where).path

    @property
    def heading(self):
        return next((heading.text for heading in self.all("h1")), "")

    @property
    def text(self):
        return self.one("body").text

    @property
    def focused(self):
        return self.driver.switch_to.active_element

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    # ── Pages

    def goto(self, address):
        self.driver.get(address)

    def enter(self, desk):
        """Follows the address that the desk printed, to the page that it leads to; later, to that page."""
        self.goto(desk.url if desk.is_entered else desk.address)
        desk.is_entered, self.language = True, desk.language
        until(lambda: self.path in ("/inbox", "/people", "/unlock") and self.complete, "the way in")

    @property
    def complete(self):
        return self.run("return document.readyState") == "complete"

    def leaves(self, act):
        """Does what leads to another page, and waits until that one is there."""
        mark = str(uuid.uuid4())
        self.run("window.markOfTheWalk = arguments[0]", mark)
        act()

        def gone():
            try:
                return self.run("return window.markOfTheWalk !== arguments[0] && document.readyState === 'complete'", mark)
            except WebDriverException:
                # Asked between two pages
                return False

        until(gone, "another page")

    def reloaded_until(self, condition, what):
        """Loads the page again until the condition holds."""
        until(lambda: condition() or self.driver.refresh(), what, pause=LONGEST_POLL)

    def click(self, selector):
        """Clicks on what leads to another page."""
        self.leaves(lambda: self.pressed(lambda: self.there(selector)))

    def press_button(self, label, within="main"):
        """Clicks on the button or link with this text."""
        self.leaves(lambda: self.pressed(lambda: self.button(label, within)))

    def pressed(self, find):
        """Clicks on what is found; a list that was brought up to date in between is looked at again."""
        until(lambda: find().click() or True, "a click")

    def button(self, label, within="main"):
        def found():
            controls = self.run("""
                return [...document.querySelectorAll(arguments[0])].filter((each) => each.textContent.includes(arguments[1]));""",
                f":is({within}) :is(button, a)", label)
            # What only a screen reader says is not in `text`; what folds is not shown.
            return next((one for one in controls if one.text.startswith(label) and one.is_displayed()), None)

        return until(found, f"a button {label!r}")

    def choose(self, selector, label):
        Select(self.one(selector)).select_by_visible_text(label)

    def field(self, selector, text):
        element = self.one(selector)
        element.clear()
        element.send_keys(text)

    def day(self, selector, day):
        """Types a day into the field that has the focus; browsers order its parts by their own language."""
        for order in ("%d%m%Y", "%m%d%Y"):
            self.run("document.querySelector(arguments[0]).focus()", selector)
            for digit in day.strftime(order):
                self.type(digit)
            if self.one(selector).get_attribute("value") == day.isoformat():
                return
            self.run("document.querySelector(arguments[0]).value = ''; document.activeElement.blur()", selector)
        raise Failed(f"{day} cannot be typed into {selector}")

    # ── Keys

    def type(self, *keys, pace=0.0):
        """Presses keys as a person does, wherever the focus is."""
        for text in keys:
            for key in text if pace else [text]:
                ActionChains(self.driver, duration=0).send_keys(key).perform()
                if pace:
                    time.sleep(pace)

    def chord(self, modifier, key):
        ActionChains(self.driver, duration=0).key_down(modifier).send_keys(key).key_up(modifier).perform()

    def tab_to(self, selector, pace=0.0, most=150):
        """Presses Tab until the focus is on this element, which must come.

        Without a pace, as many times at once as there are links and fields in between, and then one by one.
        """
        between = 0 if pace else self.run("""
            const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
                .filter((each) => each.checkVisibility() && !each.disabled && (each.type !== "radio" || each.checked));
            const wanted = all.findIndex((each) => each.matches(arguments[0]));
            return Math.max(0, wanted - 1 - all.indexOf(document.activeElement));""", selector)
        if between:
            self.type(Keys.TAB * between)
        for _ in range(most):
            if self.run("return document.activeElement?.matches(arguments[0]) ?? false", selector):
                return
            self.type(Keys.TAB)
            if pace:
                time.sleep(pace)
        raise Failed(f"Tab does not reach {selector}")

    # ── What must hold on every page

    def looks_right(self, name, quick=False):
        """Axe finds nothing, the page has what every page has, and with PICTURES set there is a picture of it."""
        if not self.judges_looks:
            return
        if KEEPS_PICTURES:
            self.picture(name)
        problems = self.axe()
        if name not in self.seen and not quick:
            self.seen.add(name)
            problems += self.frame_problems() + self.field_problems() + self.narrow_problems(name) + self.dark_problems()
        check(not problems, f"{name}: " + "; ".join(problems))

    def axe(self):
        """What axe-core has against the page, one line each."""
        if not self.is_scripted:
            # Axe needs the page's timers; what the page left undone stays undone.
            self.script(on=True)
            try:
                return self.axe()
            finally:
                self.script(on=False)
        if not self.run("return typeof window.axe !== 'undefined'"):
            self.run(AXE)
        found = self.driver.execute_async_script(
            """const [tags, done] = arguments;
            axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] })
                .then((result) => done(result.violations.map((one) =>
                    `axe ${one.id}: ${one.help}: ` + one.nodes.map((node) => node.html.slice(0, 160) + " "
                    + (node.any[0]?.message ?? node.all[0]?.message ?? "")).slice(0, 4).join(" | "))))
                .catch((error) => done([`axe: ${error}`]));""", AXE_TAGS)
        return found

    def frame_problems(self):
        """Language, title, one first heading, the way to the content, a place that announces, and a focus that goes in order."""
        return self.run("""
            const problems = [], one = (selector) => document.querySelectorAll(selector).length === 1;
            const tell = (holds, what) => { if (!holds) { problems.push(what); } };
            tell(document.documentElement.lang === arguments[0], "html lang");
            tell(document.title.includes("Liaison") && document.title.length > 12, `title ${document.title}`);
            tell(one("h1"), "not one h1");
            tell(one("main#main"), "not one main#main");
            tell(document.querySelector("a[href], button")?.matches("a.skip[href='#main']"), "the way to the content is not the first link");
            tell(document.querySelector("#announce[role=status][aria-live=polite]") !== null, "nothing to announce in");
            tell([...document.querySelectorAll("[tabindex]")].every((each) => each.tabIndex <= 0), "tabindex above 0");
            tell([...document.querySelectorAll("[style], style, script:not([src]), [onclick], [onload], [onerror]")]
                .every((each) => each.closest(".axe-core") !== null), "inline style or script");
            const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
            tell(new Set(ids).size === ids.length, `the same id twice: ${ids.filter((id, at) => ids.indexOf(id) !== at)}`);
            tell(!document.body.innerText.includes("{{") && !/\\b(undefined|null|nil|Optional\\()/.test(document.body.innerText), "raw text");
            return problems;""", self.language)

    def field_problems(self):
        """Each field has a name of its own that can be seen, and names its help and its error."""
        return self.run("""
            const problems = [];
            for (const field of document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")) {
                if (!field.checkVisibility()) { continue; }
                const label = [...(field.labels ?? [])].map((each) => each.innerText.trim()).join(" ");
                if (label === "") { problems.push(`${field.name}: no visible label`); }
                for (const id of (field.getAttribute("aria-describedby") ?? "").split(/\\s+/).filter(Boolean)) {
                    if (document.getElementById(id) === null) { problems.push(`${field.name}: described by ${id}, which is not there`); }
                }
                const place = field.name && document.querySelector(`[data-error="${CSS.escape(field.name)}"]`);
                const group = field.closest("fieldset") ?? field;
                const described = `${field.getAttribute("aria-describedby")} ${group.getAttribute("aria-describedby")}`;
                if (place && !described.split(/\\s+/).includes(place.id)) { problems.push(`${field.name}: its error is not tied to it`); }
                if (place && place.textContent.trim() !== "" && field.type !== "radio" && field.type !== "checkbox"
                    && field.getAttribute("aria-invalid") !== "true") { problems.push(`${field.name}: wrong, but not said to be`); }
            }
            for (const place of document.querySelectorAll("[data-error]")) {
                if (place.textContent.trim() === "" && place.getClientRects().length > 0 && place.offsetHeight > 1) {
                    problems.push(`${place.id}: an empty error takes room`);
                }
            }
            return problems;""")

    def narrow_problems(self, name):
        """Nothing has to be scrolled sideways on 320 pixels (WCAG 1.4.10); a picture shows it on 360."""
        try:
            if KEEPS_PICTURES:
                self.resize(360, 640)
                self.resize(360, self.run("return document.documentElement.scrollHeight"))
                self.driver.save_screenshot(str(SCREENSHOTS / f"{name}-narrow.png"))
            self.resize(320, 640)
            width = self.run("return document.scrollingElement.scrollWidth")
            return [f"{width} pixels wide where there are 320"] if width > 320 else []
        finally:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def dark_problems(self):
        """The colours for dark screens are as good."""
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        try:
            return ["dark: " + problem for problem in self.axe()]
        finally:
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    def picture(self, name):
        """Keeps a picture of the whole page in the ignored folder."""
        SCREENSHOTS.mkdir(exist_ok=True)
        width, height = self.run("return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        self.resize(max(width, 1280), max(height, 1000))
        try:
            self.driver.save_screenshot(str(SCREENSHOTS / f"{name}.png"))
        finally:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def resize(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": min(height, 6000), "deviceScaleFactor": 1, "mobile": False})

    def focus_problems(self):
        """Tab goes through everything that can be used, once and in the order of the page, and each can be seen to have the focus."""
        self.run("document.activeElement?.blur(); window.scrollTo(0, 0); window.getSelection().removeAllRanges();"
                 "document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex');")
        expected = self.run("""
            const shown = (each) => each.getClientRects().length > 0 && each.checkVisibility();
            const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
                .filter((each) => shown(each) && !each.disabled && each.tabIndex >= 0);
            // Of radio buttons of one name, one takes the focus.
            const isStop = (each) => each.type !== "radio" || (each.checked
                ? true : !all.some((other) => other.name === each.name && other.checked)
                    && all.find((other) => other.name === each.name) === each);
            window.stops = all.filter(isStop);
            return window.stops.length;""")
        problems = []
        for place in range(expected):
            self.type(Keys.TAB)
            # A date has several stops of its own: day, month, year, calendar.
            while place and self.run("return document.activeElement === window.stops[arguments[0] - 1] && document.activeElement.type === 'date'",
                                     place):
                self.type(Keys.TAB)
            problem = self.run("""
                const active = document.activeElement, wanted = window.stops[arguments[0]];
                const name = (each) => each.outerHTML.slice(0, 100);
                if (active !== wanted) { return `focus on ${name(active)} where ${name(wanted)} was to come`; }
                const style = getComputedStyle(active), outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
                if (!outlined && style.boxShadow === "none") { return `the focus on ${name(active)} is not seen`; }
                const box = active.getBoundingClientRect();
                if (box.bottom < 0 || box.top > innerHeight) { return `the focus on ${name(active)} is out of sight`; }
                return null;""", place)
            if problem:
                problems.append(problem)
                break
        return problems

    # ── Tabs and script

    def new_tab(self):
        self.driver.switch_to.new_window("tab")
        return self.driver.current_window_handle

    def switch(self, tab):
        self.driver.switch_to.window(tab)

    def close_others(self):
        """Closes all tabs but one that is fresh."""
        kept = self.new_tab()
        for tab in self.driver.window_handles:
            if tab != kept:
                self.switch(tab)
                self.driver.close()
        self.switch(kept)

    def script(self, on):
        """Switches the script of pages off or on; the test's own goes on."""
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not on})
        self.is_scripted = on

    def cookie(self, desk):
        return self.driver.get_cookie(f"liaison-desk-{desk.port}")["value"]


class Walks:
    """Runs walks one after the other; one that fails is told with a picture and does not keep the others from going."""

    def __init__(self, browser, sandbox):
        self.browser, self.sandbox, self.failures = browser, sandbox, []

    def walk(self, step, units, how=""):
        """One walk, with a desk for each of these units."""
        started, name, desks = time.monotonic(), step.__name__ + (how and f"-{how}"), []
        (SCREENSHOTS / f"failed-{name}.png").unlink(missing_ok=True)
        try:
            self.browser.close_others()
            for unit in units:
                desks.append(Desk(self.sandbox, unit))
            step(*desks)
        except TELL as error:
            self.failures.append(name)
            # The driver's own stack says nothing.
            what = error.msg if isinstance(error, WebDriverException) else error
            print(f"FAILED {name}: {'' if isinstance(error, Failed) else type(error).__name__ + ': '}{str(what)[:2000]}")
            place = [frame for frame in traceback.extract_tb(error.__traceback__) if "Scripts" in frame.filename]
            print("  at " + ", ".join(f"{pathlib.Path(frame.filename).name}:{frame.lineno}" for frame in place))
            try:
                print(f"  on {self.browser.path}: {self.browser.run('return document.body.innerText')[:1500]!r}")
                self.browser.script(True)
                self.browser.picture(f"failed-{name}")
            except WebDriverException as nothing:
                print(f"  (no picture: {nothing.msg})")
        finally:
            for desk in desks:
                desk.kill()
        print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)
