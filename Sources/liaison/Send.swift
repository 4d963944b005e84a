// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonWire

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Seal a form and its attachments for a unit, and deposit them.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The kind, for example orientation (see: liaison forms).")
    var kind: String

    @Option(help: "The unit that shall receive it, for example cms-bourg@cd01.")
    var to: String

    @Option(help: "The unit it is sent from, when you belong to several.")
    var from: String?

    @Option(help: "The form as a YAML or JSON file; - reads standard input.")
    var form: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("One field.", valueName: "field=value"))
    var fields: [String] = []

    @Option(name: .customLong("attach"), help: "A file to attach; may be repeated.")
    var attachments: [String] = []

    @Option(help: "The transmission that this answers.")
    var replyTo: String?

    @Option(help: "immediate, urgent, priority or routine.")
    var urgency: String?

    @Option(help: "When you also told it by telephone, for example 2026-11-21T21:40:00Z.")
    var phoneConfirmedAt: String?

    @Flag(help: "Do not ask for confirmation.")
    var yes = false

    func run() async throws {
        var recipient: LiaisonModel.Unit?
        do {
            try await global.withSession { session, console in
                let catalogue = try FormCatalogue()
                var request = try request()
                recipient = session.directory.unit(request.to)
                guard recipient != nil else { throw ClientFailure.unknownUnit(to) }
                let (routing, _) = try session.permit(request)
                if routing.urgency.asksForACall {
                    console.say(console.language("TÉLÉPHONEZ D'ABORD.", "TELEPHONE FIRST."))
                    console.sayNumbers(recipient)
                }
                request.form = try readForm(catalogue)
                let plan = try session.plan(request, catalogue: catalogue)
                guard try yes || confirm(plan, recipient, console) else {
                    throw ClientFailure.input(fr: "non confirmé", en: "not confirmed")
                }
                let id = try await global.timed("seal") { try session.seal(plan) }
                try await global.timed("deposit") { try await Send.deposit(id, session, console) }
            }
        } catch {
            global.console().sayNotSent(to: recipient)
            throw error
        }
    }

    private func request() throws -> SendRequest {
        guard let to = UnitAddress(to) else { throw ClientFailure.unknownUnit(to) }
        var request = SendRequest(kind: kind, to: to)
        if let from {
            guard let unit = UnitAddress(from) else { throw ClientFailure.unknownUnit(from) }
            request.from = unit
        }
        if let urgency {
            guard let known = Urgency(rawValue: urgency) else {
                let codes = Urgency.allCases.map(\.rawValue).joined(separator: ", ")
                throw ClientFailure.input(fr: "urgence attendue : \(codes)", en: "expected urgency: \(codes)")
            }
            request.urgency = known
        }
        if let replyTo {
            guard let id = TransmissionID(replyTo) else { throw ClientFailure.unknownTransmission(replyTo) }
            request.inReplyTo = id
        }
        if let phoneConfirmedAt {
            guard let date = try? Date(phoneConfirmedAt, strategy: .iso8601) else {
                throw ClientFailure.input(
                    fr: "instant attendu, par exemple 2026-11-21T21:40:00Z",
                    en: "expected an instant such as 2026-11-21T21:40:00Z")
            }
            request.phoneConfirmedAt = Int(date.timeIntervalSince1970)
        }
        request.attachments = attachments
        return request
    }

    /// The file's fields, then those of --set.
    private func readForm(_ catalogue: FormCatalogue) throws -> [String: FieldValue] {
        var values: [String: FieldValue] = [:]
        if let form {
            let data =
                form == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: form)
            guard let data, let text = String(bytes: data, encoding: .utf8) else {
                throw ClientFailure.input(fr: "formulaire illisible (\(form))", en: "form not readable (\(form))")
            }
            values = try FormFile.parse(text, fields: catalogue.fields)
        }
        for assignment in fields {
            let pieces = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pieces.count == 2 else {
                throw ClientFailure.input(
                    fr: "attendu : --set champ=valeur (\(assignment))",
                    en: "expected: --set field=value (\(assignment))")
            }
            let name = String(pieces[0])
            values[name] = catalogue.fields[name]?.parse(String(pieces[1])) ?? .text(String(pieces[1]))
        }
        return values
    }

    /// Echoes unit, kind, town and urgency, and asks.
    private func confirm(_ plan: SendPlan, _ unit: LiaisonModel.Unit?, _ console: Console) throws -> Bool {
        let language = console.language
        console.say(
            plan.kind.title.text(language) + language(", urgence : ", ", urgency: ")
                + plan.routing.urgency.text(language))
        if let unit {
            console.say(language("À : ", "To: ") + "\(unit.name), \(unit.town) — \(unit.kind) — \(unit.address)")
        }
        for copy in plan.routing.copies {
            console.say(language("Copie obligatoire : ", "Mandatory copy: ") + copy.description)
        }
        console.say(language("Envoyer ? [o/N]", "Send? [y/N]"))
        let answer = readLine()?.lowercased() ?? ""
        return language == .fr ? answer.hasPrefix("o") : answer.hasPrefix("y")
    }

    private struct Answer: Encodable {
        struct Place: Encodable {
            var index: Int
            var treeSize: Int
        }
        var id: TransmissionID
        var state: String
        var evidence: Place
    }

    /// Deposits what was sealed and says what that means: not that anybody has read it.
    static func deposit(_ id: TransmissionID, _ session: Session, _ console: Console) async throws {
        let evidence: VerifiedEvidence
        do {
            evidence = try await session.deposit(id)
        } catch ClientFailure.unreachable {
            console.say(
                console.language(
                    "Gardé scellé dans le coffre : liaison resend \(id)",
                    "Kept sealed in the vault: liaison resend \(id)"))
            throw ClientFailure.unreachable
        }
        let size = evidence.checkpoint.checkpoint.size
        let answer = Answer(
            id: id, state: DeliveryState.available.rawValue, evidence: .init(index: evidence.index, treeSize: size))
        try console.print(answer) {
            console.language(
                "\(id) : déposé, pas encore lu (preuve : entrée \(evidence.index) sur \(size))",
                "\(id): deposited, not yet read (proof: entry \(evidence.index) of \(size))")
        }
    }
}

struct Resend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deposit what was sealed while the relay could not be reached.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The transmission; without it, those waiting are listed.")
    var id: String?

    @Flag(help: "Do not ask for confirmation.")
    var yes = false

    func run() async throws {
        try await global.withSession { session, console in
            guard let text = id else {
                let waiting = try session.undelivered()
                return try console.print(waiting) { waiting.map(\.description).joined(separator: "\n") }
            }
            guard let id = TransmissionID(text) else { throw ClientFailure.unknownTransmission(text) }
            console.say(
                console.language(
                    "Scellé plus tôt : est-ce encore juste ? [o/N]", "Sealed earlier: is it still right? [y/N]"))
            let isRight = yes || readLine()?.lowercased().hasPrefix(console.language("o", "y")) == true
            guard isRight else {
                console.sayNotSent(to: nil)
                throw ClientFailure.input(fr: "non confirmé", en: "not confirmed")
            }
            do {
                try await Send.deposit(id, session, console)
            } catch {
                console.sayNotSent(to: nil)
                throw error
            }
        }
    }
}
