// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes

/// The log's signature, its witnesses, and when the checkpoint existed.
extension DossierVerifier {
    mutating func checkLog(_ head: DossierHead) throws -> (NoteKey, SignedCheckpoint) {
        let text = try string(DossierFile.checkpoint)
        guard let claimed = NoteKey(head.log) else {
            throw Stop.fails(.log(.noKey))
        }
        let origin = String(text.prefix { $0 != "\n" })
        let trusted = trust.log(origin)
        do {
            let checkpoint = try SignedCheckpoint(parsing: text, log: trusted ?? claimed)
            if trusted == nil {
                report.missing(.log(.notTrusted(origin: origin)))
            } else {
                report.holds(.log(.signed(origin: origin, entries: checkpoint.checkpoint.size)))
            }
            return (trusted ?? claimed, checkpoint)
        } catch {
            throw Stop.fails(.log(.signatureRefused("\(error)")))
        }
    }

    mutating func checkWitnesses(_ checkpoint: SignedCheckpoint) {
        guard trust.policy.quorum != nil else { return }
        let cosigned = trust.policy.cosignatures(on: checkpoint)
        if trust.policy.isSatisfied(by: checkpoint) {
            if let first = trust.policy.earliest(on: checkpoint) {
                bound = min(bound, first + Directory.clockTolerance)
            }
            report.holds(.witnesses(.cosigned(cosigned.map { .init(name: $0.witness.name, at: $0.time) })))
        } else {
            report.missing(.witnesses(.tooFew(cosigned.count)))
        }
    }

    /// - Parameter container: when the dossier itself was time-stamped, the checkpoint in it with it.
    mutating func checkTimeStamps(_ checkpoint: SignedCheckpoint, container: Instant?) throws {
        guard !trust.timeStampRoots.isEmpty else { return }
        var times = container.map { [$0] } ?? []
        var refusal: TimeStampToken.Failure?
        for name in files.names where name.hasPrefix("time-stamps/") {
            let token = TimeStampToken(der: try need(name))
            do {
                times.append(try token.verified(over: Array(checkpoint.note.text.utf8), roots: trust.timeStampRoots))
            } catch {
                refusal = error
            }
        }
        // One by a trusted authority is enough: whoever adds another spoils nothing.
        guard let first = times.min() else {
            return report.missing(.timeStamps(.notStamped(refusal: refusal.map { "\($0)" })))
        }
        bound = min(bound, first + Directory.clockTolerance)
        report.holds(.timeStamps(.stamped(first)))
    }
}
