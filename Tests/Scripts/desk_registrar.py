# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""A registrar's days at `liaison desk`, and what others look up there: desk_registrar.py SANDBOX [WALK…]

With the mouse, with keys alone, without script, and in English. All persons are fictitious.
"""

import datetime
import pathlib
import re
import sys

from desk import Browser, Desk, Sandbox, Walks, check, contains, same, until
from desk_hands import Keyboard, Mouse
from desk_words import REFERRAL, REFERRAL_ARGUMENTS

GEX, MONTLUEL = "bta-gex@ggd01", "bta-montluel@ggd01"
TODAY = datetime.date.today()
LATER = TODAY + datetime.timedelta(days=9)
# Words of French that stand in no name of a unit
FRENCH = r"\b(vous|votre|vos|les|des|une|aucune?|cette|pour|avec|dans|qui|dès|déjà|où|sont)\b"

sandbox = Sandbox(sys.argv[1])
browser = Browser()
hand = Mouse(browser)
# Who came by which way through the pages
invited = {}


def looks_right(name):
    """A registrar's page, looked at by whoever walks with the mouse: with keys it is the same."""
    if hand.name == "mouse":
        browser.looks_right(f"registrar-{name}")


def in_order():
    """Tab goes through the page in its order, and where it is can be seen."""
    problems = browser.focus_problems() if hand.name == "mouse" else []
    check(not problems, "; ".join(problems))


def done():
    """What the page says was done."""
    return browser.one(".notice--ok[role=status]").text


def confirms(name, *pieces):
    """Looks at what follows, and has it done."""
    contains(browser.text, *pieces)
    looks_right(f"{name}-confirm")
    in_order()
    hand.use("form[method=post][action='/roster/change'] button:not([form])")
    contains(done(), "Publié")


def act(name, what="form"):
    """The form of an act, or the part that folds around it, by what it does."""
    return f"{what}:has(input[value={name}])"


def told(unit, by="iscg-est"):
    """What others are told of a unit."""
    return next(line for line in sandbox.command(by, "units").split("\n") if unit in line)


# ── People


def invites(desk):
    """Nine words for the telephone, once; the answer is judged and approved; then there are keys."""
    browser.enter(desk)
    looks_right("people")
    in_order()
    same([link.get_attribute("href") for link in browser.all("footer a")], [desk.url + "/passphrase"], "pages of a mailbox are offered to a registrar")
    hand.use("main a[href='/invite']")
    looks_right("invite")
    in_order()
    hand.choose("#role", "agent")
    hand.choose("#unit", "Brigade de Gex, Gex")
    hand.use("form[action='/invite'] button")
    words = [word.text for word in browser.all(".words li")]
    same(len(words), 9, "words")
    check(browser.run("return parseFloat(getComputedStyle(document.querySelector('.words li')).fontSize)") >= 24, "small words")
    looks_right("words")
    in_order()
    agent = invited[hand.name] = re.search(r"d-\d+@ggd01", browser.one("main").text)[0]
    hand.use(".actions a.button")
    contains(browser.one("main").text, "Pas encore de réponse")
    name = f"gex-{hand.name}"
    sandbox.join(name, words)
    browser.goto(desk.url + "/people")
    request = next(one for one in browser.all(".delivery") if agent in one.text)
    contains(request.text, "Demande valable")
    looks_right("people-waiting")
    hand.use(".delivery--new a.button.primary")
    contains(browser.text, agent, "Brigade de Gex")
    contains(browser.one("label[for=checked]").text, "J'ai parlé à la personne")
    looks_right("request")
    in_order()
    browser.goto(browser.where)
    browser.one("form[action$=approve] button").click()
    check("done" not in browser.where and browser.all("#checked"), "approved without having talked to anybody")
    hand.tick("#checked")
    hand.use("form[action$=approve] button")
    contains(done(), "Inscription publiée")
    looks_right("approved")
    contains(browser.one(f"tr:has(a[href='/agents/{agent}'])").text, "sa première commande les publie")
    sandbox.command(name, "inbox")
    browser.goto(desk.url + "/people")
    contains(browser.one(f"tr:has(a[href='/agents/{agent}'])").text, "publiées")


