// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonTestKit
import LiaisonWords
import Testing

struct FormTests {
    private let catalogue: FormCatalogue

    init() throws { catalogue = FormCatalogue.shipped }

    private func kind(_ id: String) throws -> FormKind { try #require(catalogue[id]) }

    private func findings(_ kind: String, _ form: [String: FieldValue], flow: Flow? = nil) throws -> [FormFinding] {
        catalogue.check(form, kind: try self.kind(kind), context: FormContext(flow: flow))
    }

    private func complete(_ id: String) throws -> [String: FieldValue] {
        try Fixture.form(try kind(id), catalogue)
    }

    @Test func theTwelveKindsAndTheServiceMessagesAreThere() {
        #expect(
            catalogue.kinds.map(\.id) == [
                "referral", "orientation", "follow_up_report", "no_contact_notice", "deterioration_notice",
                "concern_report", "minor_judicial_report", "vulnerable_adult_report", "judicial_transmission",
                "weapon_prefect_notice", "contact_request", "reminder", "activity_report", "reply", "correction",
                "consent_withdrawal", "misdirection_return"
            ])
    }

    @Test func aCompleteFormIsTakenAndEachFieldIsNeeded() throws {
        for kind in catalogue.kinds {
            let form = try complete(kind.id)
            #expect(try findings(kind.id, form) == [], "\(kind.id)")
            for name in kind.required {
                var other = form
                other[name] = nil
                #expect(try findings(kind.id, other).contains { $0.field == name && $0.rule == .missing }, "\(name)")
            }
            var unknown = form
            unknown["diagnosis"] = .text("x")
            #expect(try findings(kind.id, unknown).map(\.rule) == [.unknown])
        }
    }

    /// What the law and the field's texts forbid, one violation at a time: kind, sender, recipient, health data allowed,
    /// change to a complete form, and the field and rule of the finding.
    @Test(
        arguments: [
            // A health professional's article is not for others (code pénal 226-14 3°).
            (
                "judicial_transmission", "iscg_operator", "prosecution", false,
                ["exception_article": .text("cp_226_14_3")], "exception_article sender"
            ),
            (
                "judicial_transmission", "hospital", "prosecution", false, ["exception_article": .text("cp_226_14_3")],
                nil
            ),
            ("judicial_transmission", "ccas", "prosecution", false, ["exception_article": .text("cpp_40")], nil),
            (
                "judicial_transmission", "iscg_operator", "prosecution", false, ["exception_article": .text("cpp_40")],
                "exception_article sender"
            ),
            // Without agreement, never without a motive; with a motive, not blocked.
            (
                "judicial_transmission", "iscg_operator", "prosecution", false, ["adhesion_status": .text("refused")],
                nil
            ),
            (
                "judicial_transmission", "iscg_operator", "prosecution", false, ["danger_grounds": .text("Peur.")],
                "danger_grounds type"
            ),
            (
                "vulnerable_adult_report", "iscg_operator", "prosecution", false,
                ["adhesion_status": .text("impossible")], "danger_grounds demand, exception_article demand"
            ),
            // The child's report.
            (
                "minor_judicial_report", "hospital", "prosecution", false, ["copied_to_crip": .flag(false)],
                "copied_to_crip only"
            ),
            (
                "minor_judicial_report", "hospital", "prosecution", false, ["phone_call_at": .text("hier soir")],
                "phone_call_at type"
            ),
            (
                "minor_judicial_report", "hospital", "prosecution", false, ["person_informed": .text("not_informed")],
                "not_informed_reason demand"
            ),
            (
                "minor_judicial_report", "hospital", "prosecution", false,
                ["person_informed": .text("not_informed"), "not_informed_reason": .text("non")],
                "not_informed_reason type"
            ),
            // Health data.
            (
                "minor_judicial_report", "hospital", "prosecution", false, ["medical_certificate": .flag(true)],
                "medical_certificate health_data"
            ),
            (
                "minor_judicial_report", "hospital", "prosecution", true, ["medical_certificate": .flag(true)],
                "health_ground health_ground"
            ),
            (
                "minor_judicial_report", "hospital", "prosecution", true,
                ["medical_certificate": .flag(true), "health_ground": .text("vital_interests")], nil
            ),
            (
                "minor_judicial_report", "ccas", "prosecution", true,
                ["medical_certificate": .flag(true), "health_ground": .text("vital_interests")],
                "medical_certificate sender"
            ),
            // The police learn an outcome and nothing else.
            (
                "follow_up_report", "iscg_operator", "gendarmerie", false, [:],
                "adhesion_status unknown, legal_basis unknown, outcome only, outcome_date unknown, person_informed unknown"
            ),
            (
                "no_contact_notice", "iscg_operator", "gendarmerie", false,
                ["not_informed_reason": .text("elle a peur de lui")], "not_informed_reason unknown"
            ),
            (
                "no_contact_notice", "iscg_operator", "gendarmerie", false,
                ["source_reference": .text("elle a dit non")], "source_reference type"
            ),
            (
                "deterioration_notice", "iscg_operator", "gendarmerie", false,
                [
                    "adhesion_status": .text("refused"), "danger_level": .text("possible"),
                    "current_location": .text("chez une amie")
                ], "current_location forbidden"
            ),
            (
                "deterioration_notice", "iscg_operator", "gendarmerie", false,
                [
                    "adhesion_status": .text("refused"), "danger_level": .text("serious"),
                    "current_location": .text("chez une amie")
                ], nil
            ),
            // Words that have no place.
            (
                "orientation", "iscg_operator", "department", false,
                ["request": .text("NIR 2 85 05 78 006 084 36, merci")], "request forbidden_text"
            ),
            (
                "orientation", "iscg_operator", "department", false,
                ["request": .text("Appeler le 06 39 98 00 01 après 14 h")], nil
            ),
            // Numbers that lead to nobody.
            (
                "activity_report", "iscg_operator", "prefecture", false, ["indicators": .list(["profile.victim=4"])],
                "indicators anonymity"
            ),
            (
                "activity_report", "iscg_operator", "prefecture", false,
                ["indicators": .list(["sex.female=30", "sex.male=suppressed", "sex.total=33"])], "indicators anonymity"
            ),
            (
                "activity_report", "iscg_operator", "prefecture", false,
                ["indicators": .list(["sex.female=suppressed", "sex.male=suppressed", "sex.total=33"])], nil
            ),
            (
                "activity_report", "iscg_operator", "prefecture", false, ["indicators": .list(["commune.01262=12"])],
                "indicators type"
            ),
            (
                "activity_report", "iscg_operator", "prefecture", false, ["period_end": .text("2026-02-15")],
                "period_start anonymity"
            ),
            (
                "activity_report", "iscg_operator", "prefecture", false, ["comment": .text("Une année dense.")],
                "anonymity_certified demand"
            ),
            (
                "activity_report", "iscg_operator", "prefecture", false, ["suppression_threshold": .integer(2)],
                "suppression_threshold type"
            )
        ] as [(String, String, String, Bool, [String: FieldValue], String?)])
    func theLawOfEachKind(
        id: String, sender: String, recipient: String, health: Bool, change: [String: FieldValue], expected: String?
    ) throws {
        let form = try complete(id).merging(change) { $1 }
        var flow = try Fixture.convention().flows[0]
        flow.legalBases = catalogue.fields["legal_basis"]?.codes ?? []
        let context = FormContext(flow: flow, senderKind: sender, recipientKind: recipient, healthData: health)
        let found = catalogue.check(form, kind: try kind(id), context: context)
        #expect(found.map { "\($0.field) \($0.rule.rawValue)" }.sorted().joined(separator: ", ") == expected ?? "")
        #expect(found.allSatisfy { !$0.text(.fr).isEmpty && !$0.text(.en).isEmpty })
    }

