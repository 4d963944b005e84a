// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonTestKit
import Testing

struct FormTests {
    private let catalogue: FormCatalogue

    init() throws { catalogue = try FormCatalogue() }

    private func kind(_ id: String) throws -> FormKind { try #require(catalogue[id]) }

    private func findings(_ kind: String, _ form: [String: FieldValue], flow: Flow? = nil) throws -> [FormFinding] {
        catalogue.check(form, kind: try self.kind(kind), flow: flow, language: .en)
    }

    /// A form of `kind` with a right value in every required field.
    private func complete(_ id: String) throws -> [String: FieldValue] {
        let kind = try kind(id)
        var form = Dictionary(uniqueKeysWithValues: try kind.required.map { ($0, try sample($0)) })
        for group in kind.oneOf { form[group[0]] = try sample(group[0]) }
        form["adhesion_status"] = .text("given")
        form["person_informed"] = .text("informed")
        return form
    }

    private func sample(_ name: String) throws -> FieldValue {
        let field = try #require(catalogue.fields[name])
        return switch field.type {
        case .text, .longText: .text("Texte fictif")
        case .texts: .list(["Texte fictif"])
        case .date: .text("2026-02-28")
        case .integer, .count: .integer(3)
        case .flag: .flag(true)
        case .phone: .text("06 39 98 00 01")
        case .commune: .text("2A004")
        case .language: .text("fr")
        case .choice: .text(try #require(field.codes.first))
        case .choices: .list([try #require(field.codes.first)])
        }
    }

    @Test(arguments: ["referral", "orientation", "follow_up_report", "deterioration_notice", "concern_report", "reply"])
    func aCompleteFormIsTakenAndEachFieldIsNeeded(id: String) throws {
        let form = try complete(id)
        #expect(try findings(id, form).isEmpty)
        for name in try kind(id).required {
            var other = form
            other[name] = nil
            #expect(try findings(id, other).contains { $0.field == name && $0.problem == .missing }, "\(name)")
        }
        var unknown = form
        unknown["diagnosis"] = .text("x")
        #expect(try findings(id, unknown) == [FormFinding(field: "diagnosis", problem: .unknown)])
    }

    /// Every field of every kind refuses a value of another type and says what it expects.
    @Test func everyFieldRefusesWrongTypes() throws {
        for (name, field) in catalogue.fields {
            #expect(!field.expected(.fr).isEmpty && !field.expected(.en).isEmpty)
            #expect(!field.label(.fr).isEmpty && !field.label(.en).isEmpty)
            #expect(field.accepts(try sample(name)), "\(name)")
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
            #expect(try findings("orientation", form, flow: flow).map(\.field) == ["adhesion_status"])
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
        #expect(try findings("concern_report", form).map(\.problem) == [.oneOf(["child_birth_date", "age_estimate"])])
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
}
