// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// An auditor's or DPO's signed demand to read the events of their own institution: the events leave the relay only in
/// answer to it, and it is itself an event.
public struct Inspection: SoleSignerDocument {
    public static let type = "liaison/inspection/v1"
    public static let maximumSize = 64 << 10
    /// More units than any institution has.
    public static let unitLimit = 1000

    public var by: AgentAddress
    public var log: String
    /// Events from `since` until before `until`, the relay's clock.
    public var since: Instant
    public var until: Instant
    /// Units of the institution, in order and each once: every one is told of the inspection, so that where its mailbox ends
    /// is in the log. Nil in those of earlier programs.
    public var units: [UnitAddress]?
    /// A claim of the author.
    public var at: Instant

    public init(by: AgentAddress, log: String, since: Instant, until: Instant, units: [UnitAddress]? = nil, at: Instant)
    {
        self.by = by
        self.log = log
        self.since = since
        self.until = until
        self.units = units
        self.at = at
    }

    /// Whether the units are of the author's institution, few enough, in order, and each named once.
    public var unitsAreInOrder: Bool {
        guard let units else { return true }
        return units.count <= Self.unitLimit && units.allSatisfy { $0.institution == by.institution }
            && zip(units, units.dropFirst()).allSatisfy { $0 < $1 }
    }

    public var signer: String { by.description }
}
