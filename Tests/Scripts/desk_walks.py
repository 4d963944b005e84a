# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Walks through `liaison desk` with mouse, with keys alone, and without script: desk_walks.py SANDBOX [WALK…]"""

import pathlib
import re
import sys
import time

from desk import Browser, Desk, Keys, Sandbox, Walks, check, contains, same, until
from desk_words import ORIENTATION, PDF, REFERRAL, REFERRAL_ARGUMENTS

CHOICES = ("beneficiary_profile", "main_issue", "referral_mode", "referral_origin", "adhesion_status", "person_informed")
ITEM = "[data-region=list] [data-item]"

sandbox = Sandbox(sys.argv[1])
browser = Browser()


def refer():
    """A referral by command, from the brigade to the social worker; returns its reference."""
    return re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", sandbox.command("bta-montluel", *REFERRAL_ARGUMENTS))[0]


def tracked(reference, unit="bta-montluel"):
    """What the sender is told of a transmission."""
    return sandbox.command(unit, "track", reference)


def unlock(unit):
    """Types the passphrase at the page that asks for it."""
    browser.field("#passphrase", sandbox.passphrase(unit))
    browser.press_button("Déverrouiller")
    same(browser.heading, "Boîte de réception", "page after the passphrase")


def in_order():
    """Tab goes through the page in its order, and where it is can be seen."""
    problems = browser.focus_problems()
    check(not problems, "; ".join(problems))


# ── In and out


def starts_on_a_new_device():
    """The first page after the passphrase is the inbox, on a device that has never asked for a mailbox."""
    desk = Desk(sandbox, "bta-gex", passphrase=False)
    try:
        browser.enter(desk)
        unlock("bta-gex")
    finally:
        desk.kill()


def unlocks_with_the_passphrase():
    """The passphrase is asked for; a wrong one is refused at its field; locking hides everything in all tabs."""
    sandbox.command("iscg-est", "inbox")
    desk = Desk(sandbox, "iscg-est", passphrase=False)
    try:
        browser.enter(desk)
        same(browser.heading, "Coffre verrouillé", "first page")
        same(browser.focused.get_attribute("id"), "passphrase", "focus")
        browser.looks_right("unlock")
        in_order()
        browser.field("#passphrase", "ce n'est pas elle")
        browser.leaves(lambda: browser.type(Keys.ENTER))
        error = browser.there("#passphrase-error")
        same(error.get_attribute("role"), "alert", "role of the error")
        contains(error.text.lower(), "phrase de passe")
        same(browser.one("#passphrase").get_attribute("aria-describedby"), "passphrase-error", "what describes the field")
        browser.looks_right("unlock-wrong")
        unlock("iscg-est")
        browser.looks_right("inbox-empty")
        first, second = browser.driver.current_window_handle, browser.new_tab()
        browser.goto(desk.url + "/write")
        browser.press_button("Verrouiller", "header")
        same(browser.heading, "Coffre verrouillé", "page after locking")
        browser.switch(first)
        until(lambda: browser.heading == "Coffre verrouillé", "the other tab locks as well")
        browser.goto(desk.url + "/inbox")
        same(browser.heading, "Coffre verrouillé", "inbox of a locked desk")
        browser.switch(second)
        unlock("iscg-est")
        # As a desktop does whose screen is locked
        sandbox.command("iscg-est", "lock")
        until(lambda: browser.heading == "Coffre verrouillé", "the command locks the desk")
        unlock("iscg-est")
    finally:
        desk.kill()


def ends_with_its_page_open(desk):
    """Ctrl-C ends the program at once, and the page says so."""
    browser.enter(desk)
    until(lambda: browser.run("return performance.getEntriesByName(new URL('/live', location).href).length >= 0"), "a stream")
    code = desk.stop()
    check(code in (0, 130), f"exit code {code} after Ctrl-C: {desk.said()}")
    until(lambda: "LE BUREAU LIAISON EST FERMÉ" in browser.text, "the page says that the desk is closed")
    browser.looks_right("closed")


