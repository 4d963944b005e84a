// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// A request, before the registrar's word.
struct RequestPage: Page {
    static let template = "request"
    static let tab: String? = "people"

    let item: RequestItem
    let canApprove: Bool
    /// Whether the roster in force has the person already, so that only the invitation is left to end.
    let isEnrolled: Bool
    let isOpen: Bool
    let follows: [String]
    let warnings: [String]
    let hasWarnings: Bool

    init(_ request: JoinRequest, _ work: RegistrarAtWork) async throws {
        item = try RequestItem(request, work)
        isEnrolled = try work.registrar.isEnrolled(request)
        canApprove = request.state == .requested && request.possession != nil && !isEnrolled
        isOpen = request.state == .open
        let language = work.language
        guard canApprove else {
            (follows, warnings, hasWarnings) = ([], [], false)
            return
        }
        let forecast = try await work.registrar.forecast(over: work.relay, now: work.now) {
            _ = try $0.approve(request, now: work.now)
        }
        let invitation = request.invitation
        let isKnown = try work.registrar.published()?.agents.contains { $0.address == invitation.agent } == true
        follows =
            try [
                invitation.unit.map {
                    let name = try work.name($0)
                    return language(
                        "\(invitation.agent) pourra lire tout ce qui sera envoyé à \(name), dès que la liste est publiée. Ce qui a été envoyé auparavant lui reste fermé, sauf si un collègue le lui transmet (liaison transfer).",
                        "\(invitation.agent) will be able to read all that is sent to \(name), once the roster is published. What was sent before stays closed to them, unless a colleague hands it over (liaison transfer)."
                    )
                }
                    ?? language(
                        "\(invitation.agent) n'ouvre aucune transmission.", "\(invitation.agent) opens no transmission."
                    ),
                isKnown
                    ? language(
                        "Les clés de ce poste de travail remplacent celles que \(invitation.agent) avait : l'ancien poste ne lit plus rien.",
                        "The keys of this device replace those that \(invitation.agent) had: the old device reads nothing more."
                    ) : nil
            ].compactMap(\.self) + [ConfirmChangePage.signatures(work)].compactMap(\.self)
        warnings = ConfirmChangePage.warnings(forecast, language)
        hasWarnings = !warnings.isEmpty
    }
}
