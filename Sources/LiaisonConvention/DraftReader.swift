// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import Yams

/// Reads YAML nodes and remembers the line of each place; what is wrong is collected, not thrown, so that one check shows
/// everything.
final class DraftReader {
    private(set) var findings: [DraftFinding] = []
    /// The line on which a place begins.
    private(set) var lines: [String: Int] = [:]

    func found(_ problem: DraftProblem, at place: String) {
        findings.append(DraftFinding(problem: problem, place: place, line: lines.line(of: place)))
    }

    func root(_ yaml: String, keys: [String]) -> DraftSection? {
        do {
            guard let node = try Yams.compose(yaml: yaml) else { throw YamlError.no }
            return section(node, "convention", keys: keys)
        } catch YamlError.duplicatedKeysInMapping(let duplicates, _) {
            let name = duplicates.first ?? ""
            let rows = yaml.split(separator: "\n", omittingEmptySubsequences: false)
            lines[name] = rows.lastIndex { $0.drop { $0 == " " }.hasPrefix("\(name):") }.map { $0 + 1 }
            found(.fieldGivenTwice, at: name)
        } catch let error as YamlError {
            lines["YAML"] = error.mark?.line
            found(.unreadableFile, at: "YAML")
        } catch {
            found(.unreadableFile, at: "YAML")
        }
        return nil
    }

    func section(_ node: Node, _ place: String, keys: [String]?) -> DraftSection? {
        lines[place] = node.mark?.line
        guard let mapping = node.mapping else {
            wrongType(place, .mapOfFields)
            return nil
        }
        var nodes: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.string else { continue }
            let inner = place == "convention" ? name : "\(place).\(name)"
            lines[inner] = key.mark?.line ?? value.mark?.line
            if nodes[name] != nil {
                found(.fieldGivenTwice, at: inner)
            }
            if let keys, !keys.contains(name) {
                found(.unknownField(possible: keys), at: inner)
            }
            nodes[name] = value
        }
        return DraftSection(reader: self, place: place, nodes: nodes)
    }

    func wrongType(_ place: String, _ expected: DraftProblem.Expected) {
        found(.valueOfAnotherType(expected), at: place)
    }
}

extension [String: Int] {
    /// The line of a place, or of the nearest one that contains it.
    func line(of place: String) -> Int? {
        var place = place[...]
        while true {
            if let line = self[String(place)] { return line }
            guard let dot = place.lastIndex(of: ".") else { return nil }
            place = place[..<dot]
        }
    }
}

/// A map of the draft. Every reading that fails leaves a finding and gives a value of no meaning to go on with.
struct DraftSection {
    let reader: DraftReader
    let place: String
    let nodes: [String: Node]

    func path(_ key: String) -> String { place == "convention" ? key : "\(place).\(key)" }

    private func node(_ key: String, _ expected: DraftProblem.Expected) -> Node? {
        if let node = nodes[key] { return node }
        reader.found(.missingField(expected), at: path(key))
        return nil
    }

    /// A text as it stands, without a finding where there is none.
    func scalar(_ key: String) -> String? { nodes[key]?.scalar?.string }

    func text(_ key: String) -> String {
        guard let node = node(key, .text) else { return "" }
        guard let text = node.scalar?.string, !text.isEmpty, text.count <= 300,
            !text.unicodeScalars.contains(where: { $0 == "\n" || FieldDefinition.isForbidden($0) })
        else {
            reader.wrongType(path(key), .text)
            return ""
        }
        return text
    }

    func optionalText(_ key: String) -> String? { nodes[key] == nil ? nil : text(key) }

    func integer(_ key: String) -> Int {
        guard let node = node(key, .wholeNumber) else { return 0 }
        if let number = node.int { return number }
        reader.wrongType(path(key), .wholeNumber)
        return 0
    }

    func flag(_ key: String, default value: Bool? = nil) -> Bool {
        if let value, nodes[key] == nil { return value }
        guard let node = node(key, .trueOrFalse) else { return false }
        if let flag = node.bool { return flag }
        reader.wrongType(path(key), .trueOrFalse)
        return false
    }

    func texts(_ key: String, optional: Bool = false) -> [String] {
        guard nodes[key] != nil || !optional, let node = node(key, .listOfTexts) else { return [] }
        let items = node.sequence?.map(\.scalar?.string) ?? [nil]
        guard items.allSatisfy({ $0 != nil }) else {
            reader.wrongType(path(key), .listOfTexts)
            return []
        }
        return items.compactMap(\.self)
    }

    /// A text that `parse` gives a meaning; `fallback` stands in where there is none.
    func value<Value>(
        _ key: String, _ fallback: Value, _ expected: DraftProblem.Expected, _ parse: (String) -> Value?
    ) -> Value {
        guard let node = node(key, expected) else { return fallback }
        return value(node.scalar?.string ?? "", at: path(key), fallback, expected, parse)
    }

    func value<Value>(
        _ text: String, at place: String, _ fallback: Value, _ expected: DraftProblem.Expected,
        _ parse: (String) -> Value?
    ) -> Value {
        if let value = parse(text) { return value }
        reader.found(.valueWithoutMeaning(text, expected), at: place)
        return fallback
    }

    func duration(_ key: String) -> Seconds {
        value(key, 0, .duration, Duration8601.parse)
    }

    func date(_ key: String) -> Instant {
        value(key, 0, .date, Self.instant)
    }

    static func instant(_ text: String) -> Instant? {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        return (try? style.parse(text)).map { Instant($0) }
    }

    func section(_ key: String, keys: [String]?) -> DraftSection? {
        nodes[key].flatMap { reader.section($0, path(key), keys: keys) }
    }

    /// The maps of a list, each placed under the text of its `name` field.
    func sections(_ key: String, name: String, keys: [String], optional: Bool = false) -> [DraftSection] {
        guard nodes[key] != nil || !optional, let node = node(key, .list) else { return [] }
        guard let sequence = node.sequence else {
            reader.wrongType(path(key), .list)
            return []
        }
        return sequence.enumerated().compactMap { index, item in
            let label = item.mapping?[name]?.scalar?.string ?? "[\(index + 1)]"
            return reader.section(item, "\(path(key)).\(label)", keys: keys)
        }
    }
}

extension YamlError {
    fileprivate var mark: Mark? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark
        default: nil
        }
    }
}
