// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
public import LiaisonForms
public import LiaisonModel

// What people read of the outbox, in both languages: what waits has not been sent, and every line says so.

extension WaitReason {
    /// Why it waits, and what somebody can do.
    public func text(_ language: Language) -> String {
        switch self {
        case .isOld:
            language(
                "scellée il y a plus de douze heures, à relire avant de la déposer",
                "sealed more than twelve hours ago, to be looked at before it is deposited")
        case .wasDeposited:
            language(
                "déposée avant la restauration du relais : demandez à l'unité si elle l'a reçue",
                "deposited before the relay was restored: ask the unit whether it has it")
        case .isLarge:
            language(
                "volumineuse, elle part avec liaison outbox --flush", "large, it leaves with liaison outbox --flush")
        case .refused(let code):
            language("refusée par le relais : ", "refused by the relay: ") + code.text(language)
        case .failed(let failure): failure.text(language)
        }
    }
}

extension Voice {
    /// One that waits: what, for whom, why it has not left, and how it does.
    public func notSent(_ item: WaitingItem) -> String {
        let routing = item.routing
        let obstacle =
            session.whyKept[routing.id] ?? item.obstacle(at: session.clock(), largest: Session.largestUnasked)
        let why =
            obstacle.map { " (\($0.text(language)))" }
            ?? language(
                " ; part avec la prochaine commande qui atteint le relais",
                "; it leaves with the next command that reaches the relay")
        return notSent(routing, language("gardée sur ce poste", "kept on this device") + why)
    }

    private func notSent(_ routing: Routing, _ why: String) -> String {
        language("NON TRANSMIS : ", "NOT SENT: ") + sealed(routing) + language(" ; ", "; ") + why
            + language("\n  Déposer : liaison outbox \(routing.id)", "\n  Deposit: liaison outbox \(routing.id)")
    }

    /// What, for whom, and when it was sealed.
    public func sealed(_ routing: Routing) -> String {
        language(
            "\(heading(routing)), pour \(name(routing.to)), scellée \(when(routing.sealedAt))",
            "\(heading(routing)), for \(name(routing.to)), sealed \(when(routing.sealedAt))")
    }

    /// What became of one that waited.
    public func text(_ item: FlushedItem) -> String {
        let routing = item.routing
        switch item.result {
        case .success:
            return language("Déposée maintenant : ", "Deposited now: ") + sealed(routing)
                + language(" (référence \(routing.id))", " (reference \(routing.id))")
        case .failure(let reason): return notSent(routing, reason.text(language))
        }
    }
}
