// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
import LiaisonModel
import Yams

/// What is wrong with a draft: where, what, and what to do about it.
public struct DraftFinding: Error, Hashable, Sendable {
    /// A stable code, for example `unknown_role`.
    public let code: String
    /// For example `flows.saisine.escalation`.
    public let place: String
    /// In the file, from 1.
    public let line: Int?
    public let what: Label
    public let remedy: Label

    public func text(_ language: Language) -> String {
        let line = line.map { language("ligne \($0), ", "line \($0), ") } ?? ""
        return "\(line)\(place)" + language(" : ", ": ") + "\(what.text(language)) [\(code)]\n  "
            + language("remède : ", "remedy: ") + remedy.text(language)
    }
}

/// Reads YAML nodes and remembers the line of each place; what is wrong is collected, not thrown, so that one check shows
/// everything.
final class DraftReader {
    private(set) var findings: [DraftFinding] = []
    /// The line on which a place begins.
    private(set) var lines: [String: Int] = [:]

    func found(_ code: String, _ place: String, _ what: (fr: String, en: String), _ remedy: (fr: String, en: String)) {
        findings.append(
            DraftFinding(
                code: code, place: place, line: lines.line(of: place), what: Label(fr: what.fr, en: what.en),
                remedy: Label(fr: remedy.fr, en: remedy.en)))
    }

    func root(_ yaml: String, keys: [String]) -> DraftSection? {
        do {
            guard let node = try Yams.compose(yaml: yaml) else { throw YamlError.no }
            return section(node, "convention", keys: keys)
        } catch YamlError.duplicatedKeysInMapping(let duplicates, _) {
            let name = duplicates.first ?? ""
            let rows = yaml.split(separator: "\n", omittingEmptySubsequences: false)
            lines[name] = rows.lastIndex { $0.drop { $0 == " " }.hasPrefix("\(name):") }.map { $0 + 1 }
            found("duplicate_field", name, ("champ en double", "field given twice"), ("gardez-en un", "keep one"))
        } catch let error as YamlError {
            lines["YAML"] = error.mark?.line
            found(
                "yaml", "YAML", ("fichier illisible", "file not readable"),
                ("corrigez la syntaxe YAML", "mend the YAML syntax"))
        } catch {
            found(
                "yaml", "YAML", ("fichier illisible", "file not readable"),
                ("corrigez la syntaxe YAML", "mend the YAML syntax"))
        }
        return nil
    }

    func section(_ node: Node, _ place: String, keys: [String]?) -> DraftSection? {
        lines[place] = node.mark?.line
        guard let mapping = node.mapping else {
            wrongType(place, ("une liste de champs", "a map of fields"))
            return nil
        }
        var nodes: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.string else { continue }
            let inner = place == "convention" ? name : "\(place).\(name)"
            lines[inner] = key.mark?.line ?? value.mark?.line
            if nodes[name] != nil {
                found("duplicate_field", inner, ("champ en double", "field given twice"), ("gardez-en un", "keep one"))
            }
            if let keys, !keys.contains(name) {
                let known = keys.joined(separator: ", ")
                found(
                    "unknown_field", inner, ("champ inconnu", "unknown field"),
                    ("champs possibles ici : \(known)", "fields possible here: \(known)"))
            }
            nodes[name] = value
        }
        return DraftSection(reader: self, place: place, nodes: nodes)
    }

    func wrongType(_ place: String, _ expected: (fr: String, en: String)) {
        found(
            "wrong_type", place, ("valeur d'un autre type", "value of another type"),
            ("attendu : \(expected.fr)", "expected: \(expected.en)"))
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

    private func node(_ key: String, _ expected: (fr: String, en: String)) -> Node? {
        if let node = nodes[key] { return node }
        reader.found(
            "missing_field", path(key), ("champ absent", "field missing"),
            ("ajoutez-le : \(expected.fr)", "add it: \(expected.en)"))
        return nil
    }

    /// A text as it stands, without a finding where there is none.
    func scalar(_ key: String) -> String? { nodes[key]?.scalar?.string }

    func text(_ key: String) -> String {
        let expected = (fr: "un texte", en: "a text")
        guard let node = node(key, expected) else { return "" }
        guard let text = node.scalar?.string, !text.isEmpty, text.count <= 300,
            !text.unicodeScalars.contains(where: { $0 == "\n" || FieldDefinition.isForbidden($0) })
        else {
            reader.wrongType(path(key), expected)
            return ""
        }
        return text
    }

    func optionalText(_ key: String) -> String? { nodes[key] == nil ? nil : text(key) }

    func integer(_ key: String) -> Int {
        guard let node = node(key, ("un nombre entier", "a whole number")) else { return 0 }
        if let number = node.int { return number }
        reader.wrongType(path(key), ("un nombre entier", "a whole number"))
        return 0
    }

    func flag(_ key: String, default value: Bool? = nil) -> Bool {
        if let value, nodes[key] == nil { return value }
        guard let node = node(key, ("true ou false", "true or false")) else { return false }
        if let flag = node.bool { return flag }
        reader.wrongType(path(key), ("true ou false", "true or false"))
        return false
    }

    func texts(_ key: String, optional: Bool = false) -> [String] {
        let expected = (fr: "une liste de textes", en: "a list of texts")
        guard nodes[key] != nil || !optional, let node = node(key, expected) else { return [] }
        let items = node.sequence?.map(\.scalar?.string) ?? [nil]
        guard items.allSatisfy({ $0 != nil }) else {
            reader.wrongType(path(key), expected)
            return []
        }
        return items.compactMap(\.self)
    }

    /// A text that `parse` gives a meaning; `fallback` stands in where there is none.
    func value<Value>(
        _ key: String, _ fallback: Value, _ expected: (fr: String, en: String), _ parse: (String) -> Value?
    ) -> Value {
        guard let node = node(key, expected) else { return fallback }
        return value(node.scalar?.string ?? "", at: path(key), fallback, expected, parse)
    }

    func value<Value>(
        _ text: String, at place: String, _ fallback: Value, _ expected: (fr: String, en: String),
        _ parse: (String) -> Value?
    ) -> Value {
        if let value = parse(text) { return value }
        reader.found(
            "bad_value", place, ("valeur sans signification (\(text))", "value without meaning (\(text))"),
            ("attendu : \(expected.fr)", "expected: \(expected.en)"))
        return fallback
    }

    func duration(_ key: String) -> Int {
        value(
            key, 0, ("une durée ISO 8601, par exemple PT4H ou P1D", "an ISO 8601 duration such as PT4H or P1D"),
            Duration8601.parse)
    }

    func date(_ key: String) -> Int {
        value(key, 0, ("une date AAAA-MM-JJ", "a date YYYY-MM-DD"), Self.instant)
    }

    static func instant(_ text: String) -> Int? {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        return (try? style.parse(text)).map { Int($0.timeIntervalSince1970) }
    }

    func section(_ key: String, keys: [String]?) -> DraftSection? {
        nodes[key].flatMap { reader.section($0, path(key), keys: keys) }
    }

    /// The maps of a list, each placed under the text of its `name` field.
    func sections(_ key: String, name: String, keys: [String], optional: Bool = false) -> [DraftSection] {
        let expected = (fr: "une liste", en: "a list")
        guard nodes[key] != nil || !optional, let node = node(key, expected) else { return [] }
        guard let sequence = node.sequence else {
            reader.wrongType(path(key), expected)
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
