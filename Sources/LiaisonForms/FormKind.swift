// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
import Yams

/// A kind of transmission and its form, as a data file in `Kinds/` defines it. No kind has code of its own.
public struct FormKind: Hashable, Sendable {
    public let id: String
    public let version: Int
    public let title: Label
    public let summary: Label
    public let never: Label
    public let law: KindLaw
    /// In the order in which they are asked.
    public private(set) var required: [String]
    public private(set) var optional: [String]
    /// Groups of which at least one field must be given.
    public private(set) var oneOf: [[String]]
    public private(set) var demands: [FormDemand]
    /// The values that a field is limited to.
    public private(set) var only: [String: [String]]
    let variants: [FormVariant]

    /// All fields, the required ones first.
    public var fields: [String] { required + optional }

    /// The form as it is between these institutions: some recipients may learn less than others.
    public func variant(for context: FormContext) -> FormKind {
        guard let recipient = context.recipientKind, let variant = variants.first(where: { $0.to.contains(recipient) })
        else { return self }
        var kind = self
        kind.required = variant.required
        kind.optional = variant.optional
        kind.oneOf = []
        kind.demands = []
        kind.only = variant.only ?? [:]
        return kind
    }
}

extension FormKind {
    /// What leaves no choice need not be typed.
    public func defaults(for context: FormContext) -> [String: FieldValue] {
        let kind = variant(for: context)
        var defaults: [String: FieldValue] = [:]
        if let bases = context.flow?.legalBases, bases.count == 1 { defaults["legal_basis"] = .text(bases[0]) }
        if context.flow?.adhesion == .notRequired { defaults["adhesion_status"] = .text("not_required") }
        for (field, values) in kind.only where values == ["true"] && kind.required.contains(field) {
            defaults[field] = .flag(true)
        }
        return defaults.filter { kind.fields.contains($0.key) }
    }
}

/// What the law and the field's texts fix for a kind, whatever a convention says; `convention check` holds flows against
/// it. Institution kinds are those of `InstitutionKind`.
public struct KindLaw: Hashable, Sendable {
    public enum Adhesion: String, Codable, Hashable, Sendable {
        /// The person's agreement is a condition.
        case required
        /// It is no subject.
        case notRequired = "not_required"
        /// It is recorded and may not be made a condition: a danger is never blocked by it.
        case neverRequired = "never_required"
        /// The convention says.
        case open
    }

    /// Institutions that may send and receive it; nil for all.
    public let from: [String]?
    public let to: [String]?
    /// Institutions one of whose units must get a copy.
    public let copiesTo: [String]
    /// Whether a telephone call comes first and is recorded.
    public let callFirst: Bool
    /// Whether it shares secrets, so that both ends must be bound by them (CASF L226-2-2).
    public let sharesSecrets: Bool
    /// Whether it may be about a named person.
    public let nominative: Bool
    /// Whether it travels only in answer to another transmission.
    public let replyOnly: Bool
    public let adhesion: Adhesion
    public let legalBases: [String]
    public let attachments: Bool
}

/// A narrower form for some recipients.
struct FormVariant: Codable, Hashable, Sendable {
    var to: [String]
    var required: [String]
    var optional: [String]
    var only: [String: [String]]?
}

/// A field that another field's value makes necessary or forbids.
public struct FormDemand: Codable, Hashable, Sendable {
    public struct Condition: Codable, Hashable, Sendable {
        public var field: String
        /// Any value when absent.
        public var values: [String]?
    }

    /// Only when this field has one of these values.
    public var `if`: Condition
    /// Not when this one has.
    public var unless: Condition?
    /// The field demanded then.
    public var field: String?
    /// The field forbidden then.
    public var forbid: String?
    public var fr: String
    public var en: String
}

/// Between whom a form travels, and by which rules.
public struct FormContext: Sendable {
    public var flow: Flow?
    public var senderKind: String?
    public var recipientKind: String?
    /// Whether the convention lets health data travel (CSP L1111-8).
    public var healthData: Bool

    public init(
        flow: Flow? = nil, senderKind: String? = nil, recipientKind: String? = nil, healthData: Bool = false
    ) {
        self.flow = flow
        self.senderKind = senderKind
        self.recipientKind = recipientKind
        self.healthData = healthData
    }

    public init(_ convention: Convention, flow: Flow?, from: UnitAddress, to: UnitAddress) {
        self.init(
            flow: flow, senderKind: convention.party(from.institution)?.kind,
            recipientKind: convention.party(to.institution)?.kind, healthData: convention.healthData)
    }
}