# ── Receiving


def tells_what_arrives(desk):
    """What arrives is shown, counted and announced without loading the page again."""
    browser.enter(desk)
    waiting = int((re.match(r"\((\d+)\) ", browser.driver.title) or [0, 0])[1])
    reference = refer()
    browser.there(f"[id^='t-{reference}']")
    until(lambda: browser.one("#announce").get_attribute("textContent") != "", "what arrived is announced")
    contains(browser.one("#announce").get_attribute("textContent"), "vous attend")
    until(lambda: browser.driver.title.startswith(f"({waiting + 1}) "), "the title counts what arrived")
    until(lambda: browser.all("[data-count=inbox]") and browser.one("[data-count=inbox]").text == str(waiting + 1), "the tab counts what arrived")
    check(not browser.all(f"li:has([id^='t-{reference}']) a.tel"), "a number to call where nothing is urgent")
    urgent = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", sandbox.command("bta-montluel", *REFERRAL_ARGUMENTS, "--urgency", "urgent"))[0]
    number = browser.there(f"li:has([id^='t-{urgent}']) a.tel")
    same(number.get_attribute("href"), "tel:0465710308", "whom to call about what is urgent")
    browser.looks_right("inbox-urgent")


def acknowledges_with_two_keys(desk):
    """Enter opens what has the focus, a takes charge."""
    reference = refer()
    browser.enter(desk)
    browser.there(f"[id^='t-{reference}']")
    check("TESTARD" not in browser.text, "content in the inbox")
    browser.looks_right("inbox")
    in_order()
    browser.goto(desk.url + "/inbox")
    same(browser.focused.get_attribute("id"), browser.one(ITEM).get_attribute("id"), "the first delivery has the focus")
    while reference not in browser.focused.get_attribute("id"):
        before = browser.focused.get_attribute("id")
        browser.type("j")
        check(browser.focused.get_attribute("id") != before, "j moves to the next delivery")
    browser.leaves(lambda: browser.type(Keys.ENTER))
    contains(browser.path, reference)
    contains(browser.text, "TESTARD")
    browser.looks_right("transmission-opened")
    in_order()
    browser.goto(browser.where)
    browser.leaves(lambda: browser.type("a"))
    contains(browser.one(".notice--ok[role=status]").text, "Prise en charge")
    browser.looks_right("transmission-acknowledged")
    contains(tracked(reference), "pris en charge par l'unité")
    browser.goto(desk.url + "/inbox")
    contains(browser.one(f".delivery--done:has([id^='t-{reference}'])").text, "pris en charge par l'unité")


def refuses_with_a_reason(desk):
    """By mouse: the reason is compulsory, the note travels sealed."""
    reference = refer()
    browser.enter(desk)
    item = f"button[id^='t-{reference}']"
    contains(browser.there(item).get_attribute("textContent"), "Ouvrir")
    browser.click(item)
    contains(browser.path, reference)
    browser.one("summary").click()
    browser.looks_right("transmission-refusing")
    browser.one("form[action$=refuse] button").click()
    check("done" not in browser.where, "refused without a reason")
    browser.choose("#reason", browser.all("#reason option")[1].text)
    browser.field("#note", "Merci d'appeler <b>l'autre</b> secteur.")
    browser.click("form[action$=refuse] button")
    contains(browser.one(".notice--ok").text, "Refusée")
    browser.looks_right("transmission-refused")
    contains(tracked(reference), "refusé")


# ── Writing


def to_form(desk, kind="referral", to="iscg-est@avema01"):
    """By mouse to the form of a new transmission."""
    browser.enter(desk)
    browser.click("a[data-tab=write]")
    browser.looks_right("write")
    browser.click(f"main a[href='/write/{kind}']")
    browser.looks_right(f"write-{kind}-recipients")
    browser.click(f"button[value='{to}']")
    check(browser.all("form[data-check]"), "no form")


