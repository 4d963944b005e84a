// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire
import LiaisonWords

struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: inWords(
            "Rester à l'écoute : une ligne pour chaque événement de vos unités, dès qu'il se produit.",
            "Keep listening: one line for each event of your units, as it happens."),
        discussion: inWords(
            """
            S'arrête par Ctrl-C. Le coffre n'est ouvert que le temps d'une mise à jour : les autres commandes restent possibles. \
            Avec --exec, le programme reçoit LIAISON_EVENT, LIAISON_UNIT, LIAISON_REFERENCE et LIAISON_URGENCY dans son \
            environnement, et rien du contenu. Sur un poste qui a notify-send, ce qui demande d'agir s'affiche aussi à l'écran.
            """,
            """
            Ends with Ctrl-C. The vault is open only while it is brought up to date: other commands stay possible. With --exec the \
            program gets LIAISON_EVENT, LIAISON_UNIT, LIAISON_REFERENCE and LIAISON_URGENCY in its environment, and nothing of the \
            content. Where there is notify-send, what asks for action is shown on the screen, too.
            """))
    @OptionGroup var global: GlobalOptions

    @Option(
        help: .both(
            "Lancer ce programme à chaque événement.", "Run this program for each event.",
            value: ("programme", "program")))
    var exec: String?

    func run() async throws {
        try await global.reporting { console in
            let ear = try await Ear(global, console, exec: exec)
            do {
                try await ear.listen()
            } catch {
                await ear.close()
                throw error
            }
        }
    }
}

/// What `watch` keeps while it listens: a connection, and up to where it has told. The vault is opened for each catching up and
/// closed again.
private final class Ear {
    private let global: GlobalOptions
    private let console: Console
    private let exec: String?
    /// How the vault is opened again: as the session keeps it, or with the key that a passphrase opened once.
    private let key: GuardedBytes?
    private let connection: HTTPRelayConnection
    private var told = ToldSoFar()
    private var isLockedSaid = false

    init(_ global: GlobalOptions, _ console: Console, exec: String?) async throws {
        self.global = global
        self.console = console
        self.exec = exec
        let path = try global.vaultPath()
        let vault = try await Self.openVault(global, console)
        key = SessionKeyRing().lease(of: path) == nil ? vault.key : nil
        let account = try Account(vault: vault)
        guard let convention = try account.convention() else { throw VaultFailure.damaged("convention") }
        connection = try account.connect(convention, events: ConnectionEvents(log: global.log))
        try await sayWaiting(account)
    }

    /// Says first what has not left this device, whether or not the relay is there.
    private func sayWaiting(_ account: Account) async throws {
        let session = try Session(
            account: account, clock: { .now }, trust: try global.policy(),
            connect: { [connection] _, _ in connection })
        do {
            try await session.workOffline()
        } catch ClientFailure.unreachable {
            return  // a vault that has never seen a directory has sent nothing
        }
        try await session.knowUndeposited()
        try Voice(session, console.language).sayUndeposited(console)
    }

    /// Waits while another command has the vault.
    private static func openVault(_ global: GlobalOptions, _ console: Console) async throws -> Vault {
        let word = OneWord {
            console.say(
                console.language(
                    "Une autre commande utilise le coffre ; j'attends qu'elle finisse.",
                    "Another command has the vault; waiting until it ends."))
        }
        while true {
            do {
                return try global.openVault()
            } catch VaultFailure.inUse where !Passphrase.isAsked {
                word.say()
            }
        }
    }

    func close() async { await connection.close() }

    func listen() async throws {
        let watcher = Watcher(
            connect: { [self] in try await connection.stream(after: $0) }, catchUp: { [self] in try await catchUp() },
            isDeaf: { [self] isDeaf in
                console.say(
                    isDeaf
                        ? console.language(
                            "\(now()) plus de liaison avec le relais : rien ne sera signalé avant qu'elle soit rétablie.",
                            "\(now()) the relay is not heard: nothing will be told until it is.")
                        : console.language(
                            "\(now()) liaison avec le relais rétablie ; ce qui est arrivé entre-temps est affiché ci-dessus.",
                            "\(now()) the relay is heard again; what came meanwhile stands above."))
            })
        try await watcher.run()
    }

    private func now() -> String { Clock.local(Instant.now, console.language) }

    /// Tells what came since. The vault is held only while it is read: what is started afterwards may use it.
    private func catchUp() async throws {
        for news in try await news() {
            try console.printLine(news.row) { news.text }
            try run(news)
            notify(news)
        }
    }

