// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import Synchronization

/// How far a transmission has got, so that whatever ends the command says which it is: not sent, kept, sent.
///
/// An error, Ctrl-C, a closed terminal and a full disk all come through here. The state is guarded by a lock, because a
/// signal is told on another thread.
final class SendOutcome: Sendable {
    enum Stage: Sendable {
        /// Nothing is known to wait: whatever ends the command now has to do with no transmission.
        case nothingBegun
        /// Nothing was sealed; answers given so far are kept where a draft is kept.
        case notSealed(draft: Bool)
        /// Sealed and on this device, not handed to the relay.
        case kept(TransmissionID)
        /// Handed to the relay, which has not confirmed it.
        case unconfirmed(TransmissionID)
        /// The log holds it.
        case sent(TransmissionID)
    }

    private struct State {
        var stage = Stage.notSealed(draft: false)
        /// Whom to call instead, in words.
        var numbers: [String] = []
        var isSaid = false
    }

    private let state = Mutex(State())
    private let console: Console

    init(_ console: Console) {
        self.console = console
        state.withLock { $0.numbers = [console.language("En cas de danger : 17 ou 112.", "In danger: 17 or 112.")] }
    }

    func reached(_ stage: Stage) { state.withLock { $0.stage = stage } }
    func call(_ numbers: [String]) { state.withLock { $0.numbers = numbers } }

    /// Runs a command; whatever ends it before the relay's acceptance is proven says so, and whom to call.
    func watch(_ body: () async throws -> Void) async throws {
        do {
            try await Interruption.saying(say, body)
        } catch {
            say()
            throw error
        }
    }

    private func say() {
        let state = state.withLock { state in
            defer { state.isSaid = true }
            return state
        }
        guard !state.isSaid else { return }
        let language = console.language
        switch state.stage {
        case .nothingBegun: return
        case .notSealed(let draft):
            console.say(language("NON TRANSMIS : la transmission n'est pas partie.", "NOT SENT: it has not left."))
            if draft {
                console.say(
                    language("Vos réponses sont gardées dans le coffre.", "Your answers are kept in the vault."))
            }
        case .kept(let id):
            console.say(
                language(
                    "NON TRANSMIS : scellée et gardée sur ce poste ; elle part avec la prochaine commande qui atteint le relais.\nPour la relire et la déposer : liaison outbox \(id)",
                    "NOT SENT: kept sealed in the vault; it leaves with the next command that reaches the relay.\nTo look at it and deposit it: liaison outbox \(id)"
                ))
        case .unconfirmed(let id):
            console.say(
                language(
                    "NON TRANSMIS : le relais n'a rien confirmé ; scellée et gardée sur ce poste.\nPour la déposer, sans risque de doublon : liaison outbox \(id)",
                    "NOT SENT: the relay has confirmed nothing; kept sealed in the vault.\nTo deposit it, never twice: liaison outbox \(id)"
                ))
        case .sent(let id):
            return console.say(
                language(
                    "TRANSMISE : \(id) est déposée ; seul l'affichage final a échoué. Ne la renvoyez pas.",
                    "SENT: \(id) is deposited; only the last lines could not be shown. Do not send it again."))
        }
        console.say(state.numbers)
    }
}
