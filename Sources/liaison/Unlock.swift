// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonVault

struct Unlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock",
        abstract: inWords(
            "Déverrouiller le coffre pour les commandes suivantes de cette session.",
            "Unlock the vault for the next commands of this session."),
        discussion: inWords(
            """
            Le coffre se verrouille de nouveau quinze minutes après la dernière commande, à la fin de la session, après une mise \
            en veille, et au bout de huit heures dans tous les cas. Un coffre qui n'est utilisé que sur un poste personnel peut \
            rester déverrouillé plus longtemps : liaison unlock --personal, puis liaison unlock --for 8h.
            """,
            """
            The vault locks itself fifteen minutes after the last command, at the end of the session, after the computer has \
            slept, and after eight hours in any case. A vault that is only used on a computer of one's own may stay unlocked for \
            longer: liaison unlock --personal, then liaison unlock --for 8h.
            """))
    @OptionGroup var global: GlobalOptions

    @Option(
        name: .customLong("for"),
        help: .both(
            "Durée après la dernière commande, par exemple 30min ou 8h.",
            "Time after the last command, for example 30min or 8h.",
            value: ("duree", "time")))
    var duration: String?

    @Flag(
        help: .both(
            "Noter que ce poste n'est utilisé que par vous.", "Note that nobody but you uses this computer."))
    var personal = false

    @Flag(
        help: .both("Noter que ce poste est partagé.", "Note that this computer is shared."))
    var shared = false

    func validate() throws {
        guard !(personal && shared) else {
            throw ValidationError(inWords("--personal ou --shared, pas les deux", "--personal or --shared, not both"))
        }
        _ = try period()
    }

    func run() async throws {
        try await global.reporting { console in
            // Not with what the session has kept: whoever changes how long that lasts knows the passphrase.
            let vault = try global.openVaultByPassphrase()
            if personal || shared { try vault.mark(personal: personal) }
            let period = try period() ?? SessionKeyRing.usual
            guard period <= SessionKeyRing.usual || vault.isPersonal else {
                throw InputRefused(
                    fr:
                        "plus de quinze minutes : seulement sur un poste que personne d'autre n'utilise\nconseil : liaison unlock --personal, si c'est le cas",
                    en:
                        "more than fifteen minutes: only on a computer that nobody else uses\nhint: liaison unlock --personal, if that is so"
                )
            }
            do {
                try SessionKeyRing().keep(vault.key, of: vault.path, for: period)
            } catch SessionKeyRing.Failure.noSessionKeyRing {
                throw InputRefused(
                    fr:
                        "cette session n'a pas de trousseau de clés à elle (pam_keyinit) : le coffre reste verrouillé\nconseil : la phrase de passe est demandée à chaque commande, comme avant ; sinon keyctl session - bash",
                    en:
                        "this session has no key ring of its own (pam_keyinit): the vault stays locked\nhint: the passphrase is asked for at each command, as before; or keyctl session - bash"
                )
            } catch SessionKeyRing.Failure.system(let call, let number) {
                throw InputRefused(
                    fr: "le noyau ne garde pas la clé (\(call), erreur \(number))",
                    en: "the kernel does not keep the key (\(call), error \(number))")
            }
            console.say(
                console.language(
                    "Coffre déverrouillé : il se verrouille \(Self.text(period, .fr)) après la dernière commande.",
                    "Vault unlocked: it locks \(Self.text(period, .en)) after the last command."))
        }
    }

    /// `90s`, `30min`, `8h`: at most eight hours.
    private func period() throws -> Seconds? {
        guard let duration else { return nil }
        let units: [String: Seconds] = ["s": 1, "m": .minutes(1), "min": .minutes(1), "h": .hours(1)]
        let digits = duration.prefix { $0.isASCII && $0.isNumber }
        let unit = duration.dropFirst(digits.count).trimmingCharacters(in: .whitespaces)
        guard let length = units[unit], let number = Int(digits), number > 0, length * number <= SessionKeyRing.longest
        else {
            throw ValidationError(
                inWords(
                    "durée attendue, par exemple 30min ou 8h, huit heures au plus (\(duration))",
                    "a time is for example 30min or 8h, eight hours at most (\(duration))"))
        }
        return length * number
    }

    static func text(_ period: Seconds, _ language: Language) -> String {
        if period == .hours(period.hours) { return "\(period.hours) h" }
        return period == .minutes(period.minutes) ? "\(period.minutes) min" : "\(period) s"
    }
}

