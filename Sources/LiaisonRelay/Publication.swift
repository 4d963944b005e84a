// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes
import LiaisonWire
import Synchronization

/// The cosigned checkpoint that the relay publishes; a lock guards the one value that the asker of witnesses writes and
/// every reader reads.
public final class Publication: Sendable {
    /// For how long a cosigned checkpoint stands for a log that has grown since; after that its witnesses are down.
    static let lifetime: Seconds = 60

    private let current = Mutex<(checkpoint: String, size: Int, at: Instant)?>(nil)

    public func publish(_ checkpoint: String, size: Int, at instant: Instant) {
        current.withLock { $0 = (checkpoint, size, instant) }
    }

    /// What stands for a log of `size` entries at an instant; nil when the log's own latest checkpoint has to.
    func checkpoint(for size: Int, at instant: Instant) -> String? {
        current.withLock {
            $0.flatMap { $0.size == size || instant - $0.at <= Self.lifetime ? $0.checkpoint : nil }
        }
    }
}

/// Answers that are the same for everybody until something changes, ready to send.
final class PreparedAnswers: Sendable {
    private let largest: Int
    private let kept = Mutex<(state: Int, answers: [String: [UInt8]], bytes: Int)>((0, [:], 0))

    /// - Parameter largest: all answers together, in bytes with those of their names; what does not fit drops the others.
    init(largest: Int = 8 << 20) { self.largest = largest }

    /// - Parameters:
    ///   - name: what is asked for.
    ///   - state: a number that grows whenever the answer may be another.
    ///   - make: called when it is not there yet.
    func answer(
        _ name: String, in state: Int, _ make: () async throws -> some Encodable & Sendable
    ) async throws -> [UInt8] {
        if let ready = kept.withLock({ $0.state == state ? $0.answers[name] : nil }) { return ready }
        let answer = try WireJSON.encode(try await make())
        kept.withLock { kept in
            let size = answer.count + name.utf8.count
            guard state >= kept.state, size <= largest else { return }
            if state > kept.state || kept.bytes + size > largest { kept = (state, [:], 0) }
            if kept.answers.updateValue(answer, forKey: name) == nil { kept.bytes += size }
        }
        return answer
    }
}
