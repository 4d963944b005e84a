// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonConvention
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct WordsTests {
    private let catalogue: FormCatalogue
    private let ain: Convention

    init() throws {
        catalogue = FormCatalogue.shipped
        ain = try ConventionDraft(yaml: ContradictionTests.example("ain")).outline
    }

    private func difference(_ change: (inout Convention) throws -> Void, _ language: Language = .en) rethrows
        -> [String]
    {
        var other = ain
        try change(&other)
        return ConventionDifference(from: ain, to: other, catalogue: catalogue, language: language).lines()
    }

    private func flow(_ id: String, _ change: (inout Flow) -> Void) throws -> (inout Convention) throws -> Void {
        let index = try #require(ain.flows.firstIndex { $0.id == id })
        var flow = ain.flows[index]
        change(&flow)
        return { [flow] in $0.flows[index] = flow }
    }

    @Test func aDeadlineChangesInWords() throws {
        let change = try flow("information-preoccupante") {
            $0.urgencies[0] = UrgencyRule(urgency: .priority, within: 4 * 3600, clock: .elapsed)
        }
        #expect(
            try difference(change) == [
                "information-preoccupante, priority: the acknowledgement time of child-protection unit goes from one working day to four hours."
            ])
        #expect(
            try difference(change, .fr) == [
                "information-preoccupante, prioritaire : le délai de prise en charge (cellule de recueil des informations préoccupantes) passe d'un jour ouvré à quatre heures."
            ])
        #expect(difference { _ in }.isEmpty)
    }

    /// Whatever changes in a convention is said: no field is passed over.
    @Test func everyChangeIsSaid() throws {
        let key = try Fixture.key("other").publicKey
        let frame: [(inout Convention) -> Void] = [
            { $0.name = "other" }, { $0.version = 2 }, { $0.previous = Hash.of("x") }, { $0.notBefore += 86_400 },
            { $0.notAfter += 86_400 }, { $0.grace += 1 }, { $0.maximumAge += 1 }, { $0.auditLimit += 1 },
            { $0.healthData = true }, { $0.timeZone = "UTC" }, { $0.holidays.removeLast() }, { $0.flows.removeLast() },
            { $0.parties.removeLast() }, { $0.roles.removeLast() }, { $0.roles[0].fr += "x" },
            { $0.roles[0].en += "x" },
            { $0.logs = [LogDescription(origin: "x", key: key, url: "https://x", tlsRoots: [])] },
            { $0.parties[0].name += "x" }, { $0.parties[0].kind = "ccas" }, { $0.parties[0].secrecy.toggle() },
            { $0.parties[0].recovery = key }, { $0.parties[0].log = "x" }, { $0.parties[0].rosterSignatures = 2 },
            { $0.parties[0].keys.append(PartyKey(key: key, notBefore: 0, notAfter: 1)) }
        ]
        for (number, change) in frame.enumerated() { #expect(!difference(change).isEmpty, "frame \(number)") }
        let flows: [(inout Flow) -> Void] = [
            { $0.kind = "referral" }, { $0.from.removeLast() }, { $0.to.append("ccas") },
            { $0.legalBases.append("thread") },
            { $0.adhesion = .recorded }, { $0.copies.append("ccas") }, { $0.callFirst.toggle() },
            { $0.urgencies[0].within += 1 }, { $0.urgencies[0].clock = .opening }, { $0.urgencies.removeLast() },
            { $0.urgencies.swapAt(0, 1) }, { $0.reply = nil }, { $0.replyOnly.toggle() },
            { $0.escalation[0].after += 60 }, { $0.escalation[0].content = true }, { $0.escalation.removeLast() },
            { $0.retention += 1 }, { $0.attachments.count += 1 }, { $0.attachments.bytes += 1 },
            { $0.attachments.types.removeLast() }
        ]
        for (number, change) in flows.enumerated() {
            let said = try difference(try flow("signalement-majeur", change))
            #expect(!said.isEmpty, "flow \(number)")
        }
    }

    @Test(arguments: ["ain", "doubs", "dijon", "aubervilliers"], Language.allCases)
    func theCircuitIsDrawn(name: String, language: Language) throws {
        let convention = try ConventionDraft(yaml: ContradictionTests.example(name)).outline
        let circuit = Circuit(convention, catalogue: catalogue, language: language)
        let svg = circuit.svg()
        let document = try XMLDocument(data: Data(svg.utf8))
        #expect(document.rootElement()?.name == "svg")
        let size = try #require(svg.firstMatch(of: /width="297mm" height="([0-9.]+)mm"/))
        for flow in convention.flows {
            let title = try #require(catalogue[flow.kind]?.title.text(language))
            #expect(svg.contains(title.replacing("&", with: "&amp;")), "\(flow.id)")
            #expect(circuit.mermaid().contains(title))
        }
        // Black and white: no other ink than black, white and one grey.
        let inks = Set(svg.matches(of: /(?:fill|stroke)="([^"]+)"/).map { String($0.1) })
        #expect(inks.isSubset(of: ["black", "white", "#999"]))
        // Nothing leaves the page.
        let height = try #require(Double(size.1))
        let texts = svg.matches(of: /<text x="([0-9.]+)" y="([0-9.]+)" font-size="([0-9.]+)"/)
        #expect(texts.count > 2 * convention.flows.count)
        for text in texts {
            let (x, y, size) = (Double(text.1) ?? -1, Double(text.2) ?? -1, Double(text.3) ?? 0)
            #expect((0...297).contains(x) && (0...height).contains(y) && size >= 2.3)
        }
        #expect(circuit.mermaid().hasPrefix("sequenceDiagram\n"))
    }

    private func words(_ language: Language, of convention: Convention? = nil) -> String {
        ConventionWords(convention ?? ain, catalogue: catalogue, language: language).lines().joined(separator: "\n")
    }

    /// Days, sizes, urgencies and punctuation as they are written in each language.
    @Test func eachLanguageHasItsOwnUsage() {
        let french = words(.fr)
        for text in [
            "En vigueur du 01/01/2026 au 01/01/2029", "Jours fériés : 01/01/2026, 06/04/2026", "Première version",
            "prioritaire un jour ouvré, urgente deux heures d'ouverture",
            "faute de réponse : l'unité suppléante aussitôt", "au plus 5 pièces jointes, 26,2 Mo (",
            "Préfecture de l'Ain (pref01, préfecture) : non habilitée"
        ] { #expect(french.contains(text), "\(text)") }
        #expect(!french.contains(/[a-zé)]:[ ]/))
        let english = words(.en)
        for text in [
            "In force from 2026-01-01 to 2029-01-01", "First version", "if nobody answers: the substitute at once",
            "at most 5 attachments, 26.2 MB ("
        ] { #expect(english.contains(text), "\(text)") }
    }

    @Test func theStandbyStepIsExplained() throws {
        let change = try flow("saisine") {
            $0.escalation.append(EscalationStep(to: .standby, after: 2 * 86_400, content: false))
        }
        var convention = ain
        try change(&convention)
        let french = "les unités de relève (qui peuvent alors lire à sa place) après deux jours"
        #expect(words(.fr, of: convention).contains(french))
        #expect(
            words(.en, of: convention).contains(
                "the standby units (which can read in its place from then on) after two days"))
        #expect(try difference(change, .fr).count == 1)
        let svg = Circuit(convention, catalogue: catalogue, language: .fr).svg()
        #expect(svg.contains(french))
    }

    @Test func wordsNameEveryPartyAndFlow() {
        for language in Language.allCases {
            let words = ConventionWords(ain, catalogue: catalogue, language: language).lines().joined(separator: "\n")
            for party in ain.parties { #expect(words.contains(party.name)) }
            for flow in ain.flows { #expect(words.contains(catalogue[flow.kind]?.title.text(language) ?? "?")) }
        }
    }
}
