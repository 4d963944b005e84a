// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonConvention
import LiaisonForms
import LiaisonModel
import LiaisonTestKit
import Testing

struct ContradictionTests {
    private let catalogue: FormCatalogue

    init() throws { catalogue = FormCatalogue.shipped }

    static func example(_ name: String) throws -> String {
        try String(contentsOfFile: "\(Programs.root)/examples/\(name)/convention.yaml", encoding: .utf8)
    }

    private func findings(_ yaml: String) throws -> [DraftFinding] {
        do {
            return try ConventionDraft(yaml: yaml).check(catalogue: catalogue)
        } catch let unreadable as ConventionDraft.Unreadable {
            return unreadable.findings
        }
    }

    @Test(arguments: ["ain", "doubs", "dijon", "aubervilliers"])
    func theExamplesAreSound(name: String) throws {
        let found = try findings(try Self.example(name))
        #expect(found == [], "\(found.map { $0.text(.en) }.joined(separator: "\n"))")
    }

    struct Broken: CustomTestStringConvertible, Sendable {
        let code: String
        let old: String
        let new: String
        /// In the changed file, the text of the line that the finding points at.
        let line: String
        var testDescription: String { "\(code): \(new)" }

        init(_ code: String, _ old: String, _ new: String, at line: String) {
            (self.code, self.old, self.new, self.line) = (code, old, new, line)
        }
    }

