// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel
import LiaisonNotes

extension Registrar {
    /// What a colleague's roster changes in the one that this registrar knows, in sentences.
    public func changes(to roster: Roster, _ language: Language) throws -> [String] {
        let known = try published().map(Record.init) ?? record()
        var lines = [
            language(
                "\(institution), version \(roster.version) de la liste :",
                "Version \(roster.version) of the roster of \(institution):")
        ]
        func compare<Item: Hashable>(_ old: [Item], _ new: [Item], _ name: (Item) -> String) {
            let before = Dictionary(old.map { (name($0), $0) }) { first, _ in first }
            let after = Set(new.map(name))
            lines += old.map(name).filter { !after.contains($0) }.map {
                language("- retrait : \($0)", "- \($0) goes out")
            }
            for item in new {
                guard let present = before[name(item)] else {
                    lines.append(language("- ajout : \(name(item))", "- \(name(item)) comes in"))
                    continue
                }
                if present != item {
                    lines.append(language("- modification : \(name(item))", "- \(name(item)) changes"))
                }
            }
        }
        compare(known.units, roster.units) { $0.address.description }
        lines += Self.standbyChanges(from: known.units, to: roster.units, language)
        compare(known.agents, roster.agents) { $0.address.description }
        compare(known.registrars, roster.registrars) {
            language("gestionnaire \($0.hex.prefix(12))", "registrar \($0.hex.prefix(12))")
        }
        return lines.count > 1 ? lines : lines + [language("- rien ne change", "- nothing changes")]
    }

    /// Who signs must know to whose agents a unit's mail is sealed from then on.
    private static func standbyChanges(
        from old: [LiaisonModel.Unit], to new: [LiaisonModel.Unit], _ language: Language
    ) -> [String] {
        let before = Dictionary(old.map { ($0.address, $0.standbyUnits) }) { first, _ in first }
        return new.filter { $0.standbyUnits != before[$0.address] ?? [] }.map { unit in
            let names = unit.standbyUnits.map(\.description).joined(separator: ", ")
            return names.isEmpty
                ? language(
                    "- aucune unité ne relaie plus \(unit.address)", "- no unit stands by for \(unit.address) any more")
                : language(
                    "- ce qui est pour \(unit.address) est aussi scellé pour : \(names)",
                    "- what is for \(unit.address) is also sealed to: \(names)")
        }
    }
}
