// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel

extension ConventionDraft {
    /// Contradictions in a draft, each with its place; empty when it may be signed.
    public func check(catalogue: FormCatalogue) -> [DraftFinding] {
        let convention: Convention
        let units: [LiaisonModel.Unit]
        do {
            convention = try self.convention()
            units = try allUnits()
        } catch let finding as DraftFinding {
            return [finding]
        } catch {
            return [DraftFinding(place: "YAML", fr: "illisible", en: "not readable")]
        }
        return convention.contradictions(units: units, catalogue: catalogue)
    }
}

extension Convention {
    func contradictions(units: [LiaisonModel.Unit], catalogue: FormCatalogue) -> [DraftFinding] {
        var findings: [DraftFinding] = []
        func found(_ place: String, _ fr: String, _ en: String) {
            findings.append(DraftFinding(place: place, fr: fr, en: en))
        }
        let known = Set(roles.map(\.id))
        let held = Set(units.flatMap(\.roles))
        if notAfter <= notBefore { found("not_after", "avant not_before", "before not_before") }
        if logs.isEmpty { found("logs", "aucun journal", "no log") }
        if Set(flows.map(\.id)).count != flows.count { found("flows", "deux flux de même id", "two flows with one id") }
        for unit in units {
            for role in unit.roles where !known.contains(role) {
                found("units.\(unit.address)", "rôle inconnu (\(role))", "unknown role (\(role))")
            }
        }
        for flow in flows {
            let place = "flows.\(flow.id)"
            if catalogue[flow.kind] == nil {
                found(place, "type inconnu (\(flow.kind))", "unknown kind (\(flow.kind))")
            }
            for role in flow.from + flow.to + flow.copies {
                if !known.contains(role) {
                    found(place, "rôle inconnu (\(role))", "unknown role (\(role))")
                } else if !units.isEmpty, !held.contains(role) {
                    found(place, "rôle sans unité (\(role))", "role without a unit (\(role))")
                }
            }
            for step in flow.escalation
            where !["unit", "substitute", "manager"].contains(step.to) && !known.contains(step.to) {
                found(place, "escalade vers un rôle inconnu (\(step.to))", "escalation to an unknown role (\(step.to))")
            }
            if flow.urgencies.isEmpty { found(place, "aucune urgence admise", "no urgency allowed") }
            for urgency in flow.urgencies where urgency.within >= flow.retention {
                found(place, "délai plus long que la conservation", "deadline longer than retention")
            }
            let bases = catalogue.fields["legal_basis"]?.codes ?? []
            for basis in flow.legalBases where !bases.contains(basis) {
                found(place, "base légale inconnue (\(basis))", "unknown legal basis (\(basis))")
            }
            if flow.legalBases.isEmpty { found(place, "aucune base légale", "no legal basis") }
        }
        return findings
    }

    /// The convention in words, for those who sign it.
    public func words(_ language: Language) -> [String] {
        let name = { (id: String) in roles.first { $0.id == id }.map { language($0.fr, $0.en) } ?? id }
        var lines = [
            language("Convention \(self.name), version \(version)", "Convention \(self.name), version \(version)"),
            language("Parties : ", "Parties: ")
                + parties.map { "\($0.name) (\($0.institution))" }.joined(separator: ", ")
        ]
        for flow in flows {
            let urgencies = flow.urgencies.map { "\($0.urgency.rawValue) \(Self.words($0, language))" }
            lines.append(
                "- \(flow.kind): \(flow.from.map(name).joined(separator: ", ")) → \(flow.to.map(name).joined(separator: ", "))"
                    + (flow.copies.isEmpty
                        ? "" : language(", copie : ", ", copy: ") + flow.copies.map(name).joined(separator: ", "))
                    + language(" ; accusé de prise en charge : ", "; acknowledgement: ")
                    + urgencies.joined(separator: ", "))
        }
        return lines
    }

    private static func words(_ rule: UrgencyRule, _ language: Language) -> String {
        switch rule.clock {
        case .workingDays:
            language("\(rule.within / 86_400) jour(s) ouvré(s)", "\(rule.within / 86_400) working day(s)")
        case .opening: language("\(rule.within / 60) min d'ouverture", "\(rule.within / 60) min of opening hours")
        case .elapsed: "\(rule.within / 60) min"
        }
    }
}
