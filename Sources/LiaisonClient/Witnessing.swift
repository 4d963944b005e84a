// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonDossier
import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
import LiaisonWire

/// Whether others vouch for the history that this client is shown, by its policy (c2sp.org/tlog-policy).
public enum Witnessing: Hashable, Sendable {
    /// The policy wants no cosignature.
    case notAsked
    /// Enough witnesses cosigned a tree of this size within the last hour; the latest at this instant.
    case witnessed(size: Int, at: Instant, by: [String])
    /// Not yet, or not any more.
    case notYet
}

extension Session {
    /// The age beyond which a cosignature says nothing about now.
    private static let witnessLifetime: Seconds = .hours(1)
    /// The time that a relay and its witnesses have to bring a new entry under a cosigned tree.
    private static let witnessPatience: Seconds = .minutes(2)

    /// Asks the relay for the checkpoint that it publishes and counts its cosignatures.
    public func witnessing() async throws -> Witnessing {
        guard let policy = try trust.get()?.policy, policy.quorum != nil else { return .notAsked }
        guard let checkpoint = try? SignedCheckpoint(parsing: try await relay.checkpoint(), log: log) else {
            throw ClientFailure.broken(.evidence)
        }
        try await logView.agree(with: checkpoint.checkpoint)
        let start = clock() - Self.witnessLifetime
        let cosigned = policy.cosignatures(on: checkpoint, since: start)
        // An old tree cosigned again says nothing of what came since: heads of some minutes ago must be in it.
        let heads = [directoryView.head, directoryView.formerHead].compactMap(\.self).filter {
            $0.event.at <= clock() - Self.witnessPatience
        }
        guard policy.isSatisfied(by: checkpoint, since: start), let latest = cosigned.map(\.time).max(),
            heads.allSatisfy({ $0.index < checkpoint.checkpoint.size })
        else { return .notYet }
        return .witnessed(size: checkpoint.checkpoint.size, at: latest, by: cosigned.map(\.witness.name))
    }

    /// Before a deposit: what is not urgent waits until the log is witnessed as the policy wants; what is urgent never does,
    /// not even for a policy that cannot be read.
    ///
    /// - Returns: whether the log is witnessed.
    /// - Throws: `ClientFailure.notWitnessed`, or why the policy cannot be read.
    public func checkWitnessed(for urgency: Urgency) async throws -> Bool {
        let waits = urgency != .immediate && urgency != .urgent
        if case .failure(let unreadable) = trust {
            guard waits else { return false }
            throw unreadable
        }
        guard case .notYet = try await witnessing() else { return true }
        guard waits else { return false }
        throw ClientFailure.notWitnessed
    }
}
