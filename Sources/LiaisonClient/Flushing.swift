// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel
public import LiaisonWire

/// What became of a transmission that waited in the outbox.
public struct FlushedItem: Sendable {
    public let routing: Routing
    /// The acceptance, or why it still waits.
    public let result: Result<VerifiedEvidence, WaitReason>
}

extension Session {
    /// Contents up to so many bytes go with whatever command comes next; larger ones when somebody asks for it.
    public static let largestUnasked = 8 << 20

    /// Deposits what waits in the outbox and needs nobody's word, the most urgent first; does nothing without the relay. One
    /// that is not taken stops no other.
    ///
    /// - Parameter largest: contents of more bytes are left.
    /// - Returns: all that waited, deposited or not.
    public func flush(catalogue: FormCatalogue, largest: Int = .max) async throws -> [FlushedItem] {
        guard offlineSince == nil else { return [] }
        var items: [FlushedItem] = []
        for item in try outbox.waiting() {
            let result = try await flush(item, catalogue, largest)
            if case .failure(let reason) = result { whyKept[item.routing.id] = reason }
            items.append(FlushedItem(routing: item.routing, result: result))
        }
        return items
    }

    private func flush(
        _ item: WaitingItem, _ catalogue: FormCatalogue, _ largest: Int
    ) async throws -> Result<VerifiedEvidence, WaitReason> {
        if let obstacle = item.obstacle(at: clock(), largest: largest) { return .failure(obstacle) }
        do {
            _ = try await checkWitnessed(for: item.routing.urgency)
            return .success(try await deposit(item.routing.id, catalogue: catalogue))
        } catch let failure as ClientFailure {
            return .failure(.failed(failure))
        } catch let problem as Problem {
            return .failure(problem.isFinal ? .refused(problem.code) : .failed(.refused(problem)))
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            // Its content is not here any more, or not whole: that stops no other, and no command.
            return .failure(.failed(.sealedContentLost(item.routing.id)))
        }
    }
}