    /// One thing broken at a time in the convention of the Ain.
    static let table: [Broken] = [
        // What has no meaning.
        .init("yaml", "flows:\n", "flows: [\n", at: ""),
        .init(
            "unknown_field", "    retention: P30D\n  - id: orientation",
            "    retention: P30D\n    keep: long\n  - id: orientation", at: "keep: long"),
        .init("duplicate_field", "version: 1\n", "version: 1\nversion: 2\n", at: "version: 2"),
        .init("missing_field", "grace: P7D\n", "", at: ""),
        .init("wrong_type", "version: 1\n", "version: one\n", at: "version: one"),
        .init("bad_value", "grace: P7D", "grace: one week", at: "grace: one week"),
        .init("bad_value", "not_after: \"2029-01-01\"", "not_after: tomorrow", at: "not_after: tomorrow"),
        .init("bad_value", "opening: [\"mon-fri 08:30-17:30\"]", "opening: [\"weekdays\"]", at: "weekdays"),
        .init("bad_value", "    adhesion: recorded\n", "    adhesion: perhaps\n", at: "adhesion: perhaps"),
        // The frame.
        .init("dates", "not_after: \"2029-01-01\"", "not_after: \"2025-01-01\"", at: "not_after:"),
        .init("supersession", "version: 1\n", "version: 2\n", at: "version: 2"),
        .init("grace", "grace: P7D", "grace: P365D", at: "grace:"),
        .init("maximum_age", "maximum_age: P3D", "maximum_age: P60D", at: "maximum_age:"),
        .init("audit_limit", "audit_limit: P365D", "audit_limit: P30D", at: "audit_limit:"),
        .init("time_zone", "Europe/Paris", "Europe/Lutece", at: "time_zone:"),
        .init("holiday", "\"2026-01-01\", \"2026-04-06\"", "\"Noël\", \"2026-04-06\"", at: "holidays:"),
        .init("duplicate_flow", "  - id: orientation\n", "  - id: saisine\n", at: "- id: saisine"),
        // Parties and units.
        .init("duplicate_institution", "institution: pref01", "institution: caf01", at: "institution: caf01"),
        .init("institution_kind", "kind: gendarmerie", "kind: army", at: "kind: army"),
        .init("duplicate_unit", "unit: iscg-ouest", "unit: iscg-est", at: "unit: iscg-est"),
        .init("unknown_role", "roles: [coordination]", "roles: [coordinator]", at: "roles: [coordinator]"),
        .init(
            "reserved_role", "  iscg: { fr: intervenants",
            "  standby: { fr: relève, en: standby }\n  iscg: { fr: intervenants", at: "standby: { fr: relève"),
        .init(
            "unknown_standby", "unit: iscg-est, kind", "unit: iscg-est, standby: [iscg-nord], kind",
            at: "unit: iscg-est"),
        .init(
            "unknown_standby", "unit: iscg-est, kind", "unit: iscg-est, standby: [iscg-est], kind",
            at: "unit: iscg-est"),
        .init(
            "unknown_standby", "unit: iscg-est, kind", "unit: iscg-est, standby: [csp-bourg@ddpn01], kind",
            at: "unit: iscg-est"),
        .init(
            "unknown_standby", "unit: iscg-est, kind",
            "unit: iscg-est, standby: [iscg-ouest, iscg-ouest@avema01], kind", at: "unit: iscg-est"),
        .init(
            "standby_role", "unit: iscg-est, kind", "unit: iscg-est, standby: [coordination], kind",
            at: "unit: iscg-est"),
        .init("phone", "phone: \"04 65 71 01 01\"", "phone: \"à préciser\"", at: "unit: iscg-est"),
        .init(
            "roster_signatures", "    kind: department\n", "    kind: department\n    roster_signatures: 3\n",
            at: "roster_signatures: 3"),
        .init(
            "idle_party", "parties:\n",
            "parties:\n  - { institution: vide01, kind: association, name: Vide, secrecy: true }\n", at: "vide01"),
        // Flows in themselves.
        .init(
            "unknown_role", "    to: [iscg]\n    legal_bases: [casf_l121_1_1]",
            "    to: [iscgs]\n    legal_bases: [casf_l121_1_1]", at: "to: [iscgs]"),
        .init(
            "role_without_unit", "  prosecution: { fr: parquet",
            "  notary: { fr: notaire, en: notary }\n  prosecution: { fr: parquet", at: ""),
        .init("role_without_unit", "roles: [registry]", "roles: [prosecution]", at: "to: registry"),
        .init(
            "no_role", "    from: [coordination]\n    to: [prefecture]", "    from: []\n    to: [prefecture]",
            at: "from: []"),
        .init(
            "retention", "    retention: P30D\n  - id: orientation", "    retention: P400D\n  - id: orientation",
            at: "retention: P400D"),
        .init(
            "no_urgency",
            "    urgencies:\n      - { urgency: routine, within: P5D, clock: working_days }\n    retention: P30D\n  - id: retour-enqueteur",
            "    urgencies: []\n    retention: P30D\n  - id: retour-enqueteur", at: "urgencies: []"),
        .init(
            "duplicate_urgency",
            "- { urgency: immediate, within: PT15M }\n    escalation:\n      - { to: unit, after: PT0S }\n      - { to: operations, after: PT30M }\n    retention: P30D\n  - id: information",
            "- { urgency: urgent, within: PT15M }\n    escalation:\n      - { to: unit, after: PT0S }\n      - { to: operations, after: PT30M }\n    retention: P30D\n  - id: information",
            at: "urgencies:"),
        .init(
            "deadline_after_retention",
            "- { urgency: routine, within: P5D, clock: working_days }\n      - { urgency: priority",
            "- { urgency: routine, within: P80D, clock: working_days }\n      - { urgency: priority", at: "within: P80D"
        ),
        .init(
            "reply_after_retention",
            "    reply: { kind: follow_up_report, within: P15D, clock: working_days }\n    escalation:\n      - { to: substitute",
            "    reply: { kind: follow_up_report, within: P30D, clock: working_days }\n    escalation:\n      - { to: substitute",
            at: "within: P30D"),
        .init(
            "reply_without_flow",
            "    reply: { kind: follow_up_report, within: P15D, clock: working_days }\n    escalation:\n      - { to: unit",
            "    reply: { kind: activity_report, within: P15D, clock: working_days }\n    escalation:\n      - { to: unit",
            at: "kind: activity_report"),
        .init(
            "unreachable_at_night",
            "within: PT2H, clock: opening }\n    reply: { kind: follow_up_report, within: P15D, clock: working_days }\n    escalation:\n      - { to: unit",
            "within: PT2H }\n    reply: { kind: follow_up_report, within: P15D, clock: working_days }\n    escalation:\n      - { to: unit",
            at: "within: PT2H }"),
        // Escalation.
        .init(
            "unknown_role", "- { to: coordination, after: P1D }", "- { to: minister, after: P1D }", at: "to: minister"),
        .init(
            "escalation_loop", "- { to: coordination, after: P1D }\n    retention: P30D",
            "- { to: substitute, after: P1D }\n    retention: P30D", at: "to: substitute"),
        .init(
            "escalation_loop", "    escalation:\n      - { to: manager, after: PT0S }\n",
            "    escalation:\n      - { to: crip, after: PT0S }\n", at: "to: crip, after"),
        .init(
            "escalation_order", "- { to: substitute, after: PT0S }", "- { to: substitute, after: P2D }",
            at: "to: coordination, after: P1D"),
        .init(
            "escalation_after_retention", "- { to: coordination, after: P1D }\n    retention: P30D",
            "- { to: coordination, after: P31D }\n    retention: P30D", at: "after: P31D"),
        .init(
            "escalation_without_habilitation", "- { to: coordination, after: P1D }\n    retention: P30D",
            "- { to: prefecture, after: P1D, content: true }\n    retention: P30D", at: "to: prefecture"),
        .init(
            "escalation_without_habilitation", "- { to: operations, after: PT15M }",
            "- { to: operations, after: PT15M, content: true }", at: "after: PT15M, content"),
        // The law.
        .init("unknown_kind", "    kind: activity_report\n", "    kind: gossip\n", at: "kind: gossip"),
        .init("police_request", "    kind: referral\n", "    kind: case_request\n", at: "kind: case_request"),
        .init(
            "police_request", "    kind: referral\n", "    kind: judicial_transmission\n",
            at: "kind: judicial_transmission"),
        .init(
            "police_request",
            "    reply: { kind: follow_up_report, within: P15D, clock: working_days }\n    escalation:\n      - { to: substitute",
            "    reply: { kind: contact_request, within: P15D, clock: working_days }\n    escalation:\n      - { to: substitute",
            at: "kind: contact_request, within"),
        .init(
            "not_for_institution", "    kind: no_contact_notice\n    from: [iscg]\n    to: [investigator, operations]",
            "    kind: no_contact_notice\n    from: [iscg]\n    to: [ccas]", at: "to: [ccas]"),
        .init(
            "statistics_nominative", "    kind: activity_report\n    from: [coordination]\n    to: [prefecture]",
            "    kind: follow_up_report\n    from: [coordination]\n    to: [prefecture]", at: "to: [prefecture]"),
        .init(
            "secrecy", "    name: CCAS de Bourg-en-Bresse\n    secrecy: true",
            "    name: CCAS de Bourg-en-Bresse\n    secrecy: false", at: "- id: orientation"),
        .init("copy_missing", "    copies: [crip]\n", "", at: "- id: signalement-mineur"),
        .init("call_missing", "    call_first: true\n", "", at: "- id: signalement-mineur"),
        .init(
            "legal_basis", "    legal_bases: [casf_l121_6_2]\n    adhesion: required",
            "    legal_bases: [cp_226_14]\n    adhesion: required", at: "legal_bases: [cp_226_14]"),
        .init(
            "no_legal_basis", "    legal_bases: [casf_l121_6_2]\n    adhesion: required",
            "    legal_bases: []\n    adhesion: required", at: "legal_bases: []"),
        .init(
            "adhesion_missing", "    legal_bases: [casf_l121_6_2]\n    adhesion: required",
            "    legal_bases: [casf_l121_6_2]\n    adhesion: recorded", at: "adhesion: recorded"),
        .init(
            "adhesion_blocks", "    legal_bases: [cp_226_14, cp_223_6]\n    adhesion: not_required",
            "    legal_bases: [cp_226_14, cp_223_6]\n    adhesion: required", at: "adhesion: required"),
        .init(
            "reply_only", "    kind: contact_request\n", "    kind: contact_request\n    reply_only: true\n",
            at: "reply_only: true"),
        .init(
            "attachments", "    kind: activity_report\n",
            "    kind: activity_report\n    attachments: { count: 1, bytes: 9, types: [application/pdf] }\n",
            at: "attachments: { count: 1"),
        .init(
            "attachment_type", "types: [application/pdf, image/png, image/jpeg] }\n  - id: retour-partenaire",
            "types: [application/x-msdownload] }\n  - id: retour-partenaire", at: "x-msdownload"),
        .init(
            "attachment_size",
            "bytes: 26214400, types: [application/pdf, image/png, image/jpeg] }\n  - id: retour-partenaire",
            "bytes: 99999999999, types: [application/pdf] }\n  - id: retour-partenaire", at: "bytes: 99999999999"),
        .init("crip_unreachable", "    kind: concern_report\n", "    kind: vulnerable_adult_report\n", at: "flows:"),
        .init("prosecution_unreachable", "roles: [prosecution]", "roles: [registry]", at: "flows:"),
        // Keys.
        .init(
            "log_url", "\nflows:\n",
            "\nlogs:\n  - { origin: relais.example/ain, key: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=, url: \"http://relais.example\", tls_roots: [] }\n\nflows:\n",
            at: "origin: relais.example/ain"),
        .init(
            "unknown_log", "\nparties:\n",
            "\nlogs:\n  - { origin: relais.example/ain, key: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=, url: \"https://relais.example\", tls_roots: [] }\nparties:\n  - { institution: vide01, kind: association, name: Vide, secrecy: true, log: relais.example/other }\n",
            at: "vide01"),
        .init(
            "recovery_key", "\nflows:\n",
            "\nparty_keys:\n  cd01: { key: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=, recovery: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= }\n\nflows:\n",
            at: "cd01: { key"),
        .init(
            "shared_key", "\nflows:\n",
            "\nparty_keys:\n  cd01: { key: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=, recovery: PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw= }\n  caf01: { key: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=, recovery: /FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU= }\n\nflows:\n",
            at: "cd01: { key"),
        .init(
            "key_dates", "\nflows:\n",
            "\nparty_keys:\n  cd01: { key: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=, recovery: PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=, not_before: \"2027-01-01\", not_after: \"2026-06-01\" }\n\nflows:\n",
            at: "cd01: { key")
    ]

