// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
import Yams

/// Forms as files: YAML or JSON (which YAML contains), one map of field names to values.
public enum FormFile {
    public enum Failure: Error, Equatable {
        case notAMap
        case notReadable(line: Int?)
        case duplicate(String)
        case value(field: String)
    }

    /// Reads a form. Fields left empty in a template count as not given; quoting decides nothing: a field's
    /// type does. Codes may be written as their labels, and dates as `14/03/1990`.
    public static func parse(_ text: String, fields: [String: FieldDefinition]) throws -> [String: FieldValue] {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Failure.notReadable(line: error.line)
        }
        guard let node else { return [:] }
        guard let mapping = node.mapping else { throw Failure.notAMap }
        var form: [String: FieldValue] = [:]
        for (key, value) in mapping {
            guard let name = key.string else { throw Failure.notAMap }
            guard form[name] == nil else { throw Failure.duplicate(name) }
            guard value.null == nil || value.scalar?.style != .plain else { continue }
            guard let parsed = Self.value(value, of: fields[name]) else { throw Failure.value(field: name) }
            form[name] = parsed
        }
        return form
    }

    private static func value(_ node: Node, of field: FieldDefinition?) -> FieldValue? {
        if let sequence = node.sequence {
            let items = sequence.compactMap(\.scalar?.string)
            guard items.count == sequence.count else { return nil }
            return field?.parse(items) ?? .list(items)
        }
        guard let text = node.scalar?.string else { return nil }
        // What the field cannot parse goes on as text; the check then names field and expectation.
        return field?.parse(text) ?? .text(text)
    }
}

extension YamlError {
    fileprivate var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }
}
