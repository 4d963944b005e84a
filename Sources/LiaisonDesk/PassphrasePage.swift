// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import Hummingbird
import LiaisonForms
import LiaisonNotes
import LiaisonVault
import LiaisonWords

/// Puts the vault under another passphrase.
struct PassphrasePage: Page {
    static let template = "passphrase"

    /// By the name that the form has for it.
    enum Field { case passphrase, new, again }

    var fault = Fault(beginAt: Field.passphrase)
}

extension DeskRoutes {
    func addPassphrase(to router: Router<DeskContext>) {
        router.get(
            "passphrase",
            use: page { [self] _, context in
                // Only somebody who has opened the vault is shown the page.
                try await clerk.open(isUse: context.isUse) { _, _ in PassphrasePage() }
            })
        router.post("passphrase", use: changePassphrase)
    }

    @Sendable private func changePassphrase(_ request: Request, _ context: DeskContext) async throws -> Response {
        let form = try await form(of: request, context)
        func again(_ problem: String, at field: PassphrasePage.Field) -> Response {
            html(PassphrasePage(fault: Fault(problem, at: field)), context.guest, status: .unprocessableContent)
        }
        let new = form["new"] ?? ""
        if let problem = PassphraseWords.weakness(new, language) { return again(problem, at: .new) }
        guard new == form["again"] else { return again(PassphraseWords.different(language), at: .again) }
        do {
            try await lockOut.judge([.vault("")], now: clerk.now) {
                try await clerk.change(form.passphrase(), to: form.passphrase("new"))
            }
        } catch let waiting as LockOut.Waiting {
            return again(waiting.text(language), at: .passphrase)
        } catch VaultFailure.wrongPassphrase {
            return again(
                language("La phrase de passe actuelle est incorrecte.", "The passphrase of today is wrong."),
                at: .passphrase)
        } catch {
            return await failed(error, context)
        }
        // Who knew the old one is shown out.
        if printer.isShared { _ = await endStays(context) { $0 != context.guest } }
        return see("\(home)?done=passphrase", saying: context)
    }
}
