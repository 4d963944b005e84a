// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonDossier
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import LiaisonWords
import Testing

/// What is wrong with a text that agents read in French; apart from what is typed or told to whoever helps as it stands:
/// codes for them, options, commands and addresses.
private enum French {
    /// No word of these is French.
    static let english = Set(
        """
        the of and not with your from is are by unit field expected missing unknown required least refused sealed opened this
        that these those nobody somebody to for it its has have had was were be been which who whom what when where why only
        one two does did must should may can read yes too at another already answer answers signed content withdrawn
        relay log witness witnessed device empty name number address town form kind recipient sender key keys roster entry
        entries evidence held allowed permitted wrong first before after until without person people health data write wrote
        there here any some time year day month choose copy copies call telephone agreement given other more than into out up
        hour
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    static func complaints(_ text: String) -> [String] {
        let prose = text.replacing(/code pour l'assistance : [^)\s]*/, with: "")
            .replacing(/--[a-z-]+( ID)?/, with: "").replacing(/liaison( [a-z-]+)+/, with: "")
            .replacing(/https?:[^ ]+/, with: "").replacing(/[^ («]+@[^ )»]+/, with: "")
            .replacing(/[A-Za-z0-9+\/=-]{20,}/, with: "")  // identifiers and hashes, whose letters may spell a word
        var found = prose.split { !$0.isLetter }.map { $0.lowercased() }.filter(english.contains)
        found += prose.matches(of: /[a-z0-9]+_[a-z0-9_]+/).map { String($0.output) }
        found += prose.matches(of: /[0-9]{2}:[0-9]{2}(?::[0-9]{2})?Z/).map { String($0.output) }
        found += prose.matches(of: /[\p{L}»)][:;?!]/).map { String($0.output) }
        found += prose.filter { "\"“”".contains($0) }.map { String($0) }
        return found + missingElisions(in: prose)
    }

    private static func missingElisions(in prose: String) -> [String] {
        let words = prose.split(whereSeparator: \.isWhitespace)
        return zip(words, words.dropFirst()).compactMap { word, next in
            let isElided = ["de", "le", "la", "ne", "que", "se", "je"].contains(word.lowercased())
            let isExempt = ["ou", "un", "une", "à", "au", "et", "oui", "onze"].contains(next.filter(\.isLetter))
            let beginsWithVowel = next.first.map { "aàâeéèêiîoôu".contains($0) } ?? false
            return isElided && beginsWithVowel && !isExempt ? "\(word) \(next)" : nil
        }
    }
}

/// Every text that an agent may get, in both languages: the French one is French, and well set.
struct FrenchTests {
    private static let now: Instant = 1_780_000_000
    private static let version = "1.2.3"
    /// French and English have these words in common.
    private static let same: Set = [
        "Correction", "information", "intervention", "possible", "orientations, total"
    ]
    private let catalogue: FormCatalogue
    private let paris: TimeZone

    init() throws {
        catalogue = FormCatalogue.shipped
        paris = try #require(TimeZone(identifier: "Europe/Paris"))
    }

    private func judge(_ what: String, _ text: (Language) -> String) {
        let (fr, en) = (text(.fr), text(.en))
        #expect(!fr.isEmpty && !en.isEmpty, "\(what)")
        #expect(French.complaints(fr) == [], "\(what): \(fr)")
        #expect(fr != en || Self.same.contains(fr), "\(what): the same in both languages: \(fr)")
    }

    private func judge(_ what: String, _ label: Label) { judge(what, label.text) }

    // MARK: The judge

    @Test(arguments: [
        ("the unit is not known", ["the", "unit", "is", "not"]), ("champ manquant (Missing)", ["missing"]),
        ("aucun flux ne le prévoit (no_flow)", ["no_flow"]), ("erreur: recommencez", ["r:"]),
        ("l'unité ; recommencez!", ["z!"]), ("depuis le 2026-05-28T19:14:00Z", ["19:14:00Z"]),
        ("« Nom »: absent", ["»:"]), ("le champ “Nom”", ["“", "”"]), ("une liste de indicateurs", ["de indicateurs"]),
        ("code pour l'assistance : no_flow) of", ["of"])
    ])
    func badTextsAreFound(text: String, complaints: [String]) {
        #expect(French.complaints(text) == complaints)
    }

    @Test(arguments: [
        "aucun flux ne prévoit cet envoi (code pour l'assistance : no_flow)",
        "indiquez la transmission à laquelle vous répondez : --reply-to ID",
        "aucun agent de cette unité ne peut lire (the-unit@avema01)",
        "type inconnu\nconseil : liaison forms", "heure (23:14) ou date et heure (21/11/2026 23:14) ; oui ou non ?",
        "Urgence\u{A0}: immédiate\u{202F}; « Nom »"
    ])
    func goodTextsPass(text: String) {
        #expect(French.complaints(text) == [])
    }

    // MARK: What the client says

    @Test func problemsAndFailures() throws {
        for code in Problem.Code.allCases {
            judge(code.rawValue, code.text)
            #expect(code.text(.fr).hasSuffix("(code pour l'assistance : \(code.rawValue))"))
            #expect(code.text(.en).hasSuffix("(\(code.rawValue))"))
            judge(code.rawValue, ClientFailure.refused(Problem(code)).text)
        }
        for code in DecisionCode.allCases { judge(code.rawValue, ClientFailure.notPermitted(code).text) }
        for state in DeliveryState.allCases {
            var problem = Problem(.wrongState, state: state)
            problem.entry = 12
            judge("wrong_state, \(state)", ClientFailure.refused(problem).text)
        }
        for breach in ClientFailure.Breach.allCases {
            judge(breach.rawValue, breach.text)
            judge(breach.rawValue, ClientFailure.broken(breach).text)
        }
        for failure in try Self.failures() { judge("\(failure)", failure.text) }
    }

    @Test(arguments: [
        (Seconds(1), "; recommencez dans un instant"), (Seconds(61), "; recommencez dans 2 min"),
        (.minutes(15), "; recommencez dans 15 min"), (.days(1), "; recommencez dans 24 h"),
        (Seconds(.max), " h")
    ])
    func whoeverSentTooMuchIsToldWhenToTryAgain(wait: Seconds, ending: String) {
        let text = ClientFailure.refused(Problem(.tooManyRequests, retryAfter: wait)).text
        judge("too_many_requests", text)
        #expect(text(.fr).hasSuffix(ending))
    }

    /// One of each case, but for those that wrap what is judged by itself.
    private static func failures() throws -> [ClientFailure] {
        let unit = try Fixture.unit("iscg-est@avema01")
        let id = try #require(TransmissionID("00000000-0000-4000-8000-000000000000"))
        return [
            .programTooOld("NouvelEvenement"), .notPermitted(.noFlow), .refused(Problem(.wrongState)), .unreachable(),
            .form([FormFinding(field: "first_name", .missing), FormFinding(field: "diagnosis", .notAField)]),
            .unknownKind("saisie"), .unknownUnit("iscg@avema01"), .unknownTransmission("\(id)"),
            .ambiguous("0000", [id]), .notInTheLastList(9, of: 3), .noRecipientKeys(unit), .attachment(.nameNotAllowed),
            .chooseUnit([unit, unit]), .notMember, .consentWithdrawn(at: now), .notWitnessed, .notForThisDevice,
            .nobodyCanOpen, .sealedContentLost(id), .alreadyDeposited(id),
            .obstacle(.formOfALaterProgram), .registrar(.noValidRequest), .cannotWrite("/tmp/preuve"),
            .service("https://horodatage.example"), .broken(.evidence)
        ] + DeliveryState.allCases.flatMap { [.gone($0), .answered($0)] }
    }

    @Test func obstaclesAttachmentsAndDossiers() throws {
        for obstacle in try EveryReason.obstacles() {
            judge("\(obstacle)", obstacle.text)
            judge("\(obstacle)", ClientFailure.obstacle(obstacle).text)
        }
        for obstacle in try EveryReason.registrarObstacles() {
            judge("\(obstacle)", obstacle.text)
            judge("\(obstacle)", ClientFailure.registrar(obstacle).text)
        }
        for refusal in EveryReason.attachmentRefusals() {
            judge("\(refusal)", refusal.text)
            judge("\(refusal)", ClientFailure.attachment(refusal).text)
        }
        for detail in try EveryReason.dossierDetails() { judge("\(detail)", detail.text) }
    }

    /// A case that is added to one of the closed lists of reasons is judged here too.
    @Test func noReasonIsLeftOut() throws {
        let failures = try Self.cases(in: "LiaisonClient/ClientFailure.swift", indent: 4)
        let judgedFailures = try Self.failures().map { Self.name($0) }
        #expect(failures.count > 15)
        #expect(Set(failures).subtracting(judgedFailures) == [])
        let obstacles = try Self.cases(in: "LiaisonClient/Obstacle.swift", indent: 4)
        var judgedObstacles = try EveryReason.obstacles().map { Self.name($0) }
        judgedObstacles += try EveryReason.registrarObstacles().map { Self.name($0) }
        #expect(Set(obstacles) == Set(judgedObstacles))
        let problems = try Self.cases(in: "LiaisonForms/FormProblem.swift", indent: 4)
        let judgedProblems = try EveryReason.formProblems(catalogue).map { Self.name($0) }
        #expect(Set(problems) == Set(judgedProblems))
        let typing = try Self.cases(in: "LiaisonForms/TypingFailure.swift", indent: 4)
        let judgedTyping = try EveryReason.typingFailures(catalogue).map { Self.name($0) }
        #expect(Set(typing) == Set(judgedTyping))
        let details = try Self.cases(in: "LiaisonDossier/DossierDetail.swift", indent: 8)
        let judgedDetails = Set(try EveryReason.dossierDetails())
        #expect(details.count == judgedDetails.count)
    }

    /// The names of the cases that a source file declares at a depth.
    private static func cases(in path: String, indent: Int) throws -> [String] {
        let source = try String(contentsOfFile: "\(Programs.root)/Sources/\(path)", encoding: .utf8)
        let beginning = String(repeating: " ", count: indent) + "case "
        return source.split(separator: "\n").filter { $0.hasPrefix(beginning) }.compactMap { line in
            line.dropFirst(beginning.count).prefixMatch(of: /[a-z][A-Za-z]*/).map { String($0.output) }
        }
    }

    private static func name(_ reason: some Sendable) -> String { String("\(reason)".prefix { $0 != "(" }) }

    /// A form's findings name fields by their labels, and quote what is no field.
    @Test func findingsNameFieldsByTheirLabels() throws {
        let form = try #require(try Self.failures().first { if case .form = $0 { true } else { false } })
        #expect(form.text(.fr).contains("Prénom : champ obligatoire absent"))
        #expect(form.text(.fr).contains("« diagnosis » : "))
        #expect(form.text(.en).contains("first_name: required field missing"))
    }

    // MARK: Evidence

    @Test func statesEventsAndReasons() {
        for state in DeliveryState.allCases { judge(state.rawValue, state.text) }
        for urgency in Urgency.allCases { judge(urgency.rawValue, urgency.text) }
        for reason in ReasonCode.allCases { judge(reason.rawValue, reason.text) }
        let erasures: [ErasureCode] = [.retention, .withdrawn, .auditLimit]
        for code in erasures { judge(code.rawValue, code.text) }
        let codes =
            ReasonCode.allCases.map(\.rawValue) + erasures.map(\.rawValue) + DecisionCode.allCases.map(\.rawValue)
            + ["unit", "substitute", "manager", "standby", "social_centre", Self.version]
        for code in codes where code != Self.version { judge(code) { EvidenceCode.text(code, $0) } }
        for name in EventName.allCases {
            judge(name.rawValue, name.text)
            var event = EventRecord(log: Fixture.origin, event: name, mailbox: .directory, number: 1, at: Self.now)
            judge(name.rawValue, event.text)
            for code in codes where (name == .restart) == (code == Self.version) {
                event.code = code
                judge("\(name.rawValue), \(code)", event.text)
            }
            event.entries = [3]
            judge("\(name.rawValue), erased", event.text)
        }
    }

    @Test func urgencyIsFeminine() {
        #expect(
            Urgency.allCases.map { $0.text(.fr) } == ["immédiate", "urgente", "prioritaire", "courante"])
    }

    @Test func timesAndSizes() {
        for instant in [0, Self.now, 1_792_893_600] {
            for zone in [paris, .gmt] {
                judge("\(instant)") { LocalTime(zone).text(instant, $0) }
                #expect(LocalTime(zone).text(instant, .fr).prefixMatch(of: /[0-9]{2}\/[0-9]{2}\/[0-9]{4} à\s/) != nil)
            }
        }
        for size in [2, 999, 1000, 830_000, 1_432_110, 25_000_000] { judge("\(size)") { FileSize.text(size, $0) } }
        let sizes = [1, 12, 830_000, 999_960, 1_432_110, 25_000_000, 26_214_400]
        #expect(
            sizes.map { FileSize.text($0, .fr) }
                == ["1 octet", "12 octets", "830 ko", "1 Mo", "1,4 Mo", "25 Mo", "26,2 Mo"])
        #expect(FileSize.text(1_432_110, .en) == "1.4 MB")
    }

    // MARK: Forms

    @Test func kinds() {
        for kind in catalogue.kinds {
            judge(kind.id, kind.title)
            judge(kind.id, kind.summary)
            judge(kind.id, kind.never)
            for demand in kind.demands { judge(kind.id, Label(fr: demand.fr, en: demand.en)) }
        }
    }

    @Test func fields() {
        for (name, field) in catalogue.fields {
            judge(name, field.label)
            judge("\(name), expected", field.expected)
            #expect((field.help(.fr) == nil) == (field.help(.en) == nil), "\(name)")
            if field.help(.fr) != nil { judge("\(name), help") { field.help($0) ?? "" } }
            for (code, choice) in field.values ?? [:] { judge("\(name), \(code)", choice.text) }
        }
    }

    @Test func formProblemsAndTypingFailures() throws {
        for problem in try EveryReason.formProblems(catalogue) {
            let finding = FormFinding(field: "safe_phone", problem)
            judge("\(problem.rule)", finding.why)
            judge("\(problem.rule)", ClientFailure.form([finding]).text)
        }
        for failure in try EveryReason.typingFailures(catalogue) { judge("\(failure)", failure.text) }
    }

    @Test(arguments: ["PV_audition.pdf", "extrait TAJ.png"])
    func documents(name: String) throws {
        judge(name, try #require(catalogue.refusal(ofDocument: name, beginning: [])))
    }

    private struct WrongForm {
        var kind: String
        var change: [String: FieldValue]
        var without: [String]
        var context: FormContext

        init(
            _ kind: String, _ change: [String: FieldValue] = [:], without: [String] = [],
            _ context: FormContext = FormContext()
        ) {
            self.kind = kind
            self.change = change
            self.without = without
            self.context = context
        }
    }

    /// Every rule refuses something here, and says so in both languages.
    @Test func everyRuleOfForms() throws {
        let flow = try #require(try Fixture.convention().flows.first { $0.kind == "orientation" })
        var rules: Set<FormFinding.Rule> = []
        for wrong in Self.wrongTypes + Self.wrongFlows(flow) + Self.wrongNumbers {
            let kind = try #require(catalogue[wrong.kind])
            let form = try Fixture.form(kind, catalogue).merging(wrong.change) { $1 }
                .filter { !wrong.without.contains($0.key) }
            let found = catalogue.checkTyped(
                form, kind: kind, context: wrong.context, now: Self.now, zone: paris, attachments: 2)
            #expect(!found.isEmpty, "\(wrong)")
            for finding in found {
                rules.insert(finding.rule)
                judge("\(wrong.kind), \(finding.field), \(finding.rule)", finding.why)
                judge("\(wrong.kind), \(finding.field), \(finding.rule)", ClientFailure.form([finding]).text)
            }
        }
        #expect(Set(FormFinding.Rule.allCases).subtracting(rules) == [])
    }

    private static let wrongTypes = [
        WrongForm("referral", ["diagnosis": .text("x")], without: ["last_name"]),
        WrongForm("referral", ["birth_date": .text("14/03/90")]),
        WrongForm("referral", ["birth_date": .text("2190-01-01")]),
        WrongForm("referral", ["birth_date": .text("1790-01-01")]),
        WrongForm("referral", ["birth_date": .text("hier")]),
        WrongForm("referral", ["safe_phone": .text("appelez-moi")]),
        WrongForm("referral", ["safe_phone": .text("12")]),
        WrongForm("referral", ["main_issue": .text("violences")]),
        WrongForm("referral", ["main_issue": .flag(true)]),
        WrongForm("referral", ["source_reference": .text("TESTARD 3")]),
        WrongForm("concern_report", ["residence_commune": .text("75011")]),
        WrongForm("concern_report", ["residence_commune": .text("96001")]),
        WrongForm("concern_report", ["person_informed": .text("not_informed")], without: ["child_birth_date"]),
        WrongForm("orientation", ["request": .text("NIR 2 85 05 78 006 084 36"), "shared_scope": .list(["needs"])]),
        WrongForm("minor_judicial_report", ["phone_call_at": .text("2026-05-20T21:14:00+02:00")]),
        WrongForm(
            "deterioration_notice",
            [
                "adhesion_status": .text("refused"), "danger_level": .text("possible"),
                "current_location": .text("chez une amie")
            ])
    ]

    private static func wrongFlows(_ flow: Flow) -> [WrongForm] {
        let worker = FormContext(senderKind: "iscg_operator", recipientKind: "prosecution")
        let police = FormContext(senderKind: "iscg_operator", recipientKind: "national_police")
        let agreed = FormContext(flow: flow)
        let doctor = FormContext(flow: flow, senderKind: "hospital", healthData: true)
        return [
            WrongForm("orientation", ["adhesion_status": .text("refused"), "legal_basis": .text("cp_223_6")], agreed),
            WrongForm("minor_judicial_report", ["copied_to_crip": .flag(false)], worker),
            WrongForm("minor_judicial_report", ["medical_certificate": .flag(true)], worker),
            WrongForm("minor_judicial_report", ["medical_certificate": .flag(true)], agreed),
            WrongForm("minor_judicial_report", ["medical_certificate": .flag(true)], doctor),
            WrongForm("judicial_transmission", ["exception_article": .text("cp_226_14_3")], worker),
            WrongForm("vulnerable_adult_report", ["adhesion_status": .text("impossible")], worker),
            WrongForm("follow_up_report", ["outcome": .text("refused")], police)
        ]
    }

    private static let wrongNumbers = [
        WrongForm("activity_report", ["indicators": .list(["profile.victim=4"]), "period_end": .text("2026-02-15")]),
        WrongForm("activity_report", ["indicators": .list(["sex.male=suppressed", "sex.total=33"])]),
        WrongForm("activity_report", ["indicators": .list(["commune.01262=12"])]),
        WrongForm("activity_report", ["comment": .text("Une année dense.")])
    ]

    // MARK: Dossiers

    /// The page of a dossier, without its markup, and every check of it.
    @Test func theDossierAndItsPage() async throws {
        let world = try await World(units: ["bta-montluel@ggd01", "iscg-est@avema01"])
        let id = try await world.sendReferral()
        let reader = try world.session("iscg-est@avema01")
        try await reader.refresh()
        _ = try await reader.inbox()
        _ = try await reader.read(id, catalogue: world.catalogue)
        _ = try await reader.acknowledge(id)
        let session = try world.session("bta-montluel@ggd01")
        try await session.refresh()
        let (parts, report) = try await session.dossier(of: id, content: .sealed, page: world.page)
        for check in report.checks { judge(check.name.rawValue, check.detail.text) }
        let page = String(decoding: try #require(try parts.bytes(of: DossierFile.page, limit: 1 << 20)), as: UTF8.self)
        let body = try #require(page.firstRange(of: "<body>"))
        let text = String(page[body.upperBound...]).replacing(/<[^>]*>/, with: "\n").replacing("&amp;", with: "&")
        #expect(text.contains("TESTARD") && text.contains("\u{A0}: "))
        #expect(French.complaints(text) == [], "\(text)")
    }
}
