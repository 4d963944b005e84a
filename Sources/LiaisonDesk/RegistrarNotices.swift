// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonWords

/// What every registrar's page says first: that the relay is not heard, that something was lost, that something is not published.
struct RegistrarNotices: Sendable {
    let lines: [String]
    let unpublished: String?

    init(_ work: RegistrarAtWork) throws {
        let language = work.language
        lines = [
            work.isReachable
                ? nil
                : language(
                    "RELAIS INJOIGNABLE : voici ce que ce poste sait ; les demandes et les clés n'en sont pas.",
                    "RELAY UNREACHABLE: this is what this device knows, without requests and keys."),
            work.lost.map { Registrar.text(lost: $0, language) }
        ].compactMap(\.self)
        let count = try work.registrar.unpublished(now: work.now).changes.count
        unpublished =
            count == 0
            ? nil
            : language(
                "\(count) modification\(count > 1 ? "s" : "") de votre brouillon \(count > 1 ? "ne sont pas publiées et ne comptent" : "n'est pas publiée et ne compte") pas encore.",
                "\(count) change\(count > 1 ? "s" : "") of your draft \(count > 1 ? "are" : "is") not published and \(count > 1 ? "do" : "does") not count yet."
            )
    }
}