def shows_the_words_once(desk):
    """Neither another tab nor the way back shows them again; an invitation that nobody answers is ended."""
    browser.enter(desk)
    browser.goto(desk.url + "/invite")
    browser.choose("#unit", "Brigade de Gex, Gex")
    browser.click("form[action='/invite'] button")
    place = browser.where
    browser.goto(place)
    contains(browser.text, "déjà été montrés")
    check(not browser.all(".words"), "the words are shown twice")
    looks_right("words-again")
    browser.goto(desk.url + "/people")
    browser.click(".delivery a.button")
    contains(browser.heading, "Invitation")
    looks_right("invitation")
    browser.press_button("Clore l'invitation")
    contains(done(), "Invitation close")
    check(not browser.all(".delivery"), "the invitation is still there")


def gives_and_ends_a_post(desk):
    """One person in two units, and in one again."""
    browser.enter(desk)
    agent = invited["mouse"]
    hand.use(f"main a[href='/agents/{agent}']")
    looks_right("person")
    in_order()
    browser.goto(browser.where)
    hand.unfold("details:has(input[value=assign]) summary")
    looks_right("person-unfolded")
    hand.choose("#unit", "Brigade de Montluel, Montluel")
    hand.choose("#role", "suppléant")
    hand.use(f"{act('assign')} button")
    confirms("assign", agent, "Brigade de Montluel", "suppléant")
    hand.use(f"main a[href='/agents/{agent}']")
    contains(browser.one("dl").text, "suppléant")
    ending = f"{act('unassign', 'details')}:has(input[name=unit][value='{MONTLUEL}'])"
    hand.unfold(f"{ending} summary")
    hand.use(f"{ending} button")
    confirms("unassign", "ne lit plus")
    check("suppléant" not in browser.one(f"tr:has(a[href='/agents/{agent}'])").text, "the post is still there")


def revokes(desk):
    """The last page says what cannot be undone; the person's next command is refused."""
    address = invited[hand.name]
    browser.enter(desk)
    hand.use(f"main a[href='/agents/{address}']")
    hand.unfold("details:has(input[value=revoke]) summary")
    hand.choose("#reason", "ordinateur perdu")
    hand.use(f"{act('revoke')} button")
    confirms("revoke", address, "Cela ne s'annule pas", "ordinateur perdu")
    hand.unfold("main details summary")
    contains(browser.one("main details").text, address, "Accès retiré")
    looks_right("people-former")
    sandbox.command(f"gex-{hand.name}", "inbox", code=77)


# ── Units


def declares_an_absence(desk):
    """Senders are told of it, and of who answers; then it ends."""
    browser.enter(desk)
    hand.use("a[data-tab=units]")
    looks_right("units")
    in_order()
    hand.use(f"main a[href='/units/{GEX}']")
    looks_right("unit")
    in_order()
    browser.goto(browser.where)
    form = act("absence")
    hand.unfold(f"{act('absence', 'details')} summary")
    hand.day("#until", LATER)
    hand.tick(f"{form} input[value='{MONTLUEL}']")
    looks_right("unit-absence")
    hand.use(f"{form} button")
    confirms("absence", "est absente jusqu'au", LATER.strftime("%d/%m/%Y"), "Brigade de Montluel")
    contains(browser.one(f".delivery:has(a[href='/units/{GEX}'])").text, "Absente jusqu'au")
    looks_right("units-absent")
    contains(told(GEX), "absent")
    hand.use(f"main a[href='/units/{GEX}']")
    looks_right("unit-absent")
    hand.use(f"{act('presence')} button")
    confirms("presence", "répond de nouveau")
    check("absent" not in told(GEX), "the absence has not ended")