    private func news() async throws -> [News] {
        let vault = try await openedVault()
        let session = try Session(
            account: try Account(vault: vault), clock: { .now }, trust: try global.policy(),
            connect: { [connection] _, _ in connection })
        try await session.refresh()
        let voice = Voice(session, console.language)
        try await voice.flushOutbox(console)
        let events = try await session.newEvents(&told)
        try await session.know(
            Set(events.flatMap { [$0.routing?.from.institution, $0.unit.institution].compactMap(\.self) }))
        return events.map { News($0, voice) }
    }

    /// Waits while the vault is locked, or another command has it for longer: nothing is lost meanwhile.
    private func openedVault() async throws -> Vault {
        while true {
            do {
                let vault = try open()
                isLockedSaid = false
                return vault
            } catch is LockedMeanwhile {
                if !isLockedSaid {
                    console.say(
                        console.language(
                            "\(now()) coffre verrouillé : les événements seront affichés après liaison unlock.",
                            "\(now()) vault locked: events are shown after liaison unlock."))
                }
                isLockedSaid = true
            } catch VaultFailure.inUse {
                // Another command asks somebody something, or uploads.
            }
            try await Task.sleep(for: .seconds(2))
        }
    }

    private struct LockedMeanwhile: Error {}

    private func open() throws -> Vault {
        let path = try global.vaultPath()
        if let key { return try Vault.open(at: path, key: key) }
        // Listening is no use of the vault: it locks after its time all the same.
        guard !Screen.isLocked, let key = SessionKeyRing().key(of: path, isUse: false) else { throw LockedMeanwhile() }
        return try Vault.open(at: path, key: key)
    }

    // MARK: Telling

    /// How long a program that was started may take, in seconds.
    private static let patience = 60.0

    private func run(_ news: News) throws {
        guard let exec else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: exec)
        var environment = ProcessInfo.processInfo.environment
        environment["LIAISON_PASSPHRASE_FILE"] = nil
        environment["LIAISON_EVENT"] = news.row.event.rawValue
        environment["LIAISON_UNIT"] = news.row.unit.description
        environment["LIAISON_REFERENCE"] = news.row.id?.description ?? ""
        environment["LIAISON_URGENCY"] = news.row.urgency?.rawValue ?? ""
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw InputRefused(fr: "programme impossible à lancer (\(exec))", en: "cannot run (\(exec))")
        }
        let end = Date(timeIntervalSinceNow: Self.patience)
        while process.isRunning, Date() < end { usleep(20_000) }
        guard process.isRunning else { return }
        process.terminate()
        console.say(
            console.language(
                "\(now()) programme arrêté : il n'avait pas fini après une minute (\(exec))",
                "\(now()) program stopped: not done after a minute (\(exec))"))
    }

    private static let notifier = "/usr/bin/notify-send"

    /// On the screen, where others may look: no name, no reference, no kind.
    private func notify(_ news: News) {
        guard news.asksForAction, FileManager.default.isExecutableFile(atPath: Self.notifier) else { return }
        let isUrgent = news.row.urgency?.asksForACall ?? true
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.notifier)
        process.arguments = [
            "--urgency=\(isUrgent ? "critical" : "normal")", "Liaison",
            isUrgent
                ? console.language("Une transmission urgente vous attend.", "An urgent transmission waits for you.")
                : console.language("Une transmission vous attend.", "A transmission waits for you.")
        ]
        try? process.run()
    }
}

/// One event as it is told.
private struct News {
    struct Row: Encodable {
        var event: EventName
        var at: String
        var unit: UnitAddress
        var id: TransmissionID?
        var kind: String?
        var urgency: Urgency?
        var code: String?
    }

    let row: Row
    let text: String
    let asksForAction: Bool

    init(_ new: NewEvent, _ voice: Voice) {
        let record = new.event.event
        row = Row(
            event: record.event, at: Clock.text(record.at), unit: new.unit, id: record.transmission,
            kind: new.routing?.kind, urgency: new.routing?.urgency, code: record.code)
        let what = new.routing.map { ", " + voice.heading($0) } ?? ""
        let reference = record.transmission.map { voice.language(", référence \($0)", ", reference \($0)") } ?? ""
        text =
            "\(LocalTime(voice.session.timeZone).text(record.at, voice.language))  \(voice.name(new.unit)) : "
            + record.text(voice.language) + what + reference
        asksForAction = new.asksForAction
    }
}