struct Lock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: inWords("Verrouiller le coffre maintenant.", "Lock the vault now."))
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        try await global.reporting { console in
            let path = try global.vaultPath()
            let wasUnlocked = SessionKeyRing().lock(path)
            // A desk keeps its key by itself.
            if FileManager.default.fileExists(atPath: "\(path)/\(Vault.fileName)") { try Vault.askToLock(at: path) }
            console.say(
                wasUnlocked
                    ? console.language("Coffre verrouillé.", "Vault locked.")
                    : console.language("Le coffre était déjà verrouillé.", "The vault was locked already."))
        }
    }
}

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: inWords(
            "L'état du coffre sur ce poste : verrouillé ou non, à jour depuis quand, ce qui n'est pas parti.",
            "The vault on this device: locked or not, up to date since when, what has not left."))
    @OptionGroup var global: GlobalOptions

    private struct Answer: Encodable {
        var vault: String
        var isUnlocked: Bool
        /// After the last use; absent when locked.
        var locksAfter: Seconds?
        var end: String?
        var agent: String?
        var upToDate: String?
        var undeposited: Int?
    }

    func run() async throws {
        try await global.reporting { console in
            let path = try global.vaultPath()
            guard FileManager.default.fileExists(atPath: "\(path)/\(Vault.fileName)") else {
                throw VaultFailure.missing(path)
            }
            let lease = SessionKeyRing().lease(of: path)
            var answer = Answer(
                vault: path, isUnlocked: lease != nil, locksAfter: lease?.period, end: lease.map { Clock.text($0.end) })
            var lines = [
                lease.map { lease in
                    console.language(
                        "Coffre \(path) : déverrouillé, se verrouille \(Unlock.text(lease.period, .fr)) après la dernière commande, au plus tard \(Clock.local(lease.end, .fr))",
                        "Vault \(path): unlocked, locks \(Unlock.text(lease.period, .en)) after the last command, \(Clock.local(lease.end, .en)) at the latest"
                    )
                } ?? console.language("Coffre \(path) : verrouillé", "Vault \(path): locked")
            ]
            // What a locked vault holds, nobody is asked a passphrase for just to look.
            if lease != nil || Passphrase.isGiven, let vault = try? global.openVault(),
                let account = try? Account(vault: vault)
            {
                var connection: HTTPRelayConnection?
                let session = try Session(account: account, clock: { .now }) {
                    let made = try $0.connect($1)
                    connection = made
                    return made
                }
                // Nobody is asked: what stands here says the vault.
                try? await session.workOffline()
                await connection?.close()
                let waiting = try session.outbox.waiting().count
                answer.agent = session.address.description
                answer.upToDate = try session.syncedAt.map(Clock.text)
                answer.undeposited = waiting
                lines += [
                    "Agent : \(session.address)",
                    try session.syncedAt.map {
                        console.language("À jour : \(Clock.local($0, .fr))", "Up to date: \(Clock.local($0, .en))")
                    } ?? console.language("Jamais mis à jour", "Never brought up to date"),
                    console.language("Transmissions pas encore parties : \(waiting)", "Not yet deposited: \(waiting)")
                ]
            }
            try console.print(answer) { lines.joined(separator: "\n") }
        }
    }
}

/// Whether the screen of this session is locked, as logind says.
enum Screen {
    /// - Returns: false where nobody says.
    static var isLocked: Bool {
        guard let session = ProcessInfo.processInfo.environment["XDG_SESSION_ID"],
            session.allSatisfy(\.isLetterOrDigit),
            let program = ["/usr/bin/loginctl", "/bin/loginctl"].first(where: FileManager.default.isExecutableFile)
        else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["show-session", session, "--property", "LockedHint", "--value"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: answer, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) == "yes"
    }
}

extension Character {
    fileprivate var isLetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}
