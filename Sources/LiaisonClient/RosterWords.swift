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
                "Version \(roster.version) de la liste de \(institution) :",
                "Version \(roster.version) of the roster of \(institution):")
        ]
        func compare<Item: Hashable>(_ old: [Item], _ new: [Item], _ name: (Item) -> String) {
            let before = Dictionary(old.map { (name($0), $0) }) { first, _ in first }
            let after = Set(new.map(name))
            lines += old.map(name).filter { !after.contains($0) }.map { language("- \($0) sort", "- \($0) goes out") }
            for item in new {
                guard let present = before[name(item)] else {
                    lines.append(language("- \(name(item)) entre", "- \(name(item)) comes in"))
                    continue
                }
                if present != item { lines.append(language("- \(name(item)) change", "- \(name(item)) changes")) }
            }
        }
        compare(known.units, roster.units) { $0.address.description }
        compare(known.agents, roster.agents) { $0.address.description }
        compare(known.registrars, roster.registrars) {
            language("gestionnaire \($0.hex.prefix(12))", "registrar \($0.hex.prefix(12))")
        }
        return lines.count > 1 ? lines : lines + [language("- rien ne change", "- nothing changes")]
    }
}
