// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonNotes

/// Asks others to vouch for the log's latest checkpoint: witnesses whenever it has grown, a time-stamp authority at an
/// interval. Whatever they answer, or do not, never holds up the log.
public actor Anchoring {
    public struct Witness: Sendable {
        public let name: String
        let ask: @Sendable (AddCheckpoint) async throws -> WitnessAnswer
        /// The log's own largest checkpoint that it cosigned.
        public let latest: @Sendable () async throws -> String?

        public init(
            name: String, ask: @escaping @Sendable (AddCheckpoint) async throws -> WitnessAnswer,
            latest: @escaping @Sendable () async throws -> String?
        ) {
            self.name = name
            self.ask = ask
            self.latest = latest
        }
    }

    public struct Authority: Sendable {
        /// Between two tokens.
        let interval: Seconds
        /// A verified token (DER) over some bytes.
        let stamp: @Sendable ([UInt8]) async throws -> [UInt8]

        public init(interval: Seconds, stamp: @escaping @Sendable ([UInt8]) async throws -> [UInt8]) {
            self.interval = interval
            self.stamp = stamp
        }
    }

    /// What the operator's metrics say.
    public enum Report: Sendable {
        case witness(name: String, isUp: Bool)
        case authority(isUp: Bool)
    }

    private let relay: Relay
    private let witnesses: [Witness]
    private let authority: Authority?
    private let report: @Sendable (Report) -> Void
    /// Sizes that each witness cosigned last; asked for again after a restart.
    private var cosigned: [String: Int] = [:]
    /// The checkpoint that the last round was about, and when; nil after one that failed.
    private var asked: (size: Int, at: Instant)?
    private var stampedSize = 0
    private var stampedAt: Instant?

    public init(
        relay: Relay, witnesses: [Witness], authority: Authority?,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.relay = relay
        self.witnesses = witnesses
        self.authority = authority
        self.report = report
    }

    /// After this time a checkpoint is cosigned again though the log has not grown: clients want to hear from witnesses
    /// within the hour.
    private static let freshness: Seconds = 600

    /// One round of the node that asks others to vouch for the log; the other nodes publish what it was told.
    public func round() async throws {
        guard await relay.store.leads() else {
            guard let anchor = try await relay.store.latestCosigned(), anchor.size != asked?.size else { return }
            asked = (anchor.size, relay.clock())
            return relay.publication.publish(
                anchor.checkpoint + anchor.cosignatures.joined(), size: anchor.size, at: relay.clock())
        }
        try await step()
    }

    /// One round over the latest checkpoint.
    public func step() async throws {
        guard let head = try await relay.store.head() else { return }
        let now = relay.clock()
        if asked?.size != head.size || now - (asked?.at ?? 0) >= Self.freshness { try await cosign(head, at: now) }
        try await stamp(head)
    }

    private func cosign(_ head: StoredHead, at now: Instant) async throws {
        asked = (head.size, now)
        var lines: [String] = []
        for witness in witnesses {
            do {
                if let line = try await ask(witness, head) { lines.append(line) }
                report(.witness(name: witness.name, isUp: true))
            } catch {
                asked = nil
                report(.witness(name: witness.name, isUp: false))
            }
        }
        guard !lines.isEmpty else { return }
        try await relay.store.add(cosignatures: lines, size: head.size)
        relay.publication.publish(head.checkpoint + lines.joined(), size: head.size, at: now)
    }

    private func ask(_ witness: Witness, _ head: StoredHead) async throws -> String? {
        // At most twice: when what we think that it has is not what it has.
        for _ in 0..<2 {
            let old = cosigned[witness.name] ?? 0
            let request = AddCheckpoint(
                old: old, proof: try await consistency(from: old, to: head.size), checkpoint: head.checkpoint)
            switch try await witness.ask(request) {
            case .cosigned(let line):
                cosigned[witness.name] = head.size
                return line
            case .conflict(let size) where size <= head.size && size != old: cosigned[witness.name] = size
            case .conflict, .refused:
                // It has seen more of this log than this log: its word is shown to ourselves, and we stop.
                if let checkpoint = try await witness.latest() { try await relay.show(checkpoint) }
                throw Refusal()
            }
        }
        throw Refusal()
    }

    private struct Refusal: Error {}

    private func consistency(from old: Int, to size: Int) async throws -> [Hash] {
        guard old > 0, old < size, let plan = ProofPlan.consistency(from: old, to: size) else { return [] }
        guard let path = plan.hashes(from: try await relay.store.tiles(plan.tiles)) else {
            throw LogFailure.tilesMissing
        }
        return path
    }

    private func stamp(_ head: StoredHead) async throws {
        guard let authority, head.size > stampedSize else { return }
        if stampedAt == nil { stampedAt = try await relay.store.latestTimeStamp() }
        let now = relay.clock()
        guard now - (stampedAt ?? 0) >= authority.interval else { return }
        // Tried again at the next interval's tenth, so that an authority that is down is not overrun.
        stampedAt = now - authority.interval + max(authority.interval / 10, 1)
        do {
            let text = try SignedNote(parsing: head.checkpoint, limit: Checkpoint.maximumSize).text
            let token = try await authority.stamp(Array(text.utf8))
            try await relay.store.add(timeStamp: token, size: head.size, at: now)
            (stampedSize, stampedAt) = (head.size, now)
            report(.authority(isUp: true))
        } catch {
            report(.authority(isUp: false))
        }
    }
}
