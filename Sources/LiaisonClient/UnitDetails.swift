// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
public import LiaisonModel

/// What people are told of a unit and its institution may change at any time: what it is called, how to call it, and when it is
/// open. What it is and what it may do, its kind and its roles, stays as it is.
public struct UnitDetails: Hashable, Sendable {
    public enum Field: Hashable, Sendable, CaseIterable { case name, town, phone, dutyPhone, opening }

    public enum Problem: Hashable, Sendable {
        case missing
        case tooLong(limit: Int)
        /// Characters that nobody sees, or that turn the reading direction.
        case unseenCharacters
        case noTelephoneNumber(String)
        case tooManyHours(limit: Int)
        case hoursEndBeforeTheyBegin
    }

    public struct Finding: Hashable, Sendable {
        public let field: Field
        public let problem: Problem

        public init(_ field: Field, _ problem: Problem) {
            self.field = field
            self.problem = problem
        }
    }

    /// Signs in a name or a town.
    static let longest = 200

    public var name: String
    public var town: String
    public var phone: String
    /// Where to call outside opening hours.
    public var dutyPhone: String?
    /// Empty means always.
    public var opening: [OpeningHours]

    public init(name: String, town: String, phone: String, dutyPhone: String?, opening: [OpeningHours]) {
        self.name = name
        self.town = town
        self.phone = phone
        self.dutyPhone = dutyPhone
        self.opening = opening
    }

    public init(_ unit: LiaisonModel.Unit) {
        self.init(
            name: unit.name, town: unit.town, phone: unit.phone, dutyPhone: unit.dutyPhone, opening: unit.opening)
    }

    /// Everything that is wrong with them.
    public var findings: [Finding] {
        [
            Self.problem(line: name).map { Finding(.name, $0) }, Self.problem(line: town).map { Finding(.town, $0) },
            Self.problem(phone: phone).map { Finding(.phone, $0) },
            dutyPhone.flatMap(Self.problem(phone:)).map { Finding(.dutyPhone, $0) },
            openingProblem.map { Finding(.opening, $0) }
        ].compactMap(\.self)
    }

    private static func problem(line text: String) -> Problem? {
        if text.allSatisfy(\.isWhitespace) { return .missing }
        if text.count > longest { return .tooLong(limit: longest) }
        let isSeen = text.unicodeScalars.allSatisfy { $0 != "\n" && !FieldDefinition.isForbidden($0) }
        return isSeen ? nil : .unseenCharacters
    }

    private static func problem(phone text: String) -> Problem? {
        if text.allSatisfy(\.isWhitespace) { return .missing }
        return PhoneNumber(text) == nil ? .noTelephoneNumber(text) : nil
    }

    private var openingProblem: Problem? {
        if opening.count > Directory.openingLimit { return .tooManyHours(limit: Directory.openingLimit) }
        return opening.allSatisfy(\.isSound) ? nil : .hoursEndBeforeTheyBegin
    }

    /// In which fields they differ from others. Hours are the same in whatever order they stand.
    public func changed(from old: UnitDetails) -> [Field] {
        Field.allCases.filter { field in
            switch field {
            case .name: name != old.name
            case .town: town != old.town
            case .phone: phone != old.phone
            case .dutyPhone: dutyPhone != old.dutyPhone
            case .opening: Set(opening) != Set(old.opening)
            }
        }
    }

    /// Whether there are hours at which senders are given no number to call.
    public var isUnreachableWhenClosed: Bool { !opening.isEmpty && dutyPhone == nil }
}

extension Registrar {
    /// Changes what people are told of a unit.
    ///
    /// - Throws: `RegistrarObstacle.unitRefused` with everything that is wrong.
    public func set(_ details: UnitDetails, of unit: UnitAddress) throws {
        guard var known = try units().first(where: { $0.address == unit }) else {
            throw ClientFailure.unknownUnit(unit.description)
        }
        // The order of the same hours would count as a change of the roster.
        let isOpenAsBefore = !details.changed(from: UnitDetails(known)).contains(.opening)
        let opening = known.opening
        known = known.telling(details)
        if isOpenAsBefore { known.opening = opening }
        try put(known)
    }
}

extension LiaisonModel.Unit {
    /// The same unit with other details, where there are others.
    func telling(_ details: UnitDetails?) -> LiaisonModel.Unit {
        guard let details else { return self }
        var unit = self
        unit.name = details.name
        unit.town = details.town
        unit.phone = details.phone
        unit.dutyPhone = details.dutyPhone
        unit.opening = details.opening
        return unit
    }
}
