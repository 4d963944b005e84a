// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes

extension FormCatalogue {
    /// An empty form to fill, as JSON; a field left `null` counts as not given.
    public func jsonTemplate(_ kind: FormKind) -> String {
        "{\n" + kind.fields.map { "  \"\($0)\": null" }.joined(separator: ",\n") + "\n}\n"
    }

    /// JSON Schema (draft 2020-12) of a form.
    public func jsonSchema(_ kind: FormKind, _ language: Language) throws -> String {
        var properties: [String: Any] = [:]
        for name in kind.fields { properties[name] = fields[name]?.jsonSchema(language) }
        var schema: [String: Any] = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "urn:liaison:form:\(kind.id):\(kind.version)",
            "title": kind.title.text(language), "type": "object", "additionalProperties": false,
            "required": kind.required, "properties": properties
        ]
        if !kind.oneOf.isEmpty {
            schema["allOf"] = kind.oneOf.map { group in ["anyOf": group.map { ["required": [$0]] }] }
        }
        let data = try JSONSerialization.data(
            withJSONObject: schema, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}

extension FieldDefinition {
    fileprivate func jsonSchema(_ language: Language) -> [String: Any] {
        var schema = typeSchema
        schema["title"] = label(language)
        if let help = help(language) { schema["description"] = help }
        return schema
    }

    private var typeSchema: [String: Any] {
        switch type {
        case .text, .longText: ["type": "string", "minLength": min ?? 1, "maxLength": max ?? 300]
        case .date: ["type": "string", "format": "date"]
        case .integer: ["type": "integer", "minimum": min ?? 0, "maximum": max ?? 999]
        case .flag: ["type": "boolean"]
        case .phone: ["type": "string", "pattern": "^\\+?[0-9][0-9 .-]{1,22}$"]
        case .commune: ["type": "string", "pattern": "^([0-9][0-9AB][0-9]{3}|unknown)$"]
        case .language: ["type": "string", "pattern": "^[a-z]{2,3}$"]
        case .choice: ["type": "string", "enum": codes]
        case .choices:
            ["type": "array", "items": ["type": "string", "enum": codes], "minItems": 1, "uniqueItems": true]
        case .instant: ["type": "string", "format": "date-time"]
        case .reference:
            ["type": "string", "maxLength": max ?? 300, "pattern": "^[A-Za-z0-9@._/ -]*[0-9][A-Za-z0-9@._/ -]*$"]
        case .cells:
            [
                "type": "array", "items": ["type": "string", "pattern": "^[a-z0-9_.]+=([0-9]+|suppressed)$"],
                "minItems": 1
            ]
        case .count: ["oneOf": [["type": "integer", "minimum": 0, "maximum": 99], ["const": "unknown"]]]
        case .texts:
            ["type": "array", "items": ["type": "string", "maxLength": max ?? 300], "minItems": 1, "maxItems": 20]
        }
    }
}