def fill(values):
    """Fills in fields by mouse and keys."""
    for name, value in values.items():
        control = f"#f-{name}"
        if browser.one(control).tag_name == "select":
            browser.choose(control, value)
        elif browser.one(control).tag_name == "fieldset":
            for choice in value:
                browser.one(f"{control} input[value='{choice}']").click()
        else:
            browser.field(control, value)


def saved():
    until(lambda: "gardé à" in browser.one("[data-saved]").text, "the draft is kept")


def review():
    browser.press_button("Relire")
    same(browser.heading, "Relire avant l'envoi", "page after the form")


def deposited():
    """What the page after sending says; returns the reference."""
    contains(browser.one(".notice--ok[role=status]").text, "Déposée")
    return browser.path.split("/")[-1]


def writes_with_the_mouse(desk):
    """A referral from choosing its kind to its deposit; what is wrong is said at its field."""
    to_form(desk)
    browser.looks_right("write-form")
    in_order()
    browser.press_button("Relire")
    summary = browser.there("main .notice--danger[role=alert]")
    check(browser.focused == summary, "the summary of the errors has the focus")
    browser.looks_right("write-form-errors")
    in_order()
    required = [name for name in REFERRAL if name != "minors_present"]
    for name in required:
        check(browser.one(f"#f-{name}-error").text, f"no error at {name}")
        same(browser.one(f"#f-{name}").get_attribute("aria-invalid"), "true", f"aria-invalid of {name}")
        contains(summary.get_attribute("innerHTML"), f'href="#f-{name}"')
    browser.one(".notice--danger a[href='#f-safe_phone']").click()
    check(browser.focused == browser.one("#f-safe_phone"), "the link of an error leads to its field")
    # While typing: wrong once it is left, right again once it is mended
    browser.type("12", Keys.TAB)
    until(lambda: browser.one("#f-safe_phone-error").text, "an error at the telephone number")
    saved()
    browser.field("#f-safe_phone", REFERRAL["safe_phone"])
    browser.type(Keys.TAB)
    until(lambda: not browser.one("#f-safe_phone-error").text, "the error goes")
    same(browser.one("#f-safe_phone").get_attribute("aria-invalid"), None, "aria-invalid of what is right")
    fill(REFERRAL)
    place = browser.path
    review()
    contains(browser.text, "TESTARD", "ISCG est")
    browser.looks_right("write-confirm")
    in_order()
    browser.press_button("Sceller et envoyer")
    reference = deposited()
    browser.looks_right("transmission-sent")
    contains(tracked(reference), "pas encore ouvert")
    browser.goto(desk.url + "/write")
    check(not browser.all(f"main a[href='{place}']"), "the draft of what was sent is still there")


def writes_with_keys_alone():
    """From a cold start to the deposit in under a minute, at the pace of somebody who types."""
    pace, cold = 0.15, time.monotonic()
    desk = Desk(sandbox, "bta-montluel", passphrase=False)
    try:
        browser.enter(desk)
        browser.type(sandbox.passphrase("bta-montluel"), pace=pace)
        browser.leaves(lambda: browser.type(Keys.ENTER))
        same(browser.heading, "Boîte de réception", "page after the passphrase")
        browser.tab_to("a[data-tab=write]", pace)
        browser.leaves(lambda: browser.type(Keys.ENTER))
        browser.tab_to("main a[href='/write/referral']", pace)
        browser.leaves(lambda: browser.type(Keys.ENTER))
        browser.tab_to("button[value='iscg-est@avema01']", pace)
        browser.leaves(lambda: browser.type(Keys.ENTER))
        for name, value in REFERRAL.items():
            browser.tab_to(f"#f-{name}", pace)
            # In a list a few letters choose.
            browser.type(value[:15] if name in CHOICES else value, pace=pace)
        for name in CHOICES:
            same(browser.run("return document.getElementById(arguments[0]).selectedOptions[0].label", f"f-{name}"), REFERRAL[name], name)
        browser.tab_to("button[value=confirm]", pace)
        browser.leaves(lambda: browser.type(Keys.ENTER))
        same(browser.heading, "Relire avant l'envoi", "page after the form")
        browser.leaves(lambda: browser.type("e"))
        reference, took = deposited(), time.monotonic() - cold
        print(f"a referral with keys alone, {pace} s a key: {took:.1f} s")
        contains(tracked(reference), "pas encore ouvert")
        check(took < 60, f"{took:.1f} s from a cold start to the deposit")
    finally:
        desk.kill()


