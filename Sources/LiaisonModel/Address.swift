// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation
public import LiaisonNotes

/// An institution of the convention, for example `cd01`.
public struct InstitutionID: TextCodable {
    public let description: String

    public init?(_ description: String) {
        guard AddressSyntax.isLabel(description) else { return nil }
        self.description = description
    }

    public static var expected: String { "an institution such as cd01" }

    /// Stands in a draft where the name is still missing or wrong.
    package static let unset = InstitutionID(exact: "unset")

    private init(exact description: String) { self.description = description }
}

/// A unit with a mailbox, for example `cms-bourg@cd01`.
public struct UnitAddress: TextCodable {
    public let local: String
    public let institution: InstitutionID

    public var description: String { "\(local)@\(institution)" }

    public init?(_ description: String) {
        guard let (local, institution) = AddressSyntax.split(description) else { return nil }
        self.local = local
        self.institution = institution
    }

    public static var expected: String { "a unit such as cms-bourg@cd01" }
}

/// One person's device under a pseudonym, for example `d-07@avema01`; the name it signs under.
public struct AgentAddress: TextCodable {
    public let local: String
    public let institution: InstitutionID

    public var description: String { "\(local)@\(institution)" }

    public init?(_ description: String) {
        guard let (local, institution) = AddressSyntax.split(description) else { return nil }
        self.local = local
        self.institution = institution
    }

    public static var expected: String { "an agent such as d-07@avema01" }
}

/// Labels are 1 to 40 of `a-z 0-9 -`, starting and ending with a letter or digit.
enum AddressSyntax {
    static func isLabel(_ text: String) -> Bool { isLabel(text.utf8[...]) }

    private static func isLabel(_ bytes: Substring.UTF8View) -> Bool {
        guard (1...40).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-")
        else { return false }
        return bytes.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
        }
    }

    static func split(_ text: String) -> (local: String, institution: InstitutionID)? {
        let bytes = text.utf8
        guard let sign = bytes.firstIndex(of: UInt8(ascii: "@")), isLabel(bytes[..<sign]),
            let institution = InstitutionID(String(text[bytes.index(after: sign)...]))
        else { return nil }
        return (String(text[..<sign]), institution)
    }
}

/// The identifier of a transmission, a lower-case UUID (RFC 9562).
///
/// New ones are of version 7: the millisecond in which they are made, then 74 random bits. So the rows that a store keeps under
/// identifiers lie beside each other in the order of their arrival, whatever else is stored. Those that were made with earlier versions
/// of this program, and are in logs, are of version 4.
public struct TransmissionID: TextCodable {
    public let description: String

    public init?(_ description: String) {
        guard description.utf8.count == 36 else { return nil }
        for (place, byte) in description.utf8.enumerated() {
            switch place {
            case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return nil }
            // The version, and the variant (RFC 9562, sections 4.1 and 4.2).
            case 14: guard "47".utf8.contains(byte) else { return nil }
            case 19: guard "89ab".utf8.contains(byte) else { return nil }
            default: guard (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) else { return nil }
            }
        }
        self.description = description
    }

    /// A new identifier of version 7 (RFC 9562, section 5.7), made at `date`.
    public static func fresh(at date: Date = Date(), from random: RandomBytes = .system) -> TransmissionID {
        let milliseconds = UInt64(exactly: (date.timeIntervalSince1970 * 1000).rounded(.down)) ?? 0
        var bytes = random(16)
        for place in 0..<6 { bytes[place] = UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * UInt64(place))) }
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        let hex = Hex.encode(bytes)
        var groups: [Substring] = []
        var rest = hex[...]
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return TransmissionID(exact: groups.joined(separator: "-"))
    }

    private init(exact description: String) { self.description = description }

    public static var expected: String { "a lower-case UUID" }
}
