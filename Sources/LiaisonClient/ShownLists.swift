// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
import LiaisonNotes
import LiaisonVault

/// What lists have shown: so that a person names a transmission by the number it had in the last list, or by the beginning
/// or the end of its identifier. Identifiers begin with the time at which they were made, and end with what is theirs alone.
extension Session {
    private enum Row {
        /// A session of processes is one terminal window (setsid(2)).
        static var ofThisTerminal: String { "last \(getsid(0))" }
        static let known = "known"
    }

    /// The shortest beginning or end that is accepted.
    static let shortestName = 4
    /// Identifiers remembered, the latest last.
    private static let limit = 5000

    /// Keeps a list that is about to be shown, line by line: a transmission that stands on two lines has two numbers.
    /// Each terminal has its own; an empty list leaves the one before.
    public func remember(list ids: [TransmissionID]) throws {
        guard !ids.isEmpty else { return }
        var distinct: [TransmissionID] = []
        var seen: Set<TransmissionID> = []
        for id in ids where seen.insert(id).inserted { distinct.append(id) }
        try account.vault.put(ids, Table.shown, Row.ofThisTerminal)
        let known = try account.vault.value(Table.shown, Row.known) ?? []
        let all = Array((known.filter { !seen.contains($0) } + distinct).suffix(Self.limit))
        if all != known { try account.vault.put(all, Table.shown, Row.known) }
    }

    private func known() throws -> Set<TransmissionID> {
        let shown = try account.vault.value(Table.shown, Row.known) ?? []
        let held = try account.vault.ids(Table.sent) + account.vault.ids(Table.received)
        return Set(shown).union(held.compactMap(TransmissionID.init))
    }

    /// The transmission that somebody names: by its identifier, the beginning or the end of it, or its number in the last list.
    ///
    /// - Throws: `ClientFailure.unknownTransmission`, or `.ambiguous` with those that begin or end so.
    public func transmission(named text: String) throws -> TransmissionID {
        if let id = TransmissionID(text) { return id }
        let last = try account.vault.value(Table.shown, Row.ofThisTerminal) ?? []
        if let number = DecimalNumber.parse(text, in: 1...DecimalNumber.largest) {
            if number <= last.count { return last[number - 1] }
            guard text.utf8.count >= Self.shortestName else {
                throw ClientFailure.notInTheLastList(number, of: last.count)
            }
        }
        guard text.utf8.count >= Self.shortestName else { throw ClientFailure.unknownTransmission(text) }
        let name = text.lowercased()
        let found = try known().filter { $0.description.hasPrefix(name) || $0.description.hasSuffix(name) }.sorted()
        guard let first = found.first else { throw ClientFailure.unknownTransmission(text) }
        guard found.count == 1 else { throw ClientFailure.ambiguous(text, found) }
        return first
    }

    /// The shortest ends by which these and all other known transmissions are told apart.
    public func shortNames(of ids: [TransmissionID]) throws -> [TransmissionID: String] {
        let all = try known().union(ids).map { String($0.description.reversed()) }.sorted()
        var names: [String: String] = [:]
        for (index, id) in all.enumerated() {
            let neighbours = [index > 0 ? all[index - 1] : "", index + 1 < all.count ? all[index + 1] : ""]
            let shared = neighbours.map { $0.commonPrefix(with: id).utf8.count }.max() ?? 0
            var name = id.prefix(max(shared + 1, Self.shortestName))
            // What is all digits would be a number of the list.
            while name.hasSuffix("-") || name.allSatisfy(\.isNumber), name.utf8.count < id.utf8.count {
                name = id.prefix(name.utf8.count + 1)
            }
            names[String(id.reversed())] = String(name.reversed())
        }
        return Dictionary(ids.map { ($0, names[$0.description] ?? $0.description) }) { first, _ in first }
    }
}