def keeps_a_draft_when_it_is_killed(desk):
    """What was typed is in the vault when the process is killed, and the page says that nothing is kept any more."""
    to_form(desk)
    browser.field("#f-last_name", "BROUILLON")
    browser.choose("#f-main_issue", REFERRAL["main_issue"])
    browser.field("#f-safe_phone", "06 3")
    browser.type(Keys.TAB)
    until(lambda: "obligatoire" not in (browser.one("#f-safe_phone-error").text or "obligatoire"), "what is kept is judged")
    saved()
    place = browser.path
    desk.kill()
    browser.field("#f-first_name", "Bêta")
    until(lambda: "LE BUREAU LIAISON EST FERMÉ" in browser.text, "the page says that the desk is closed")
    contains(browser.one("[data-saved]").text, "NON gardé")
    browser.looks_right("write-closed")
    again = Desk(sandbox, desk.unit)
    try:
        browser.enter(again)
        browser.click("a[data-tab=write]")
        browser.looks_right("write-drafts")
        browser.click(f"main a[href='{place}']")
        same(browser.one("#f-last_name").get_attribute("value"), "BROUILLON", "last name")
        same(browser.one("#f-main_issue").get_attribute("value"), "couple_violence", "issue")
        same(browser.one("#f-safe_phone").get_attribute("value"), "06 3", "what is no number yet")
        browser.looks_right("write-draft-again")
        browser.press_button("Garder")
        contains(browser.one(".notice--ok").text, "Brouillon gardé")
        browser.press_button("Jeter")
        contains(browser.one(".notice--ok").text, "Brouillon jeté")
        check(not browser.all(f"main a[href='{place}']"), "a draft that was discarded")
    finally:
        again.kill()


def says_what_was_not_sent(desk):
    """The relay goes while somebody writes: it is said in words, it waits sealed, and it leaves once when the relay is back."""
    to_form(desk)
    fill(REFERRAL | {"last_name": "HORSLIGNE"})
    review()
    sandbox.relay("down")
    try:
        browser.press_button("Sceller et envoyer")
        same(browser.heading, "NON TRANSMIS", "page after sending without a relay")
        contains(browser.one(".not-sent[role=alert]").text, "relais", "04 65 71 01 01", "17")
        browser.looks_right("not-sent")
        browser.click(".not-sent a.button")
        same(browser.path, "/outbox", "page after NON TRANSMIS")
        contains(browser.one("main").text, "NON TRANSMIS", "ISCG est")
        browser.reloaded_until(lambda: "RELAIS INJOIGNABLE" in browser.text, "a banner")
        browser.looks_right("outbox")
        browser.press_button("Déposer maintenant")
        check("Déposée" not in browser.text, "deposited without a relay")
        browser.looks_right("outbox-still-unreachable")
        browser.goto(desk.url + "/outbox")
    finally:
        sandbox.relay("up")
    until(lambda: not browser.all(".delivery") or None, "the page shows that it has left")
    browser.looks_right("outbox-empty")
    reference = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", sandbox.command("bta-montluel", "sent"))[0]
    contains(tracked(reference), "pas encore ouvert")
    found = sandbox.command("iscg-est", "inbox")
    same(found.count(reference), 1, "deliveries of what was sent once")


# ── Attachments