    @Test(arguments: table)
    func findsWhatIsBroken(broken: Broken) throws {
        let sound = try Self.example("ain")
        let range = try #require(sound.range(of: broken.old), "not in the example: \(broken.old)")
        let yaml = sound.replacingCharacters(in: range, with: broken.new)
        let found = try findings(yaml)
        // A role that no flow uses harms nobody.
        if broken.new.contains("notary") { return #expect(found == []) }
        let finding = try #require(
            found.first { $0.problem.code == broken.code }, "\(found.map { $0.text(.en) }.joined(separator: "\n"))")
        #expect(!finding.remedy.fr.isEmpty && !finding.remedy.en.isEmpty && !finding.what.fr.isEmpty)
        guard !broken.line.isEmpty else { return }
        let line = try #require(finding.line)
        let text = yaml.split(separator: "\n", omittingEmptySubsequences: false)[line - 1]
        #expect(text.contains(broken.line), "line \(line): \(text)")
    }

    /// A draft names standby units with or without their institution; an empty list is not the same as silence.
    @Test func standbyUnitsAreRead() throws {
        let ain = try Self.example("ain")
        func standby(_ named: String) throws -> [String]? {
            let yaml = ain.replacing("unit: iscg-est, kind", with: "unit: iscg-est\(named), kind", maxReplacements: 1)
            #expect(try findings(yaml) == [])
            let unit = try ConventionDraft(yaml: yaml).units.first { $0.address.description == "iscg-est@avema01" }
            return try #require(unit).standby?.map(\.description)
        }
        #expect(try standby("") == nil)
        #expect(try standby(", standby: []") == [])
        #expect(try standby(", standby: [iscg-ouest]") == ["iscg-ouest@avema01"])
        #expect(try standby(", standby: [iscg-ouest@avema01]") == ["iscg-ouest@avema01"])
    }

