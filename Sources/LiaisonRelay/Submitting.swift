// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
public import LiaisonWire

/// What an agent has uploaded and not submitted yet.
struct StagedName: Hashable {
    let digest: Hash
    let owner: AgentAddress
}

/// What agents hand in: submissions, the uploads before them, and acts.
extension Relay {
    public func submit(
        _ envelope: Unverified<Envelope>, content: SubmittedContent, arrived: ContentReference,
        by peer: AgentAddress
    ) async throws -> Receipt {
        try quotas.submit(by: peer, envelope.claimed.routing.urgency, bytes: arrived.size, now: clock())
        return try await deposit(envelope, content, arrived: arrived, by: peer)
    }

    private func deposit(
        _ envelope: Unverified<Envelope>, _ content: SubmittedContent, arrived: ContentReference,
        by peer: AgentAddress
    ) async throws -> Receipt {
        try await checkSeen(envelope.claimed.routing.checkpoint)
        do {
            return try await receipt(for: .submit(envelope, content, arrived: arrived, peer: peer))
        } catch let problem as Problem where problem.code == .tooMuchUnopened {
            quotas.note("unopened")
            throw problem
        }
    }

    /// Whether the agent in force signed it: asked before anything is done that costs more than to ask.
    func isSigned<Body: SoleSignerDocument>(_ offered: Unverified<Body>, by peer: AgentAddress) -> Bool {
        guard let agent = sequencer.directory.agent(peer), agent.isInForce(at: clock()), let key = agent.noteKey else {
            return false
        }
        return (try? offered.verified(by: key)) != nil
    }

    /// Refuses what names a checkpoint that this log never had: in evidence it would speak against the log for ever, and it is
    /// nothing but its author's word.
    func checkSeen(_ seen: SeenCheckpoint?) async throws {
        guard let seen else { return }
        guard try await sequencer.has(seen) else { throw Problem(.checkpointUnknown) }
    }

    /// A submission whose content was staged before.
    public func submitStaged(_ envelope: Unverified<Envelope>, by peer: AgentAddress) async throws -> Receipt {
        let claimed = envelope.claimed.content
        // What it brings was counted when it was staged.
        try quotas.submit(by: peer, envelope.claimed.routing.urgency, bytes: 0, now: clock())
        var arrived = claimed
        if isSigned(envelope, by: peer), try await store.transmission(envelope.claimed.routing.id) == nil {
            guard let staged = try await closeStaged(claimed.sha256, owner: peer) else {
                throw Problem(.contentMissing)
            }
            arrived = staged
        }
        return try await deposit(envelope, .staged(claimed.sha256, owner: peer), arrived: arrived, by: peer)
    }

    /// Hashing what is staged takes long: for however many requests it is done once.
    private func closeStaged(_ digest: Hash, owner: AgentAddress) async throws -> ContentReference? {
        let found = try await closings.result(of: StagedName(digest: digest, owner: owner)) { [store] in
            try await store.closeStaged(digest, owner: owner)
        }
        // What is not what it says was dropped.
        if let found, found.sha256 != digest { await sequencer.noteErasure() }
        return found
    }

    public func stagedSize(_ digest: Hash, by peer: AgentAddress) async throws -> StagedContent {
        StagedContent(offset: try await store.stagedSize(digest, owner: peer))
    }

    public func stage(
        _ bytes: [UInt8], of digest: Hash, at offset: Int, by peer: AgentAddress
    ) async throws -> StagedContent {
        let largest = sequencer.directory.largestContent
        guard offset <= largest, bytes.count <= largest - offset else { throw Problem(.contentTooLarge) }
        // Two of the largest at a time: an agent cannot fill the disk.
        guard try await store.stagedSize(of: peer) <= 2 * largest - bytes.count else {
            quotas.note("agent_uploads")
            throw Problem(.tooManyRequests)
        }
        try quotas.stage(by: peer, bytes: bytes.count, now: clock())
        guard try await store.stage(bytes, of: digest, owner: peer, at: offset, now: clock()) else {
            throw Problem(.wrongOffset)
        }
        return StagedContent(offset: offset + bytes.count)
    }

    public func act(_ act: Unverified<Act>, by peer: AgentAddress) async throws -> Receipt {
        try quotas.act(by: peer, now: clock())
        try await checkSeen(act.claimed.checkpoint)
        if let content = act.claimed.content, isSigned(act, by: peer) {
            _ = try await closeStaged(content.sha256, owner: peer)
        }
        return try await receipt(for: .act(act, peer: peer))
    }
}