def attaches(desk):
    """A file goes with an orientation, comes out as it went in, and is saved and never shown."""
    paper = pathlib.Path(browser.profile) / "Compte rendu d'été.pdf"
    paper.write_bytes(PDF)
    to_form(desk, "orientation", "cms-bourg@cd01")
    fill(ORIENTATION)
    browser.one("#files").send_keys(str(paper))
    until(lambda: [one for one in browser.all("ul.files li") if paper.name in one.text], "the file in the list")
    until(lambda: "Fichiers ajoutés" in browser.one("#announce").get_attribute("textContent"), "the file is announced")
    browser.looks_right("write-attached")
    # What the flow does not take is refused beside the field.
    wrong = pathlib.Path(browser.profile) / "programme.exe"
    wrong.write_bytes(b"MZ" + bytes(100))
    browser.one("#files").send_keys(str(wrong))
    until(lambda: browser.one("#files-error").text, "why a program is not attached")
    browser.looks_right("write-attached-refused")
    same(len(browser.all("ul.files li")), 1, "files")
    review()
    contains(browser.text, paper.name)
    browser.press_button("Sceller et envoyer")
    reference = deposited()
    other = Desk(sandbox, "cms-bourg")
    try:
        browser.enter(other)
        browser.there(f"[id^='t-{reference}']")
        browser.click(f"[id^='t-{reference}']")
        contains(browser.text, paper.name)
        browser.looks_right("transmission-attachment")
        browser.one("ul.files a[download]").click()
        until(lambda: [one for one in browser.downloads.iterdir() if one.name == paper.name], "the saved file")
        same((browser.downloads / paper.name).read_bytes(), PDF, "the saved file")
    finally:
        other.kill()


# ── The rest of the day


def goes_through_the_lists(desk):
    """What was sent, what calls, the directory and the search; and a proof that the command accepts."""
    reference = refer()
    browser.enter(desk)
    for tab, name in [("sent", "Envoyées"), ("alerts", "Alertes"), ("outbox", "Pas encore parties"), ("directory", "Annuaire"),
                      ("search", "Rechercher")]:
        browser.click(f"a[data-tab={tab}]")
        contains(browser.heading, name)
        same(browser.one("[aria-current=page]").get_attribute("data-tab"), tab, "tab")
        browser.looks_right(f"list-{tab}")
        in_order()
    for address in [one.get_attribute("href") for one in browser.all("footer a")]:
        browser.goto(address)
        same(browser.driver.title.split(" — ")[-1], "Liaison", f"title of {address}")
        browser.looks_right("more-" + browser.path.strip("/").replace("/", "-"))
        in_order()
    browser.click("a[data-tab=search]")
    browser.field("input[type=search]", "TESTARD")
    browser.leaves(lambda: browser.type(Keys.ENTER))
    contains(browser.one("main").text, "Saisine")
    browser.looks_right("search-found")
    browser.field("input[type=search]", "personne de ce nom")
    browser.leaves(lambda: browser.type(Keys.ENTER))
    check(not browser.all(".delivery"), "found what is not there")
    browser.looks_right("search-nothing")
    browser.click("a[data-tab=directory]")
    contains(browser.one("table").text, "ISCG est", "04 65 71 01 01")
    browser.field("input[type=search]", "Gex")
    browser.leaves(lambda: browser.type(Keys.ENTER))
    contains(browser.one("table").text, "Brigade de Gex")
    check("CMS de Bourg" not in browser.one("table").text, "the directory is not narrowed down")
    browser.click("a[data-tab=sent]")
    browser.click(f"main a[href='/transmissions/{reference}']")
    browser.looks_right("transmission-not-opened")
    next(one for one in browser.all("summary") if "preuve" in one.text.lower()).click()
    browser.looks_right("transmission-proof")
    for content in ("withheld", "sealed"):
        for one in browser.downloads.iterdir():
            one.unlink()
        browser.one(f"form[action$=proof] button[value={content}]").click()
        proof = until(lambda: next(browser.downloads.glob("*.asice"), None), "the proof")
        contains(proof.name, reference)
        contains(sandbox.command("bta-montluel", "verify", str(proof), "--trust", str(sandbox.directory / "trust")), "dépôt accepté")