def declares_a_vacancy(desk):
    """Until somebody ends it; units stand by for another."""
    browser.enter(desk)
    hand.use("a[data-tab=units]")
    hand.use(f"main a[href='/units/{GEX}']")
    form = act("vacancy")
    hand.unfold(f"{act('vacancy', 'details')} summary")
    hand.tick(f"{form} input[value='{MONTLUEL}']")
    hand.use(f"{form} button")
    confirms("vacancy", "est vacant dès la publication", "Brigade de Montluel")
    contains(told(GEX), "vacant")
    hand.use(f"main a[href='/units/{GEX}']")
    form = act("standby")
    hand.unfold(f"{act('standby', 'details')} summary")
    hand.tick(f"{form} input[value='{MONTLUEL}']")
    hand.use(f"{form} button")
    confirms("standby", "est relayée par")
    hand.use(f"main a[href='/units/{GEX}']")
    hand.use(f"{act('presence')} button")
    confirms("vacancy-over", "répond de nouveau")


def types_details(number):
    """A new name, two numbers and hours; returns what others are told then."""
    hand.fill("#f-name", "Brigade de Gex centre")
    hand.fill("#f-phone", number)
    hand.fill("#f-duty_phone", "17")
    hand.choose("#first-1", "lundi")
    hand.choose("#last-1", "vendredi")
    hand.fill("#from-1", "9h")
    hand.fill("#to-1", "12h30")
    hand.choose("#first-2", "samedi")
    hand.fill("#from-2", "10:00")
    hand.fill("#to-2", "12:00")
    hand.choose("#weeks-2", "impaires")


def changes_what_is_told_of_a_unit(desk):
    """Name, numbers and hours: what is wrong is said at its field and loses nothing; what changes is said before it does."""
    number = f"04 65 71 03 {'15' if hand.name == 'mouse' else '16'}"
    browser.enter(desk)
    hand.use("a[data-tab=units]")
    hand.use(f"main a[href='/units/{GEX}']")
    hand.use("main a[href$='/details']")
    looks_right("details")
    in_order()
    browser.goto(browser.where)
    before = browser.one("#f-name").get_attribute("value")
    hand.fill("#f-name", "")
    hand.fill("#f-phone", "04 65 71")
    hand.choose("#first-1", "vendredi")
    hand.choose("#last-1", "lundi")
    hand.fill("#from-2", "midi")
    hand.use("button[name=next]")
    summary = browser.there("main .notice--danger[role=alert]")
    check(browser.focused == summary, "the summary of the errors has the focus")
    contains(summary.text, "champ obligatoire", "numéro illisible (04 65 71)", "Le dernier jour vient avant le premier", "Aucun jour")
    looks_right("details-errors")
    in_order()
    for control, value in {"#f-name": "", "#f-phone": "04 65 71", "#first-1": "5", "#last-1": "1", "#from-2": "midi"}.items():
        same(browser.one(control).get_attribute("value"), value, f"what was typed into {control}")
    browser.goto(browser.where)
    hand.fill("#f-name", before)
    types_details(number)
    hand.use("button[name=more]")
    same(browser.one("#f-phone").get_attribute("value"), number, "what was typed, after more lines")
    check(browser.all("#first-4"), "no more lines")
    hand.use("button[name=next]")
    contains(browser.text, f"{number} (auparavant", "Brigade de Gex centre", "du lundi au vendredi, de 9 h 00 à 12 h 30",
             "samedi, de 10 h 00 à 12 h 00, semaines impaires", "dès la publication", "Les échéances déjà fixées ne changent pas")
    # Looking at it once more loses nothing either.
    hand.use("button[form=correct]")
    same(browser.one("#to-1").get_attribute("value"), "12h30", "what was typed, after going back")
    hand.use("button[name=next]")
    confirms("details", number)
    same(browser.path, f"/units/{GEX}", "page after the change")
    contains(browser.one("main").text, "Brigade de Gex centre", number, "lundi : 9 h 00 à 12 h 30", "samedi : 10 h 00 à 12 h 00 (semaines impaires)")
    looks_right("unit-changed")
    contains(sandbox.command("iscg-est", "units"), "Brigade de Gex centre", number)
    # Back again, without a duty line: that is warned of. Lines are taken out by their own word.
    hand.use("main a[href$='/details']")
    same(browser.one("#from-1").get_attribute("value"), "9 h 00", "hours as they are shown")
    hand.fill("#f-name", before)
    hand.fill("#f-duty_phone", "")
    hand.choose("#first-2", "retirer cette ligne")
    hand.use("button[name=next]")
    contains(browser.one(".notice--warn").text, "n'a pas de numéro de permanence")
    looks_right("details-warned")
    hand.use("button[form=correct]")
    hand.choose("#first-1", "retirer cette ligne")
    hand.use("button[name=next]")
    confirms("details-back", "à toute heure (auparavant", "aucun (auparavant : 17)")
    contains(browser.one("main").text, "à toute heure")
    hand.use("main a[href$='/details']")
    hand.use("button[name=next]")
    contains(browser.text, "Rien ne change")
    looks_right("details-unchanged")


