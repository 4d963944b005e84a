// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
import LiaisonWire

/// What may be asked of the sequencer.
public enum Command: Sendable {
    /// A transmission by the agent whose TLS key is on the connection.
    case submit(Unverified<Envelope>, SubmittedContent, arrived: ContentReference, peer: AgentAddress)
    case act(Unverified<Act>, peer: AgentAddress)
    case publishConvention(Unverified<Convention>)
    case publishRoster(Unverified<Roster>)
    case publishSuccession(Unverified<Succession>)
    case publishKeys(Unverified<AgentKeys>, peer: AgentAddress)
    /// Time passes: deadlines, retention, the hourly DirectoryHead.
    case tick
}

extension Command {
    /// Bytes of content that it holds in memory.
    var size: Int {
        guard case .submit(_, .inline(let bytes), _, _) = self else { return 0 }
        return bytes.count
    }
}

/// What came of a command.
public enum Outcome: Sendable {
    /// It is in the log at this index, now or since an earlier identical request.
    case recorded(index: Int)
    /// Nothing was to be done.
    case nothing
}
