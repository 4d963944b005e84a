// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
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
            throw Stop.fails(
                .envelope, "enveloppe illisible (code pour l'assistance : \(error))", "\(error)")
        }
    }

    mutating func checkConvention(_ routing: Routing, _ log: NoteKey, _ past: inout PastDocuments) throws {
        let institutions = Set(([routing.from] + routing.recipients).map(\.institution))
        guard Array(past.convention.note.serialized.utf8) == (try need(DossierFile.convention)),
            past.convention.note.hash == routing.convention
        else {
            throw Stop.fails(
                .convention, "ce n'est pas la convention que nomme l'enveloppe",
                "not the convention that the envelope names")
        }
        do {
            try past.verify(institutions)
        } catch let stop as Stop {
            throw stop
        } catch {
            throw Stop.fails(
                .convention, "convention non valable (code pour l'assistance : \(error))", "\(error)")
        }
        guard past.convention.claimed.log(log.name)?.key == log.key else {
            throw Stop.fails(
                .convention, "elle nomme une autre clé pour ce journal", "it names another key for this log")
        }
        var unknown: [InstitutionID] = []
        for institution in institutions.sorted() {
            guard let keys = trust.parties[institution] else {
                unknown.append(institution)
                continue
            }
            let isSigned = keys.compactMap { NoteKey(name: institution.description, key: $0) }
                .contains { (try? past.convention.note.checkSignature(by: $0)) != nil }
            guard isSigned else {
                throw Stop.fails(
                    .convention, "non signée par la clé de confiance de \(institution)",
                    "not signed by the trusted key of \(institution)")
            }
        }
        let name = "\(past.convention.claimed.name) version \(past.convention.claimed.version)"
        if unknown.isEmpty {
            report.holds(
                .convention, "\(name), signée par \(institutions.sorted().map(\.description).joined(separator: ", "))",
                "\(name), signed by \(institutions.sorted().map(\.description).joined(separator: ", "))")
        } else {
            let list = unknown.map(\.description).joined(separator: ", ")
            report.missing(.convention, "aucune clé de confiance de \(list)", "no trusted key of \(list)")
        }
    }

    mutating func checkEnvelope(
        _ offered: Unverified<Envelope>, _ head: DossierHead, _ events: [VerifiedEvidence], _ log: NoteKey,
        _ past: inout PastDocuments
    ) throws -> (Verified<Envelope>, Flow) {
        let routing = offered.claimed.routing
        guard routing.id == head.transmission else {
            throw Stop.fails(.envelope, "elle porte sur une autre transmission", "of another transmission")
        }
        let taken: [EventName] = [.submissionAcceptance, .contentConsignment]
        guard let first = events.first(where: { taken.contains($0.event.event) }) else {
            throw Stop.missing(.envelope, "la preuve que le journal l'a prise", "no evidence that the log took it")
        }
        let indices = Set(events.map(\.index))
        for event in events {
            // That records were erased at the audit limit is said of entries, not of a transmission.
            let isNotice =
                event.event.isNotice
                && (event.event.entries ?? []).contains { $0 != event.index && indices.contains($0) }
            guard isNotice || event.event.envelope == offered.note.hash && event.event.transmission == routing.id else {
                throw Stop.fails(
                    .events, "entrée \(event.index) : elle porte sur une autre transmission",
                    "entry \(event.index) is about another transmission")
            }
        }
        guard past.conventionIndex < first.index else {
            throw Stop.fails(
                .convention, "publiée après la transmission", "published after the transmission")
        }
        let directory = try past.directory(for: routing, before: first.index)
        report.holds(
            .directory, "\(past.count) documents, en vigueur par leur place dans le journal",
            "\(past.count) documents, in force by their place in the log")
        guard let key = directory.agent(offered.claimed.by)?.noteKey, let verified = try? offered.verified(by: key)
        else {
            throw Stop.fails(.envelope, "non signée par son auteur", "not signed by its author")
        }
        guard routing.checkpoint.map({ $0.size <= first.index }) ?? true else {
            throw Stop.fails(
                .log, "l'auteur de l'enveloppe avait vu un journal plus long", "the envelope's author saw a longer log")
        }
        guard events.allSatisfy({ $0.event.event != .submissionAcceptance || $0.event.agent == verified.body.by })
        else {
            throw Stop.fails(.events, "un dépôt au nom d'un autre agent", "a submission in another agent's name")
        }
        let flow: Flow
        do {
            flow = try directory.permit(
                routing, by: verified.body.by, log: log.name, size: verified.body.content.size,
                at: max(first.event.at, past.latest(before: first.index))
            ).flow
        } catch {
            throw Stop.fails(
                .envelope, "la convention ne la permet pas (code pour l'assistance : \(error.rawValue))",
                "the convention does not permit it (\(error.rawValue))")
        }
        report.holds(
            .envelope, "signée par \(verified.body.by) pour \(routing.from)",
            "signed by \(verified.body.by) for \(routing.from)")
        return (verified, flow)
    }
}
