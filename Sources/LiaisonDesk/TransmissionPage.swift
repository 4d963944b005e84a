// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonHistory
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonWire
import LiaisonWords

/// A transmission as a person reads it: what it is, from whom and until when; safety before any telephone number; then the form, with
/// what was corrected since; what can be done; and what the log proves.
struct TransmissionPage: Page {
    static let template = "transmission"

    struct Field: Sendable {
        let label: String
        let value: String
        /// A number to call; nil for what is none.
        let call: String?
        /// Said in front of a number where calling is dangerous.
        let unsafe: String?
        let corrected: String?
        let former: String?
    }

    struct Part: Sendable {
        let name: String
        let size: String
        let path: String
    }

    struct Step: Sendable {
        let when: String
        let what: String
        let proof: String
    }

    struct Delivery: Sendable {
        let unit: String
        let state: String
        let due: String?
        let steps: [Step]
    }

    struct Link: Sendable {
        let path: String
        let text: String
    }

    let id: String
    let path: String
    let title: String
    let urgency: String
    let urgencyWords: String
    let urgencySign: String
    let from: String
    let author: String?
    let to: String
    let deposited: String
    let isDeposited: Bool
    let due: String?
    let state: String?
    let callMade: String?
    let answered: Link?
    let numbers: [Call]
    let safety: [String]
    /// Who reads the unit's mail and did not when this agent last had to do with it.
    let newReaders: [String]
    let isOpened: Bool
    let canOpen: Bool
    let fields: [Field]
    let parts: [Part]
    let hasParts: Bool
    let thread: [Link]
    let hasThread: Bool
    let deliveries: [Delivery]
    let canAnswer: Bool
    /// What one of the agent's units may send to the other side about it.
    let answers: [Choice]
    let hasAnswers: Bool
    let ownUnit: String
    let otherUnit: String
    let hasProof: Bool
    let canWithdraw: Bool
    let canErase: Bool
    let refusalReasons: [Choice]
    let withdrawalReasons: [Choice]
    let erasureReasons: [Choice]
    /// Why the content cannot be shown here.
    let problem: String?

    init(_ id: TransmissionID, _ session: Session, _ voice: Voice) async throws {
        let language = voice.language
        let own = try session.outbox.sealed(id)
        let delivery = own == nil ? try await session.delivery(id) : nil
        guard let routing = own ?? delivery?.routing else { throw ClientFailure.unknownTransmission(id.description) }
        try await session.know(Set(([routing.from] + routing.recipients).map(\.institution)))
        var opened: OpenedTransmission?
        var problem: String?
        if own != nil {
            do {
                opened = try await session.read(id, catalogue: voice.catalogue)
            } catch {
                problem = ClientFailure.sealedContentLost(id).text(language)
            }
        } else if let delivery {
            opened = try session.openedHere(delivery, voice.catalogue)
        }
        let related = try await session.answers(to: id)
        let corrections = try await session.corrections(among: related, catalogue: voice.catalogue)
        let tracked = try? await session.history(of: id)

        self.id = id.description
        path = "/transmissions/\(id)"
        title = voice.title(routing.kind)
        urgency = routing.urgency.rawValue
        urgencyWords = routing.urgency.text(language)
        urgencySign = routing.urgency.sign
        from = voice.name(routing.from)
        author = opened?.envelope.body.by.description
        to = routing.recipients.map(voice.name).joined(separator: " ; ")
        deposited = voice.when(delivery?.event.event.at ?? routing.sealedAt)
        isDeposited = delivery != nil || tracked?.deliveries.isEmpty == false
        let isWaiting = delivery.map { !$0.state.isFinal } ?? false
        due = isWaiting ? delivery?.dueAt.map { voice.due($0) } : nil
        state = delivery?.state.text(language)
        callMade = routing.phoneConfirmedAt.map(voice.when)
        answered = routing.inReplyTo.map { Link(path: "/transmissions/\($0)", text: $0.description) }
        numbers = voice.numberLines(delivery == nil ? routing.to : routing.from).map(Call.init)
        newReaders = try await session.newReaders(of: [delivery?.unit].compactMap(\.self)).map { $0.text(voice) }
        isOpened = opened != nil
        canOpen = delivery != nil && opened == nil
        self.problem = problem
        let form = opened?.form ?? []
        safety = voice.safety(form)
        fields = FormReading(form: form, voice: voice).fields(corrections)
        parts = (opened?.parts ?? []).enumerated().map { index, part in
            Part(
                name: part.name, size: FileSize.text(part.size, language),
                path: "/transmissions/\(id)/attachments/\(index)")
        }
        hasParts = !parts.isEmpty
        thread = related.map { Link(path: "/transmissions/\($0.routing.id)", text: voice.text($0)) }
        hasThread = !thread.isEmpty
        let time = LocalTime(session.timeZone)
        deliveries = (tracked?.deliveries ?? []).map { each in
            Delivery(
                unit: voice.name(each.unit), state: each.state.text(language),
                due: each.state.isFinal ? nil : each.dueAt.map { voice.due($0) },
                steps: (tracked?.events ?? []).filter { $0.event.unit == nil || $0.event.unit == each.unit }.told.map {
                    step in
                    Step(
                        when: time.text(step.event.at, language), what: step.text(time, language),
                        proof: step.proof(language))
                })
        }
        let (mine, other) = (delivery?.unit ?? routing.from, delivery == nil ? routing.to : routing.from)
        answers = Self.kinds(from: mine, to: other, session, voice)
        hasAnswers = !answers.isEmpty
        ownUnit = mine.description
        otherUnit = other.description
        hasProof = !deliveries.isEmpty
        canAnswer = isWaiting && opened != nil
        canWithdraw = own != nil && tracked?.deliveries.contains { !$0.state.isFinal } ?? false
        canErase = tracked.map { !$0.isErased } ?? false
        refusalReasons = Self.reasons(.refused, language)
        withdrawalReasons = Self.reasons(.withdrawn, language)
        erasureReasons = Self.reasons(.erased, language)
    }

    private static func kinds(
        from: UnitAddress, to: UnitAddress, _ session: Session, _ voice: Voice
    ) -> [Choice] {
        guard let sender = session.directory.unit(from), let recipient = session.directory.unit(to),
            let convention = session.directory.convention?.body
        else { return [] }
        return voice.catalogue.kinds.filter { !convention.flows(of: $0.id, from: sender, to: recipient).isEmpty }
            .map { Choice(value: $0.id, label: $0.title.text(voice.language), isChosen: $0.id == "reply") }
    }

    private static func reasons(_ act: Act.Kind, _ language: Language) -> [Choice] {
        ReasonCode.allowed(with: act).map { Choice(value: $0.rawValue, label: $0.text(language), isChosen: false) }
    }
}
