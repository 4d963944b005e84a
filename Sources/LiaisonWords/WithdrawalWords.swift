// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
import LiaisonForms
import LiaisonModel
public import LiaisonNotes

extension Voice {
    /// What became of a withdrawal at one unit.
    ///
    /// - Parameter deadline: until when a breach has to be notified, where there was one.
    public func text(_ row: WithdrawalResult, notifyBefore deadline: Instant?) -> String {
        let unit = name(row.unit)
        guard let opened = row.openedAt.map(when) else {
            guard row.state == .withdrawn else { return unit + language(" : ", ": ") + row.state.text(language) }
            let held =
                row.retrievedBy.isEmpty
                ? ""
                : language(
                    " ; une copie scellée, qui n'a été montrée à personne, est chez \(row.retrievedBy.joined(separator: ", "))",
                    "; a sealed copy, shown to nobody, is with \(row.retrievedBy.joined(separator: ", "))")
            return language("\(unit) : pas encore ouverte, détruite", "\(unit): unopened, destroyed") + held
        }
        var text = language(
            "\(unit) : déjà ouverte (\(opened)), ne peut plus être retirée",
            "\(unit): opened already (\(opened)), cannot be taken back")
        if let demand = row.demand {
            text += language(" ; destruction demandée (\(demand))", "; destruction demanded (\(demand))")
        }
        if let before = deadline.map(when) {
            text += language(
                "\n  Violation de données à caractère personnel possible (RGPD, article 33) : prévenez votre délégué à la protection des données ; à notifier avant \(before)",
                "\n  Possible personal data breach (GDPR 33): tell your DPO; to be notified before \(before)")
        }
        return text
    }
}
