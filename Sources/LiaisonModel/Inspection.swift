// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// An auditor's or DPO's signed demand to read the events of their own institution: the events leave the relay only in
/// answer to it, and it is itself an event.
public struct Inspection: SoleSignerDocument {
    public static let type = "liaison/inspection/v1"
    public static let maximumSize = 4 << 10

    public var by: AgentAddress
    public var log: String
    /// Events from `since` until before `until`, Unix seconds, the relay's clock.
    public var since: Int
    public var until: Int
    /// Unix seconds; a claim of the author.
    public var at: Int

    public init(by: AgentAddress, log: String, since: Int, until: Int, at: Int) {
        self.by = by
        self.log = log
        self.since = since
        self.until = until
        self.at = at
    }

    public var signer: String { by.description }
}