def answers_what_came(desk):
    """A message in reply, from the page of what is replied to."""
    reference = refer()
    browser.enter(desk)
    browser.there(f"[id^='t-{reference}']")
    browser.click(f"[id^='t-{reference}']")
    browser.choose("#answer", "Message de réponse")
    browser.click("form:has(#answer) button")
    contains(browser.text, "Message de réponse")
    browser.looks_right("write-answer")
    in_order()
    browser.run("document.querySelector('form[data-check] textarea').focus()")
    browser.type("Je m'en occupe demain.")
    if browser.all("#f-person_informed"):
        browser.choose("#f-person_informed", "oui")
    review()
    browser.press_button("Sceller et envoyer")
    answer = deposited()
    contains(browser.text, "En réponse à")
    browser.goto(f"{desk.url}/transmissions/{reference}")
    contains(browser.one("main").text, "Message de réponse")
    browser.looks_right("transmission-thread")
    contains(sandbox.command("bta-montluel", "inbox"), answer)


# ── Without script


def works_without_script(sender, recipient):
    """Everything but what is live: writing with its errors, sending, opening, taking charge, attaching."""
    browser.script(on=False)
    to_form(sender)
    browser.press_button("Relire")
    contains(browser.one("main .notice--danger").text, "À corriger avant l'envoi")
    browser.looks_right("no-script-form-errors")
    fill(REFERRAL)
    review()
    browser.press_button("Sceller et envoyer")
    reference = deposited()
    browser.looks_right("no-script-sent")
    browser.enter(recipient)
    browser.reloaded_until(lambda: browser.all(f"[id^='t-{reference}']"), "the referral in the inbox")
    same(browser.focused.tag_name, "body", "focus where no script sets it")
    browser.looks_right("no-script-inbox")
    browser.click(f"[id^='t-{reference}']")
    browser.press_button("Prendre en charge")
    contains(browser.one(".notice--ok").text, "Prise en charge")
    browser.click("a[data-tab=write]")
    browser.click("main a[href='/write/orientation']")
    browser.click("button[value='cms-bourg@cd01']")
    paper = pathlib.Path(browser.profile) / "sans script.pdf"
    paper.write_bytes(PDF)
    browser.one("#files").send_keys(str(paper))
    browser.press_button("Joindre")
    contains(browser.one("ul.files").text, paper.name)
    browser.looks_right("no-script-attached")
    browser.click("ul.files button")
    check(paper.name not in browser.text, "a file that was taken out again")
    browser.press_button("Verrouiller", "header")
    same(browser.heading, "Coffre verrouillé", "page after locking")
    unlock(recipient.unit)


WALKS = {
    starts_on_a_new_device: [],
    unlocks_with_the_passphrase: [],
    ends_with_its_page_open: ["iscg-est"],
    tells_what_arrives: ["iscg-est"],
    acknowledges_with_two_keys: ["iscg-est"],
    refuses_with_a_reason: ["iscg-est"],
    writes_with_the_mouse: ["bta-montluel"],
    writes_with_keys_alone: [],
    keeps_a_draft_when_it_is_killed: ["bta-montluel"],
    says_what_was_not_sent: ["bta-montluel"],
    attaches: ["iscg-est"],
    goes_through_the_lists: ["bta-montluel"],
    answers_what_came: ["iscg-est"],
    works_without_script: ["bta-montluel", "iscg-est"],
}

if __name__ == "__main__":
    walks = Walks(browser, sandbox)
    try:
        for step, units in WALKS.items():
            if not sys.argv[2:] or step.__name__ in sys.argv[2:]:
                walks.walk(step, units)
    finally:
        browser.quit()
    sys.exit(1 if walks.failures else 0)