def changes_it_without_script(desk):
    """The same form where no script runs."""
    browser.script(on=False)
    browser.enter(desk)
    browser.goto(f"{desk.url}/units/{MONTLUEL}/details")
    browser.field("#f-phone", "zéro")
    browser.choose("#first-1", "mardi")
    browser.press_button("Continuer")
    contains(browser.one("main .notice--danger").text, "numéro illisible (zéro)", "Il manque une heure")
    looks_right("no-script-details")
    browser.field("#f-phone", "04 65 71 03 18")
    browser.field("#from-1", "14h")
    browser.field("#to-1", "17h")
    browser.press_button("Continuer")
    contains(browser.text, "mardi, de 14 h 00 à 17 h 00")
    browser.press_button("Changer les renseignements")
    contains(done(), "Publié")
    contains(browser.one("main").text, "04 65 71 03 18")


# ── The roster


def publishes_a_draft(desk):
    """What a command left in the draft is shown and published; a form that lacks something is refused in words."""
    sandbox.registrar("ggd01", "standby", GEX, "--none", "--draft")
    browser.enter(desk)
    contains(browser.one(".notice--warn").text, "pas encore")
    looks_right("people-unpublished")
    hand.use("a[data-tab=roster]")
    contains(browser.one("main").text, "aucune unité ne relaie plus")
    looks_right("roster")
    in_order()
    hand.use("main a[href='/roster/change?act=publish']")
    confirms("publish", "aucune unité ne relaie plus")
    contains(browser.one("main").text, "Tout ce que dit votre brouillon est publié")
    looks_right("roster-published")
    browser.goto(f"{desk.url}/roster/change?act=absence&unit={GEX}")
    contains(browser.text, "Une date manque", "rien n'a été fait")
    looks_right("refused")


def signs_with_a_second_registrar(desk):
    """Where two sign, one alone changes nothing; the file goes from hand to hand."""
    browser.enter(desk)
    # What the colleague published is taken over by now: the draft begins there.
    sandbox.registrar("cd01", "add-unit", "cms-bourg@cd01", "--kind", "social_centre", "--name", "CMS de Bourg", "--town",
                      "Bourg-en-Bresse", "--phone", "04 65 71 04 09", "--role", "social_service", "--role", "crip")
    browser.goto(f"{desk.url}/units/cms-bourg@cd01")
    browser.one(f"{act('absence', 'details')} summary").click()
    browser.day("#until", LATER)
    browser.press_button("Continuer", "details[open]")
    contains(browser.text, "deux signatures")
    looks_right("half-confirm")
    browser.press_button("Déclarer l'absence")
    contains(done(), "pas encore en vigueur")
    looks_right("half")
    in_order()
    browser.goto(desk.url + "/roster")
    browser.one("form[action='/roster/half'] button").click()
    half = until(lambda: next(browser.downloads.glob("liste-*.note"), None), "the file for the second registrar")
    check("absent" not in told("cms-bourg@cd01"), "one signature was enough")
    other = Desk(sandbox, "second")
    try:
        browser.enter(other)
        browser.goto(other.url + "/roster")
        browser.one("#file").send_keys(str(half))
        browser.press_button("Montrer ce qu'elle change")
        contains(browser.text, "Un autre gestionnaire", "modification : cms-bourg@cd01",
                 "cms-bourg@cd01, numéro de téléphone : 04 65 71 04 09 (auparavant : 04 65 71 04 01)")
        looks_right("cosign")
        browser.press_button("Signer aussi et publier")
        contains(done(), "Publié")
    finally:
        other.kill()
    contains(told("cms-bourg@cd01"), "absent")


