// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import Yams

/// A kind of transmission and its form, as a data file in `Kinds/` defines it. No kind has code of its own.
public struct FormKind: Hashable, Sendable {
    public let id: String
    public let version: Int
    public let title: Label
    public let summary: Label
    public let never: Label
    /// In the order in which they are asked.
    public let required: [String]
    public let optional: [String]
    /// Groups of which at least one field must be given.
    public let oneOf: [[String]]
    public let demands: [FormDemand]

    /// All fields, the kind's own before those that every kind has.
    public var fields: [String] { required + optional }
}

/// A field that another field's value makes necessary.
public struct FormDemand: Codable, Hashable, Sendable {
    public struct Condition: Codable, Hashable, Sendable {
        public var field: String
        public var values: [String]
    }

    /// Only when this field has one of these values.
    public var `if`: Condition
    /// The field demanded then.
    public var field: String
    public var fr: String
    public var en: String
}

/// All kinds and fields, read once from the data files in the program.
public struct FormCatalogue: Sendable {
    public let kinds: [FormKind]
    public let fields: [String: FieldDefinition]

    public enum Failure: Error { case damaged(String) }

    private struct KindFile: Codable {
        var kind: String
        var version: Int
        var fr: String
        var en: String
        var summary_fr: String
        var summary_en: String
        var required: [String]
        var optional: [String]
        var one_of: [[String]]?
        var never_fr: String
        var never_en: String
        var demands: [FormDemand]?
    }

    private struct CommonFile: Codable {
        var required: [String]
        var optional: [String]
    }

    /// - Throws: `Failure` or what Yams says; only when a data file is wrong, which a test excludes.
    public init() throws {
        let decoder = YAMLDecoder()
        fields = try decoder.decode([String: FieldDefinition].self, from: Data(PackageResources.fields_yaml))
        let common = try decoder.decode(CommonFile.self, from: Data(PackageResources.common_yaml))
        let files = [
            PackageResources.referral_yaml, PackageResources.orientation_yaml,
            PackageResources.follow_up_report_yaml, PackageResources.deterioration_notice_yaml,
            PackageResources.concern_report_yaml, PackageResources.reply_yaml
        ]
        kinds = try files.map { bytes in
            let file = try decoder.decode(KindFile.self, from: Data(bytes))
            return FormKind(
                id: file.kind, version: file.version, title: Label(fr: file.fr, en: file.en),
                summary: Label(fr: file.summary_fr, en: file.summary_en),
                never: Label(fr: file.never_fr, en: file.never_en),
                required: file.required + common.required, optional: file.optional + common.optional,
                oneOf: file.one_of ?? [], demands: file.demands ?? [])
        }
        for name in kinds.flatMap(\.fields) where fields[name] == nil { throw Failure.damaged(name) }
    }

    public subscript(kind: String) -> FormKind? { kinds.first { $0.id == kind } }
}
