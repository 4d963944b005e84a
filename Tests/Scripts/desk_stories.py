# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""The eight stories from the field in the browser, with the mouse or with keys alone: desk_stories.py SANDBOX mouse|keys [STORY…]

What a registrar does is done by command. All persons are fictitious.
"""

import datetime
import re
import sys
import zoneinfo

from desk import Browser, Sandbox, Walks, check, contains, same, until
from desk_hands import Keyboard, Mouse
from desk_words import ORIENTATION, REFERRAL

ORIENTATION = ORIENTATION | {"shared_scope": ["identity", "contact", "needs"]}
DETERIORATION = {
    "last_name": "EXEMPLE", "first_name": "Bêta", "source_reference": "2026/001234", "danger_level": "grave",
    "facts_summary": "Nouvelles menaces ce soir.", "facts_date": "28/11/2026", "complaint_encouraged": True,
    "callback_contact": "06 39 98 01 01", "legal_basis": "Protocole-cadre de 2013, article 4", "adhesion_status": "donnée",
    "person_informed": "oui",
}
MINOR = {
    "child_last_name": "DELTA", "child_first_name": "Enfant", "residence_commune": "01053",
    "observed_facts": "Traces de coups constatées ce soir.", "reported_statements": "« Il m'a tapé. »",
    "danger_grounds": "Violences répétées, retour au domicile prévu ce soir.", "protection_already_taken": "Reste aux urgences.",
    "phone_call_at": "", "phone_call_to": "magistrat de permanence", "legal_basis": "Avis à l'autorité judiciaire (CASF L226-4)",
    "person_informed": "non", "age_estimate": "6", "not_informed_reason": "contraire à l'intérêt de l'enfant",
}
ADULT = {
    "last_name": "EPSILON", "first_name": "Mme", "birth_date": "01/03/1942", "vulnerability_ground": "âge",
    "observed_facts": "Comptes vidés.", "reported_statements": "« Il garde ma carte. »", "actions_taken": "Appel au service social.",
    "person_opinion": "Souhaite que cela cesse.", "legal_basis": "Protection juridique d'un majeur (code civil, art. 425)",
    "person_informed": "oui", "danger_grounds": "Dépouillée par un proche, sans moyens de manger.",
    "exception_article": "226-14, 1° : privations ou sévices sur un mineur ou une personne hors d'état de se protéger",
}

sandbox = Sandbox(sys.argv[1])
browser = Browser()


hand = Mouse(browser)


# ── What the stories do


def now():
    """The hour, as somebody in France types it."""
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).strftime("%H:%M")


def begins(desk, kind, to):
    """To the form of a new transmission."""
    browser.enter(desk)
    hand.use("a[data-tab=write]")
    hand.use(f"main a[href='/write/{kind}']")
    browser.looks_right(f"story-{kind}-recipients")
    recipients = browser.one("main").text
    hand.use(f"button[value='{to}']")
    check(browser.all("form[data-check]"), "no form")
    browser.looks_right(f"story-{kind}")
    return recipients


def reviews():
    hand.use("button[value=confirm]")
    same(browser.heading, "Relire avant l'envoi", "page after the form")
    browser.looks_right("story-confirm")


def sends():
    """Seals and sends; returns the reference."""
    hand.use("form[action$='/send'] button")
    contains(browser.one(".notice--ok").text, "Déposée")
    return browser.path.split("/")[-1]


def writes(desk, kind, to, values):
    begins(desk, kind, to)
    hand.write(values)
    reviews()
    return sends()


def opens(desk, reference):
    """From the inbox to the opened transmission."""
    browser.enter(desk)
    until(lambda: browser.all(f"[data-item][id^='t-{reference}']"), f"{reference} in the inbox")
    hand.use(f"[data-item][id^='t-{reference}']")
    contains(browser.path, reference)


def answers(kind):
    """From an opened transmission to the form of an answer to it."""
    hand.choose("#answer", kind)
    hand.use("form:has(#answer) button")
    check(browser.all("form[data-check]"), "no form")


def alerted(desk, reference, *pieces):
    """The alert about a transmission, and nothing of its content."""
    browser.enter(desk)
    hand.use("a[data-tab=alerts]")
    item = f"li:has(a[href='/transmissions/{reference}'])"
    # One alert for each unit that is silent

    def told():
        text = "\n".join(each.text for each in browser.all(item))
        return all(piece in text for piece in pieces) and text

    browser.reloaded_until(told, f"an alert about {reference} with {pieces}")
    text = browser.text
    for content in ("TESTARD", "EXEMPLE", "DELTA", "EPSILON"):
        check(content not in text, f"content in an alert: {content}")
    browser.looks_right("story-alerts")


def withdraws(desk, reference):
    browser.goto(f"{desk.url}/transmissions/{reference}")
    hand.unfold("details:has(#withdrawal) summary")
    hand.choose("#withdrawal", browser.all("#withdrawal option")[1].text)
    hand.use("form[action$=withdraw] button")
    browser.looks_right("story-withdrawn")


def page(desk, reference):
    """What the page of a transmission says now."""
    browser.goto(f"{desk.url}/transmissions/{reference}")
    return browser.one("main").text


def desks(*units):
    """A desk for each unit, for one story."""
    def decorate(story):
        story.units = units
        return story
    return decorate


# ── The stories


@desks("bta-montluel", "coordination", "iscg-ouest")
def story_1_recipient_absent(brigade, coordination, substitute):
    """A substitute answers; the coordination hears of the silence by reference; the sender sees who took charge."""
    day = datetime.date.today() + datetime.timedelta(days=7)
    sandbox.registrar("avema01", "absence", "iscg-est@avema01", "--until", day.isoformat(), "--substitute", "iscg-ouest@avema01")
    try:
        sandbox.command("bta-montluel", "units")
        recipients = begins(brigade, "referral", "iscg-est@avema01")
        contains(recipients, "absente jusqu", "ISCG, secteur ouest")
        contains(browser.one("main").text, "absente jusqu", "04 65 71 01 02")
        hand.write(REFERRAL)
        reviews()
        reference = sends()
        alerted(coordination, reference, "Saisine")
        browser.goto(f"{coordination.url}/transmissions/{reference}")
        check("TESTARD" not in browser.text and not browser.all("form[action$=acknowledge]"), "the coordination reads it")
        browser.looks_right("story-alerted")
        opens(substitute, reference)
        contains(browser.text, "TESTARD")
        hand.acknowledge()
        contains(page(brigade, reference), "pris en charge")
    finally:
        sandbox.registrar("avema01", "presence", "iscg-est@avema01")


@desks("iscg-est", "csp-oyonnax")
def story_2_relay_down(worker, station):
    """Not sent is said in words and with the numbers to call; the call is recorded; nothing leaves twice."""
    begins(worker, "deterioration_notice", "csp-oyonnax@ddpn01")
    contains(browser.one("main").text, "TÉLÉPHONEZ D'ABORD", "04 65 71 02 02", "17")
    hand.write(DETERIORATION)
    reviews()
    sandbox.relay("down")
    try:
        hand.use("form[action$='/send'] button")
        same(browser.heading, "NON TRANSMIS", "page after sending without a relay")
        contains(browser.text, "17", "04 65 71 02 02")
        browser.looks_right("story-not-sent")
        hand.use(".not-sent a.button")
        contains(browser.one("main").text, "NON TRANSMIS", "Commissariat d'Oyonnax")
        browser.looks_right("story-outbox")
        reference = re.search(r"/transmissions/([0-9a-f-]{36})", browser.one("main").get_attribute("innerHTML"))[1]
        call = now()
        field = f"#call-{reference}"
        if isinstance(hand, Keyboard):
            browser.tab_to(field)
            browser.type(call)
        else:
            browser.field(field, call)
        # One telephones while nothing leaves: the call is noted at once.
        hand.use(f"form:has({field}) button.primary")
        check("Déposée, pas encore lue" not in browser.text, "deposited without a relay")
        spoken = call.lstrip("0").replace(":", " h ")
        contains(page(worker, reference), "Appel téléphonique", spoken)
    finally:
        sandbox.relay("up")
    until(lambda: "dépôt accepté" in page(worker, reference), "it has left")
    contains(browser.one("main").text, "Appel téléphonique", spoken)
    opens(station, reference)
    contains(browser.text, "EXEMPLE", "Nouvelles menaces")
    hand.acknowledge()
    same(sandbox.command("csp-oyonnax", "inbox", "--all").count(reference), 1, "deliveries of what was sent once")
    contains(page(worker, reference), "pris en charge")


@desks("iscg-est", "cms-gex")
def story_3_wrong_recipient(worker, centre):
    """The echo names unit and town; what nobody opened is destroyed, what was opened is demanded back."""
    begins(worker, "orientation", "cms-gex@cd01")
    hand.write(ORIENTATION)
    reviews()
    contains(browser.one("main").text, "Centre médico-social de Gex", "Gex")
    reference = sends()
    withdraws(worker, reference)
    contains(browser.text, "pas encore ouverte, détruite", "contenu effacé du relais : retiré avant toute ouverture")
    reference = writes(worker, "orientation", "cms-gex@cd01", ORIENTATION)
    opens(centre, reference)
    contains(browser.text, "TESTARD")
    withdraws(worker, reference)
    contains(browser.text, "ouvert par un agent", "destruction", "RGPD")
    browser.enter(centre)
    browser.reloaded_until(lambda: "Erreur de destinataire" in browser.text, "the demand in the inbox")
    hand.use("a[data-tab=alerts]")
    contains(browser.one("main").text, "DEMANDE à exécuter")
    browser.looks_right("story-demand")


@desks("iscg-est", "ccas")
def story_5_consent_withdrawn(worker, centre):
    """The withdrawal of the agreement reaches who had opened it; nothing new can be sent in the thread."""
    reference = writes(worker, "orientation", "ccas@bourg", ORIENTATION | {"last_name": "FICTIVE", "first_name": "Gamma"})
    opens(centre, reference)
    contains(browser.text, "FICTIVE")
    hand.acknowledge()
    browser.goto(f"{worker.url}/transmissions/{reference}")
    answers("Retrait de l'accord")
    browser.looks_right("story-consent-withdrawal")
    hand.write({"withdrawn_on": datetime.date.today().strftime("%d/%m/%Y"), "return_demand": "détruire et confirmer"})
    reviews()
    withdrawal = sends()
    opens(centre, withdrawal)
    contains(browser.text, "Retrait de l'accord")
    hand.acknowledge()
    contains(page(worker, withdrawal), "pris en charge")


@desks("urgences", "parquet", "crip", "corg")
def story_6_minor_in_danger(hospital, prosecution, crip, corg):
    """The numbers first, the call recorded, the copy forced; where nobody answers, the operations centre hears by reference."""
    begins(hospital, "minor_judicial_report", "parquet@tj-bourg")
    contains(browser.one("main").text, "TÉLÉPHONEZ D'ABORD", "06 39 98 05 00", "119", "crip@cd01")
    values = {name: value for name, value in MINOR.items() if not name.startswith("phone_call")}
    hand.write(values)
    hand.use("button[value=confirm]")
    summary = browser.there(".notice--danger[role=alert]")
    check(browser.focused == summary, "the summary of the errors has the focus")
    contains(summary.text, "Appel préalable")
    hand.write({"phone_call_at": now(), "phone_call_to": MINOR["phone_call_to"]})
    reviews()
    contains(browser.one("main").text, "Cellule de recueil", "DELTA")
    reference = sends()
    opens(prosecution, reference)
    contains(browser.text, "DELTA", "contraire à l'intérêt")
    hand.acknowledge()
    opens(crip, reference)
    hand.acknowledge()
    same(len(re.findall(r"pris en charge par l'unité", page(hospital, reference))) >= 2, True, "both took charge")
    # The variant: nobody answers.
    silent = writes(hospital, "minor_judicial_report", "parquet@tj-bourg", MINOR | {
        "phone_call_at": now()})
    alerted(corg, silent, "mineur")
    alerted(hospital, silent, "06 39 98 05 00", "téléphonez")
    browser.goto(f"{corg.url}/transmissions/{silent}")
    check("DELTA" not in browser.text and not browser.all("form[action$=acknowledge]"), "the operations centre reads it")


@desks("urgences", "parquet", "secretariat-parquet", "coordination")
def story_7_prosecution_silent(hospital, prosecution, registry, coordination):
    """Registry and coordination hear of the silence; a reminder; the answer carries no detail; no later request exists."""
    reference = writes(hospital, "vulnerable_adult_report", "parquet@tj-bourg", ADULT)
    alerted(registry, reference, "majeur vulnérable")
    alerted(coordination, reference, "majeur vulnérable")
    browser.goto(f"{hospital.url}/transmissions/{reference}")
    answers("Relance")
    browser.looks_right("story-reminder")
    if browser.all("#f-reminder_number"):
        hand.write({"reminder_number": "1"})
    reviews()
    sends()
    opens(prosecution, reference)
    contains(browser.text, "EPSILON")
    hand.acknowledge()
    answers("Retour (compte rendu de suite)")
    fields = {one.get_attribute("id") for one in browser.all("[id^='f-']")}
    wanted = {"outcome": "pris en charge", "outcome_date": "21/11/2026", "legal_basis": "Avis à l'autorité judiciaire (CASF L226-4)",
              "adhesion_status": "non requise", "person_informed": "oui"}
    hand.write({name: value for name, value in wanted.items() if f"f-{name}" in fields})
    check("f-observed_facts" not in fields, f"details in the prosecution's answer: {fields}")
    reviews()
    answer = sends()
    opens(hospital, answer)
    contains(browser.text, "En réponse à")
    browser.goto(f"{prosecution.url}/write/evidence_request")
    contains(browser.heading, "Ce n'est pas fait")


@desks("iscg-ouest", "iscg-est")
def story_4_agent_revoked(revoked, colleague):
    """Refused at the next act, in words; what waits stays with the unit."""
    browser.enter(revoked)
    sandbox.registrar("avema01", "revoke", "d-03@avema01", "--reason", "left")
    begun = f"{revoked.url}/write/orientation/cms-gex@cd01/1795000000"
    browser.goto(begun)
    until(lambda: browser.complete, "an answer")
    if browser.all("form[data-check]"):
        hand.write(ORIENTATION)
        hand.use("button[value=confirm]")
        if browser.heading == "Relire avant l'envoi":
            hand.use("form[action$='/send'] button")
    check("Déposée" not in browser.text, "a revoked agent has sent")
    contains(browser.text, "n'est pas inscrit, ou ne l'est plus")
    check("RELAIS INJOIGNABLE" not in browser.text, "the relay is said to be unreachable")
    browser.looks_right("story-revoked")
    browser.enter(colleague)
    same(browser.heading, "Boîte de réception", "a colleague's desk")


@desks("bta-montluel", "iscg-est")
def story_8_vacancy(brigade, worker):
    """The post is empty: its standby unit takes the queue, the senders are warned, and who comes later is written to again."""
    reference = writes(brigade, "referral", "iscg-est@avema01", REFERRAL)
    sandbox.registrar("avema01", "revoke", "d-02@avema01", "--reason", "left")
    alerted(brigade, reference, "téléphonez")
    browser.looks_right("story-unattended")
    hand.use("a[data-tab=write]")
    hand.use("main a[href='/write/referral']")
    browser.reloaded_until(lambda: "Personne ne peut y lire" in browser.text, "nobody reads there")
    check(not browser.all("button[value='iscg-est@avema01']"), "writing to where nobody reads is offered")
    browser.looks_right("story-nobody-reads")
    browser.enter(worker)
    check("TESTARD" not in browser.text, "a revoked agent reads")


HANDS = {kind.name: kind for kind in (Mouse, Keyboard)}
# The last two take agents away.
STORIES = [
    story_1_recipient_absent, story_2_relay_down, story_3_wrong_recipient, story_5_consent_withdrawn, story_6_minor_in_danger,
    story_7_prosecution_silent, story_4_agent_revoked, story_8_vacancy,
]

if __name__ == "__main__":
    walks = Walks(browser, sandbox)
    try:
        hand = HANDS[sys.argv[2]](browser)
        # The pages are the same for both hands: one of them looks at them, which takes longer than the walk itself.
        browser.judges_looks = hand.name == Mouse.name
        for story in STORIES:
            if not sys.argv[3:] or story.__name__ in sys.argv[3:]:
                walks.walk(story, story.units, hand.name)
    finally:
        browser.quit()
    sys.exit(1 if walks.failures else 0)
