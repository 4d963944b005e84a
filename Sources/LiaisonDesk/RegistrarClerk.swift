// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords
import Synchronization

/// A registrar's vault while one request is answered, with the institution's relay.
struct RegistrarAtWork {
    let registrar: Registrar
    let relay: HTTPRelayConnection
    let log: NoteKey
    let now: Instant
    let language: Language
    /// Whether the relay answered: otherwise only what this device holds is known.
    let isReachable: Bool
    /// The version of a roster that was lost when the relay had to be restored.
    let lost: Int?

    /// A unit as people call it.
    func name(_ address: UnitAddress) throws -> String {
        try registrar.units().first { $0.address == address }.map { "\($0.name) (\($0.town))" } ?? address.description
    }

    func day(_ instant: Instant) -> String { LocalTime(.current).day(instant, language) }
    /// The last day of a time that ends at an instant.
    func lastDay(_ end: Instant) -> String { day(end - 1) }

    /// Makes a change of the draft, where there is one to make, and publishes it.
    ///
    /// - Throws: `NotPublished` when the draft was changed and is not published.
    func publish(_ body: (Registrar) throws -> Void = { _ in }) async throws -> RosterOutcome {
        try body(registrar)
        do {
            return try await registrar.publish(over: relay, log: log, now: now)
        } catch {
            if case ClientFailure.registrar(.draftReplaced) = error { throw error }
            throw NotPublished(why: error)
        }
    }
}

/// A change stands in the draft and did not come into force.
struct NotPublished: Error {
    let why: any Error
}

/// Something was left out that the form asks for.
enum MissingAnswer: Error {
    case choice, day, file, invitation
    /// The page was shown before.
    case shown

    func text(_ language: Language) -> String {
        switch self {
        case .choice:
            language(
                "Un choix manque, ou ne convient pas ; rien n'a été fait.\nRevenez en arrière et complétez.",
                "A choice is missing, or will not do; nothing was done.\nGo back and complete it.")
        case .day:
            language(
                "Une date manque ou n'existe pas ; rien n'a été fait.\nÉcrivez-la ainsi : 2026-11-30.",
                "A date is missing or does not exist; nothing was done.\nWrite it like this: 2026-11-30.")
        case .file:
            language(
                "Aucun fichier n'a été choisi, ou la page qui le montrait est trop ancienne ; rien n'a été fait.\nChoisissez de nouveau le fichier de votre collègue.",
                "No file was chosen, or the page that showed it is too old; nothing was done.\nChoose your colleague's file again."
            )
        case .invitation:
            language(
                "Cette invitation n'existe plus : elle a été close, ou sa durée est passée.",
                "This invitation is no more: it was ended, or its time has passed.")
        case .shown:
            language(
                "Ces mots ont déjà été montrés, et ne le sont qu'une fois.\nSi la personne ne les a pas tapés : closez cette invitation dans « Personnes », et invitez de nouveau.",
                "These words were shown before, and are shown only once.\nIf the person has not typed them: end this invitation under “People”, and invite again."
            )
        }
    }
}

/// Works with a registrar's vault as `Clerk` does with an agent's: each request opens it, takes over what colleagues published, and
/// closes it.
struct RegistrarClerk: Sendable {
    let clerk: Clerk

    func work<Value: Sendable>(
        _ reach: Clerk.Reach = .relay, isUse: Bool = true,
        _ body: @Sendable (RegistrarAtWork) async throws -> Value
    ) async throws -> Value {
        let (language, now) = (clerk.language, clerk.now)
        return try await clerk.open(isUse: isUse) { vault, relay in
            let registrar = try Registrar(vault: vault)
            guard let log = try registrar.log().noteKey else { throw ClientFailure.broken(.conventionRefused) }
            var (isReachable, lost): (Bool, Int?) = (true, nil)
            switch reach {
            case .here: break
            case .relay: lost = try await registrar.sync(over: relay, log: log, now: now)
            case .relayIfReachable:
                do {
                    lost = try await registrar.sync(over: relay, log: log, now: now)
                } catch ClientFailure.unreachable {
                    isReachable = false
                }
            }
            return try await body(
                RegistrarAtWork(
                    registrar: registrar, relay: relay, log: log, now: now, language: language,
                    isReachable: isReachable, lost: lost))
        }
    }

    /// How many requests wait for the registrar's word, and how many changes for being published. Nothing is taken over here: that a
    /// colleague's roster replaced a draft is told to a person.
    func counts() async throws -> [String: Int] {
        try await work(.here, isUse: false) { work in
            [
                "people": try await work.registrar.requests(over: work.relay).count { $0.state == .requested },
                "roster": try work.registrar.unpublished(now: work.now).changes.count
            ]
        }
    }
}

/// Asks the relay now and then, while the desk is unlocked, whether somebody answered an invitation, and tells the open pages.
struct RegistrarListening: Sendable {
    let clerk: RegistrarClerk
    let bulletin: Bulletin
    private static let period = Duration.seconds(30)

    /// Runs until the desk locks or the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                let counts = try await clerk.counts()
                tell(counts)
            } catch is Clerk.Locked {
                return
            } catch {
                let now = clerk.clerk.now
                bulletin.tell { $0.deafSince = $0.deafSince ?? now }
            }
            try? await Task.sleep(for: Self.period)
        }
    }

    private func tell(_ counts: [String: Int]) {
        let old = bulletin.standing
        guard old.counts != counts || old.deafSince != nil else { return }
        let isNew = counts["people"] ?? 0 > old.counts["people"] ?? 0
        let language = clerk.clerk.language
        bulletin.tell { standing in
            standing.counts = counts
            standing.deafSince = nil
            standing.say =
                isNew ? language("Une demande attend votre réponse.", "A request waits for your answer.") : ""
        }
        bulletin.forgetSaying()
    }
}

/// What one page leaves for the next, in memory and never for long: which code was not shown yet, and the roster that a colleague
/// signed and this registrar looks at. The code itself stays in the vault.
final class Handover: Sendable {
    private struct State {
        var unseen: Set<Hash> = []
        var note: SignedNote?
    }

    private let state = Mutex(State())

    func put(unseen id: Hash) { state.withLock { _ = $0.unseen.insert(id) } }

    /// Whether the code of an invitation has still to be shown: it will have been, from then on.
    func take(unseen id: Hash) -> Bool { state.withLock { $0.unseen.remove(id) != nil } }

    func put(_ note: SignedNote) { state.withLock { $0.note = note } }

    /// The roster that was last brought, if it is this one.
    func note(_ hash: Hash?) -> SignedNote? { state.withLock { $0.note }.flatMap { $0.hash == hash ? $0 : nil } }
}