# ── What others look up


def looks_up_records():
    """The auditor's events, a unit's figures, a proof judged right and wrong, open threads handed on."""
    reference = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", sandbox.command("bta-montluel", *REFERRAL_ARGUMENTS))[0]
    sandbox.command("iscg-est", "read", reference)
    for name, arguments in {"auditor": ["--role", "auditor"], "colleague": []}.items():
        said = sandbox.registrar("avema01", "invite", "iscg-est@avema01", *arguments)
        words = re.search(r"(?:[a-z]{5}-){8}[a-z]{5}", said)[0].split("-")
        sandbox.join(name, words)
        sandbox.registrar("avema01", "approve", re.search(r"d-\d+@avema01", said)[0])
        sandbox.command(name, "inbox")
    proof = pathlib.Path(browser.profile) / "preuve.asice"
    sandbox.command("bta-montluel", "proof", reference, "--output", str(proof))
    for name, walk in {"auditor": audits, "iscg-est": counts_and_hands_on, "bta-montluel": judges_a_proof}.items():
        desk = Desk(sandbox, name)
        try:
            browser.enter(desk)
            if name == "bta-montluel":
                walk(desk, proof)
            else:
                walk(desk)
        finally:
            desk.kill()


def audits(desk):
    browser.goto(desk.url + "/audit")
    browser.looks_right("audit")
    in_order()
    browser.press_button("Lire")
    contains(browser.one("#found").text, "événements")
    browser.looks_right("audit-found")
    in_order()


def counts_and_hands_on(desk):
    browser.goto(desk.url + "/statistics")
    browser.looks_right("statistics")
    in_order()
    browser.goto(desk.url + "/transfer")
    browser.looks_right("transfer")
    in_order()
    browser.goto(browser.where)
    browser.one("input[name=to]").click()
    browser.click("form[action='/transfer'] button")
    check(browser.all("table") or "Aucun" in browser.text, "what came of it is not told")
    browser.looks_right("transfer-done")


def judges_a_proof(desk, proof):
    wrong = proof.with_name("abîmée.asice")
    wrong.write_bytes(proof.read_bytes()[:-100])
    for name, file in {"right": proof, "wrong": wrong}.items():
        browser.goto(desk.url + "/verify")
        browser.one("#dossier").send_keys(str(file))
        browser.click("form[action='/verify'] button")
        browser.looks_right(f"verify-{name}")
        in_order()


# ── In English


def speaks_english(name):
    browser.looks_right(f"en-{name}")
    text = browser.run("return document.body.innerText")
    found = re.findall(FRENCH, text)
    check(not found, f"French: {found}")


