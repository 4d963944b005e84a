// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
public import LiaisonForms
import LiaisonModel
import LiaisonNotes

extension RosterDifference {
    /// What changes, in sentences.
    public func lines(_ language: Language) -> [String] {
        let heading = language(
            "\(institution), version \(version) de la liste :", "Version \(version) of the roster of \(institution):")
        guard !changes.isEmpty else { return [heading, language("- rien ne change", "- nothing changes")] }
        return [heading] + changes.flatMap { $0.lines(language) }
    }
}

extension RosterDifference.Change {
    fileprivate func lines(_ language: Language) -> [String] {
        guard case .details(let details, let old, let unit) = self else { return [text(language)] }
        return details.changes(from: old, language).map { "- \(unit), \($0)" }
    }

    fileprivate func text(_ language: Language) -> String {
        switch self {
        case .goesOut(let subject):
            language("- retrait : \(subject.name(.fr))", "- \(subject.name(.en)) goes out")
        case .comesIn(let subject):
            language("- ajout : \(subject.name(.fr))", "- \(subject.name(.en)) comes in")
        case .changes(let subject):
            language("- modification : \(subject.name(.fr))", "- \(subject.name(.en)) changes")
        case .details(_, _, let unit): language("- modification : \(unit)", "- \(unit) changes")
        case .standby(let units, let unit):
            units.isEmpty
                ? language("- aucune unité ne relaie plus \(unit)", "- no unit stands by for \(unit) any more")
                : Self.sealed(to: units.map(\.description).joined(separator: ", "), of: "\(unit)", language)
        }
    }

    private static func sealed(to names: String, of unit: String, _ language: Language) -> String {
        language(
            "- ce qui est pour \(unit) est aussi scellé pour : \(names)",
            "- what is for \(unit) is also sealed to: \(names)")
    }
}

extension RosterDifference.Subject {
    fileprivate func name(_ language: Language) -> String {
        switch self {
        case .unit(let unit): unit.description
        case .agent(let agent): agent.description
        case .registrar(let device):
            language("gestionnaire \(device.hex.prefix(12))", "registrar \(device.hex.prefix(12))")
        }
    }
}
