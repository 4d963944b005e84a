// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonNotes

/// The log's signature, its witnesses, and when the checkpoint existed.
extension DossierVerifier {
    mutating func checkLog(_ head: DossierHead) throws -> (NoteKey, SignedCheckpoint) {
        let text = try string(DossierFile.checkpoint)
        guard let claimed = NoteKey(head.log) else {
            throw Stop.fails(
                .log, "dossier.json ne donne pas de clé de vérification", "not a verifier key in dossier.json")
        }
        let origin = String(text.prefix { $0 != "\n" })
        let trusted = trust.log(origin)
        do {
            let checkpoint = try SignedCheckpoint(parsing: text, log: trusted ?? claimed)
            if trusted == nil {
                report.missing(
                    .log, "\(origin) n'est pas parmi les journaux de confiance",
                    "\(origin) is not among the trusted logs")
            } else {
                report.holds(
                    .log, "\(origin), \(checkpoint.checkpoint.size) entrées",
                    "\(origin), \(checkpoint.checkpoint.size) entries")
            }
            return (trusted ?? claimed, checkpoint)
        } catch {
            throw Stop.fails(
                .log, "le point de contrôle n'est pas signé par le journal (code pour l'assistance : \(error))",
                "the checkpoint is not signed by the log (\(error))")
        }
    }

    mutating func checkWitnesses(_ checkpoint: SignedCheckpoint) {
        guard trust.policy.quorum != nil else { return }
        let cosigned = trust.policy.cosignatures(on: checkpoint)
        if trust.policy.isSatisfied(by: checkpoint) {
            if let first = trust.policy.earliest(on: checkpoint) {
                bound = min(bound, first + Directory.clockTolerance)
            }
            let lists = [Self.frenchText, Self.text].map { time in
                cosigned.map { "\($0.witness.name) (\(time($0.time)))" }.joined(separator: ", ")
            }
            report.holds(.witnesses, lists[0], lists[1])
        } else {
            report.missing(
                .witnesses,
                "pas encore attesté : moins de cosignatures (\(cosigned.count)) que n'en exige la politique",
                "not yet witnessed: \(cosigned.count) cosignatures, fewer than the policy wants")
        }
    }

    /// - Parameter container: when the dossier itself was time-stamped, the checkpoint in it with it.
    mutating func checkTimeStamps(_ checkpoint: SignedCheckpoint, container: Int?) throws {
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
            let why = Label(
                fr: refusal.map { " (code pour l'assistance : \($0))" } ?? "", en: refusal.map { " (\($0))" } ?? "")
            return report.missing(
                .timeStamps, "pas encore horodaté par une autorité de confiance\(why.fr)",
                "not yet time-stamped by a trusted authority\(why.en)")
        }
        bound = min(bound, first + Directory.clockTolerance)
        report.holds(
            .timeStamps, "le journal contenait ces entrées le \(Self.frenchText(first))",
            "the log held these entries at \(Self.text(first))")
    }
}