def speaks_english_to_a_registrar():
    """Every page of a registrar's desk, for who has set their computer to English."""
    sandbox.registrar("ggd01", "standby", GEX, "--by", MONTLUEL, "--draft")
    desk = Desk(sandbox, "ggd01", language="en")
    try:
        browser.enter(desk)
        same(browser.heading, "People", "first page")
        agent = browser.one("tr a[href^='/agents/']").text
        pages = {
            "people": "/people", "invite": "/invite", "person": f"/agents/{agent}", "units": "/units", "unit": f"/units/{GEX}",
            "details": f"/units/{GEX}/details", "roster": "/roster", "publish": "/roster/change?act=publish",
            "revoke": f"/roster/change?act=revoke&agent={agent}&reason=left",
            "vacancy": f"/roster/change?act=vacancy&unit={GEX}&other={MONTLUEL}", "refused": f"/roster/change?act=absence&unit={GEX}",
            "details-errors": f"/units/{GEX}/details?name=&town=Gex&phone=0&duty_phone=x&first.1=5&last.1=1&from.1=9&to.1=8&weeks.1=all&next=1",
        }
        for name, path in pages.items():
            browser.goto(desk.url + path)
            speaks_english(f"registrar-{name}")
        browser.goto(desk.url + "/invite")
        browser.press_button("Make the code")
        speaks_english("registrar-words")
        browser.goto(desk.url + "/people")
        browser.click(".delivery a.button")
        speaks_english("registrar-invitation")
        browser.press_button("End the invitation")
        speaks_english("registrar-ended")
    finally:
        desk.kill()


def speaks_english_to_an_agent():
    """The main pages of a mailbox, from the passphrase to what was sent and what was not."""
    desk = Desk(sandbox, "bta-montluel", passphrase=False, language="en")
    try:
        browser.enter(desk)
        same(browser.heading, "Vault locked", "first page")
        speaks_english("unlock")
        browser.field("#passphrase", "not this one")
        browser.press_button("Unlock")
        speaks_english("unlock-wrong")
        browser.field("#passphrase", sandbox.passphrase("bta-montluel"))
        browser.press_button("Unlock")
        for path in ("inbox", "write", "write/referral", "sent", "alerts", "outbox", "directory", "search", "verify", "audit", "statistics",
                     "transfer"):
            browser.goto(f"{desk.url}/{path}")
            speaks_english(path.replace("/", "-"))
        browser.goto(desk.url + "/write/referral")
        browser.click("button[value='iscg-est@avema01']")
        speaks_english("form")
        browser.click("button[value=confirm]")
        speaks_english("form-errors")
        english = {"beneficiary_profile": "victim", "main_issue": "couple violence", "referral_mode": "direct", "adhesion_status": "given",
                   "person_informed": "yes"}
        for name, value in (REFERRAL | english).items():
            control = f"#f-{name}"
            if browser.one(control).tag_name != "select":
                browser.field(control, value)
            elif name in english:
                labels = [one.text for one in browser.all(f"{control} option")]
                browser.choose(control, next((label for label in labels if label.lower().startswith(value)), labels[1]))
            else:
                browser.choose(control, browser.all(f"{control} option")[1].text)
        browser.click("button[value=confirm]")
        speaks_english("confirm")
        sandbox.relay("down")
        try:
            browser.click("form[action$='/send'] button")
            speaks_english("not-sent")
        finally:
            sandbox.relay("up")
        browser.goto(desk.url + "/sent")
        browser.click("main a[href^='/transmissions/']")
        speaks_english("transmission")
    finally:
        desk.kill()


WALKS = [
    (Mouse, [invites, shows_the_words_once, gives_and_ends_a_post, declares_an_absence, declares_a_vacancy,
             changes_what_is_told_of_a_unit, changes_it_without_script, publishes_a_draft, revokes], ["ggd01"]),
    (Keyboard, [invites, declares_an_absence, changes_what_is_told_of_a_unit, revokes], ["ggd01"]),
    (Mouse, [signs_with_a_second_registrar], ["cd01"]),
    (Mouse, [looks_up_records, speaks_english_to_a_registrar, speaks_english_to_an_agent], []),
]

if __name__ == "__main__":
    walks = Walks(browser, sandbox)
    try:
        for kind, steps, desks in WALKS:
            hand = kind(browser)
            for step in steps:
                if not sys.argv[2:] or {step.__name__, hand.name} & set(sys.argv[2:]):
                    walks.walk(step, desks, hand.name if step in WALKS[1][1] else "")
    finally:
        browser.quit()
    sys.exit(1 if walks.failures else 0)
