// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonHistory
import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// The convention in force, and the envelope under it.
extension DossierVerifier {
    func envelope() throws -> Unverified<Envelope> {
        do {
            return try Unverified<Envelope>(parsing: try need(DossierFile.envelope))
        } catch let error as Stop {
            throw error
        } catch {
            throw Stop.fails(.envelope(.notReadable("\(error)")))
        }
    }

    mutating func checkConvention(_ routing: Routing, _ log: NoteKey, _ past: inout PastDocuments) throws {
        let institutions = Set(([routing.from] + routing.recipients).map(\.institution))
        guard Array(past.convention.note.serialized.utf8) == (try need(DossierFile.convention)),
            past.convention.note.hash == routing.convention
        else { throw Stop.fails(.convention(.notTheEnvelopes)) }
        do {
            try past.verify(institutions)
        } catch let stop as Stop {
            throw stop
        } catch {
            throw Stop.fails(.convention(.refused("\(error)")))
        }
        guard past.convention.claimed.log(log.name)?.key == log.key else {
            throw Stop.fails(.convention(.otherLogKey))
        }
        var unknown: [InstitutionID] = []
        for institution in institutions.sorted() {
            guard let keys = trust.parties[institution] else {
                unknown.append(institution)
                continue
            }
            let isSigned = keys.compactMap { NoteKey(name: institution.description, key: $0) }
                .contains { (try? past.convention.note.checkSignature(by: $0)) != nil }
            guard isSigned else { throw Stop.fails(.convention(.notSignedByTrustedKey(of: institution))) }
        }
        if unknown.isEmpty {
            let convention = past.convention.claimed
            report.holds(
                .convention(.signed(name: convention.name, version: convention.version, by: institutions.sorted())))
        } else {
            report.missing(.convention(.noTrustedKey(of: unknown)))
        }
    }

    mutating func checkEnvelope(
        _ offered: Unverified<Envelope>, _ head: DossierHead, _ events: [VerifiedEvidence], _ log: NoteKey,
        _ past: inout PastDocuments
    ) throws -> (Verified<Envelope>, Flow) {
        let routing = offered.claimed.routing
        guard routing.id == head.transmission else {
            throw Stop.fails(.envelope(.otherTransmission))
        }
        let taken: [EventName] = [.submissionAcceptance, .contentConsignment]
        guard let first = events.first(where: { taken.contains($0.event.event) }) else {
            throw Stop.missing(.envelope(.notTaken))
        }
        let indices = Set(events.map(\.index))
        for event in events {
            // That records were erased at the audit limit is said of entries, not of a transmission.
            let isNotice =
                event.event.isNotice
                && (event.event.entries ?? []).contains { $0 != event.index && indices.contains($0) }
            guard isNotice || event.event.envelope == offered.note.hash && event.event.transmission == routing.id else {
                throw Stop.fails(.events(.otherTransmission(entry: event.index)))
            }
        }
        guard past.conventionIndex < first.index else {
            throw Stop.fails(.convention(.publishedAfterTransmission))
        }
        let directory = try past.directory(for: routing, before: first.index)
        report.holds(.directory(.inForce(documents: past.count)))
        guard let verified = directory.verified(offered) else { throw Stop.fails(.envelope(.notSignedByAuthor)) }
        guard routing.checkpoint.map({ $0.size <= first.index }) ?? true else {
            throw Stop.fails(.log(.authorSawLonger))
        }
        guard events.allSatisfy({ $0.event.event != .submissionAcceptance || $0.event.agent == verified.body.by })
        else { throw Stop.fails(.events(.otherSubmitter)) }
        let flow: Flow
        do {
            flow = try directory.permit(
                verified, log: log.name, at: first.event, after: past.latest(before: first.index)
            ).flow
        } catch {
            throw Stop.fails(.envelope(.notPermitted(error)))
        }
        report.holds(.envelope(.signed(by: verified.body.by, from: routing.from)))
        return (verified, flow)
    }
}