    @Test func theReturnToThePoliceIsOneWord() throws {
        let context = FormContext(senderKind: "iscg_operator", recipientKind: "national_police")
        let kind = try kind("follow_up_report")
        #expect(kind.variant(for: context).fields == ["outcome"])
        #expect(catalogue.check(["outcome": .text("taken_up")], kind: kind, context: context) == [])
        let other = catalogue.check(["outcome": .text("refused")], kind: kind, context: context)
        #expect(other.map(\.rule) == [.only])
    }

    /// The law permits, and never orders a professional bound by secrecy (code pénal 434-3): neither do we.
    @Test func noWordingOrdersAProfessionalToReport() throws {
        var texts: [Label] = []
        for kind in catalogue.kinds {
            texts += [kind.title, kind.summary, kind.never]
            texts += kind.demands.map { Label(fr: $0.fr, en: $0.en) }
        }
        for field in catalogue.fields.values {
            texts.append(Label(fr: field.fr + (field.helpFr ?? ""), en: field.en + (field.helpEn ?? "")))
            texts += (field.values ?? [:]).values.map { Label(fr: $0.fr, en: $0.en) }
        }
        for text in texts {
            for order in ["vous devez", "obligation de signaler", "êtes tenu", "obligatoirement", "il faut signaler"] {
                #expect(!text.fr.lowercased().contains(order), "\(text.fr)")
            }
            for order in ["you must", "you have to", "are obliged", "duty to report"] {
                #expect(!text.en.lowercased().contains(order), "\(text.en)")
            }
        }
    }

    @Test(arguments: [
        ("lettre.pdf", "%PDF-1.4", false), ("PV_audition.pdf", "%PDF-1.4", true), ("Procès-verbal 12.odt", "PK", true),
        ("depot-de-plainte.jpg", "", true), ("extrait TAJ.png", "", true),
        ("note.txt", "PROCÈS-VERBAL d'audition", true),
        ("note.txt", "Elle a déposé plainte, dit-elle.", false), ("mon-pvc.pdf", "", false),
        ("complainte.txt", "", false)
    ])
    func documentsOfProceduresStayWhereTheyAre(name: String, text: String, refused: Bool) {
        #expect((catalogue.refusal(ofDocument: name, beginning: Array(text.utf8)) != nil) == refused)
    }

