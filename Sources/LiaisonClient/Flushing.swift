// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel
import LiaisonSealing
import LiaisonVault
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
        var silence: ClientFailure?
        for item in try outbox.waiting() {
            // A relay that does not answer any more is waited for once, and not once for each.
            let result =
                if let silence { Result<VerifiedEvidence, WaitReason>.failure(.failed(silence)) } else {
                    try await flush(item, catalogue, largest)
                }
            if case .failure(let reason) = result { whyKept[item.routing.id] = reason }
            if case .failure(.failed(let failure)) = result, failure.isOfTheLine { silence = failure }
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
        } catch let failure as ByteSourceFailure where failure.isOfAFullDisk {
            return .failure(.failed(.cannotWrite(account.vault.path)))
        } catch  where Self.isOfTheContent(error) {
            // That stops no other, and no command.
            return .failure(.failed(.sealedContentLost(item.routing.id)))
        }
    }

    /// Whether the sealed content is not here any more, or not whole. Anything else, a vault that cannot be written above all, says
    /// nothing about the content, which the relay may even have accepted.
    private static func isOfTheContent(_ error: any Error) -> Bool {
        error is ByteSourceFailure || error is AgeFailure || error is ContentFailure || error is OpeningRefusal
    }
}