/// All kinds and fields, as the data files in the program define them.
public struct FormCatalogue: Sendable {
    public let kinds: [FormKind]
    public let fields: [String: FieldDefinition]
    let forbiddenText: [ForbiddenText]
    let forbiddenDocuments: [ForbiddenDocument]

    private enum Failure: Error { case damaged(String) }

    struct ForbiddenText: Codable, Sendable {
        var pattern: String
        var fr: String
        var en: String
    }

    struct ForbiddenDocument: Codable, Sendable {
        var words: [String]
        var fr: String
        var en: String
    }

    private struct KindFile: Codable {
        var kind: String
        var version: Int
        var fr: String
        var en: String
        var summary_fr: String
        var summary_en: String
        var from: [String]?
        var to: [String]?
        var copies_to: [String]?
        var call_first: Bool?
        var shares_secrets: Bool?
        var nominative: Bool?
        var reply_only: Bool?
        var adhesion: KindLaw.Adhesion?
        var legal_bases: [String]
        var attachments: Bool?
        var without: [String]?
        var required: [String]
        var optional: [String]
        var one_of: [[String]]?
        var never_fr: String
        var never_en: String
        var demands: [FormDemand]?
        var only: [String: [String]]?
        var variants: [FormVariant]?
    }

    private struct CommonFile: Codable {
        var required: [String]
        var optional: [String]
        var forbidden_text: [ForbiddenText]
        var forbidden_documents: [ForbiddenDocument]
    }

    /// Those of this program, read once by a process and only by one that asks for them. A data file that cannot be read is a
    /// mistake in the program, which its tests would meet at once.
    public static let shipped: FormCatalogue = {
        do {
            return try FormCatalogue(decoder: YAMLDecoder())
        } catch {
            fatalError("the forms in this program are damaged: \(error)")
        }
    }()

    private init(decoder: YAMLDecoder) throws {
        fields = try decoder.decode([String: FieldDefinition].self, from: Data(PackageResources.fields_yaml))
        let common = try decoder.decode(CommonFile.self, from: Data(PackageResources.common_yaml))
        forbiddenText = common.forbidden_text
        forbiddenDocuments = common.forbidden_documents
        let files = [
            PackageResources.referral_yaml, PackageResources.orientation_yaml,
            PackageResources.follow_up_report_yaml, PackageResources.no_contact_notice_yaml,
            PackageResources.deterioration_notice_yaml, PackageResources.concern_report_yaml,
            PackageResources.minor_judicial_report_yaml, PackageResources.vulnerable_adult_report_yaml,
            PackageResources.judicial_transmission_yaml, PackageResources.weapon_prefect_notice_yaml,
            PackageResources.contact_request_yaml, PackageResources.reminder_yaml,
            PackageResources.activity_report_yaml, PackageResources.reply_yaml, PackageResources.correction_yaml,
            PackageResources.consent_withdrawal_yaml, PackageResources.misdirection_return_yaml
        ]
        kinds = try files.map { Self.kind(try decoder.decode(KindFile.self, from: Data($0)), common) }
        for kind in kinds {
            let variants = kind.variants.flatMap { $0.required + $0.optional }
            for name in kind.fields + variants where fields[name] == nil { throw Failure.damaged(name) }
        }
        let scopes = fields["shared_scope"]?.codes ?? []
        for (name, field) in fields {
            if let scope = field.scope, !scopes.contains(scope) { throw Failure.damaged(name) }
        }
    }

    private static func kind(_ file: KindFile, _ common: CommonFile) -> FormKind {
        let without = file.without ?? []
        return FormKind(
            id: file.kind, version: file.version, title: Label(fr: file.fr, en: file.en),
            summary: Label(fr: file.summary_fr, en: file.summary_en),
            never: Label(fr: file.never_fr, en: file.never_en),
            law: KindLaw(
                from: file.from, to: file.to, copiesTo: file.copies_to ?? [], callFirst: file.call_first ?? false,
                sharesSecrets: file.shares_secrets ?? false, nominative: file.nominative ?? true,
                replyOnly: file.reply_only ?? false, adhesion: file.adhesion ?? .open, legalBases: file.legal_bases,
                attachments: file.attachments ?? false),
            required: file.required + common.required.filter { !without.contains($0) },
            optional: file.optional + common.optional.filter { !without.contains($0) }, oneOf: file.one_of ?? [],
            demands: file.demands ?? [], only: file.only ?? [:], variants: file.variants ?? [])
    }

    public subscript(kind: String) -> FormKind? { kinds.first { $0.id == kind } }
}