    /// An escalation may name the standby units, who have the content already.
    @Test(arguments: ["", ", content: true"])
    func aStepMayCallTheStandbyUnits(content: String) throws {
        let ain = try Self.example("ain")
        let step = "- { to: substitute, after: PT0S }\n"
        let yaml = ain.replacing(
            step, with: step + "      - { to: standby, after: PT4H\(content) }\n", maxReplacements: 1)
        #expect(yaml != ain)
        #expect(try findings(yaml) == [])
    }

    /// Every code of a problem is in the table above and in docs/convention.md; logs and keys that are still to be added
    /// are no contradiction.
    @Test func theTableCoversEveryFinding() throws {
        let source = try String(
            contentsOfFile: "\(Programs.root)/Sources/LiaisonConvention/DraftProblem.swift", encoding: .utf8)
        let codes = Set(source.matches(of: /case \.[^:]+:\s+"([a-z_]+)"/).map { String($0.1) })
            .subtracting([DraftProblem.noLog.code, DraftProblem.noKeys.code])
        let page = try String(contentsOfFile: "\(Programs.root)/docs/convention.md", encoding: .utf8)
        let covered = Set(Self.table.map(\.code))
        for code in codes {
            #expect(covered.contains(code), "\(code)")
            #expect(page.contains("`\(code)`"), "\(code)")
        }
        #expect(codes.count >= 45, "\(codes.count)")
    }
}