    /// Every field of every kind refuses a value of another type and says what it expects.
    @Test func everyFieldRefusesWrongTypes() throws {
        for (name, field) in catalogue.fields {
            #expect(!field.expected(.fr).isEmpty && !field.expected(.en).isEmpty)
            #expect(!field.label(.fr).isEmpty && !field.label(.en).isEmpty)
            #expect(field.accepts(try Fixture.sample(name, catalogue)), "\(name)")
            let wrong: FieldValue = field.type == .flag ? .integer(1) : .flag(true)
            #expect(!field.accepts(wrong), "\(name)")
        }
    }

    @Test(arguments: [
        ("last_name", FieldValue.text(String(repeating: "a", count: 101))), ("last_name", .text("  ")),
        ("last_name", .text("A\u{202E}B")), ("last_name", .text("A\u{1B}[31mB")), ("last_name", .text("a\nb")),
        ("facts_summary", .text(String(repeating: "a", count: 1001))), ("birth_date", .text("2026-02-30")),
        ("birth_date", .text("28/02/2026")), ("safe_phone", .text("appelez-moi")), ("minors_present", .integer(-1)),
        ("minors_present", .text("deux")), ("age_estimate", .integer(21)), ("residence_commune", .text("Bourg")),
        ("interpreter_language", .text("français")), ("needs", .list([])), ("needs", .list(["housing", "housing"])),
        ("needs", .list(["sorcery"])), ("main_issue", .text("Couple_violence"))
    ])
    func refusesValues(name: String, value: FieldValue) throws {
        #expect(!(try #require(catalogue.fields[name])).accepts(value))
    }

    @Test func adhesionIsAConditionOfAnOrientation() throws {
        let flow = try #require(try Fixture.convention().flows.first { $0.kind == "orientation" })
        var form = try complete("orientation")
        form["legal_basis"] = .text("casf_l121_6_2")
        #expect(try findings("orientation", form, flow: flow).isEmpty)
        for status in ["refused", "withdrawn", "impossible", "not_required"] {
            form["adhesion_status"] = .text(status)
            let found = try findings("orientation", form, flow: flow)
            #expect(found == [FormFinding(field: "adhesion_status", .adhesionNotGiven)])
        }
        form["adhesion_status"] = .text("given")
        form["legal_basis"] = .text("casf_l226_2_1")
        #expect(try findings("orientation", form, flow: flow).map(\.field) == ["legal_basis"])
    }

    @Test func parentsNotInformedNeedsAReason() throws {
        var form = try complete("concern_report")
        form["person_informed"] = .text("not_informed")
        #expect(try findings("concern_report", form).map(\.field) == ["not_informed_reason"])
        form["not_informed_reason"] = .text("contraire à l'intérêt de l'enfant")
        #expect(try findings("concern_report", form).isEmpty)
        form["child_birth_date"] = nil
        form["age_estimate"] = nil
        #expect(try findings("concern_report", form).map(\.rule) == [.oneOf])
    }

    @Test func aFilledTemplateIsAForm() throws {
        let template = catalogue.template(try kind("referral"), .fr)
        #expect(template.contains("last_name:"))
        let empty = try FormFile.parse(template, fields: catalogue.fields)
        #expect(empty.isEmpty)
        let filled = template.replacing("last_name:", with: "last_name: TESTARD")
            .replacing("minors_present:", with: "minors_present: 2")
        #expect(
            try FormFile.parse(filled, fields: catalogue.fields)
                == ["last_name": .text("TESTARD"), "minors_present": .integer(2)])
    }

    @Test func aJSONTemplateIsAnEmptyForm() throws {
        for kind in catalogue.kinds {
            #expect(try FormFile.parse(catalogue.jsonTemplate(kind), fields: catalogue.fields).isEmpty)
        }
    }

    @Test func formFilesSayWhatIsWrong() throws {
        #expect(throws: FormFile.Failure.notAMap) { try FormFile.parse("- a", fields: [:]) }
        #expect(throws: FormFile.Failure.self) { try FormFile.parse("a: [", fields: [:]) }
        let json = #"{"needs": ["housing", "food"], "safe_phone": "0639980001"}"#
        #expect(
            try FormFile.parse(json, fields: catalogue.fields)
                == ["needs": .list(["housing", "food"]), "safe_phone": .text("0639980001")])
    }

    @Test func schemasListEveryField() throws {
        for kind in catalogue.kinds {
            let data = Data(try catalogue.jsonSchema(kind, .en).utf8)
            let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            let properties = try #require(schema["properties"] as? [String: Any])
            #expect(Set(properties.keys) == Set(kind.fields))
            #expect(schema["required"] as? [String] == kind.required)
        }
    }

    /// Texts of others end up in pages and on terminals: a bracket behind a joining mark is still a bracket.
    @Test func textsOfOthersAreOnlyText() {
        #expect(Markup.escaped("\u{0600}<b>\u{200D}\"&") == "\u{0600}&lt;b&gt;\u{200D}&quot;&amp;")
        #expect(Markup.printable("VALIDE\u{1B}[2J\u{202E}\r\né") == "VALIDE?[2J??\né")
    }
}
