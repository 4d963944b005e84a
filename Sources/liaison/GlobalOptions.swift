// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonDossier
import LiaisonForms
import LiaisonLedger
import LiaisonNotes
import LiaisonVault
import LiaisonWire
import LiaisonWords
import Logging
import Synchronization

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    static let fallbackFormat = Format.text

    @Option(
        help: .directory("Le répertoire du coffre (ou LIAISON_VAULT).", "The vault's directory (or LIAISON_VAULT)."))
    var vault: String?

    @Option(
        help: .both(
            "text pour être lu, json pour les scripts.", "text for people, json for scripts.",
            value: ("format", "format")))
    var format: Format?

    @Flag(
        help: ArgumentHelp(
            inWords("Afficher la durée de chaque étape.", "Say how long each part took."), visibility: .hidden))
    var timings = false

    @Flag(
        help: .both(
            "Dire sur la sortie d'erreur ce qui est demandé au relais et ce qu'il répond, sans rien du contenu.",
            "Say on standard error what is asked of the relay and what it answers, with nothing of the content."))
    var debug = false

    /// Nothing, or with --debug everything, on standard error.
    var log: Logger {
        var log = Logger(label: "liaison") { label in
            debug ? StreamLogHandler.standardError(label: label) : SwiftLogNoOpLogHandler() as any LogHandler
        }
        log.logLevel = .debug
        return log
    }

    func vaultPath() throws -> String {
        guard let path = vault ?? ProcessInfo.processInfo.environment["LIAISON_VAULT"] else {
            throw ValidationError(
                inWords(
                    "coffre non indiqué\nconseil : --vault CHEMIN ou LIAISON_VAULT",
                    "no vault named\nhint: --vault DIR or LIAISON_VAULT"))
        }
        return path
    }

    /// The client's policy: witnesses wanted, authorities trusted; a file `policy` beside the vault's own. Only where there
    /// is none, nothing is wanted.
    func policy() throws -> Result<TrustAnchors?, ClientFailure> {
        Self.policy(at: "\(try vaultPath())/policy")
    }

    /// - Parameter path: nil for none.
    static func policy(at path: String?) -> Result<TrustAnchors?, ClientFailure> {
        guard let path else { return .success(nil) }
        do {
            let octets = try Data(contentsOf: URL(fileURLWithPath: path))
            return .success(try TrustAnchors(text: String(decoding: octets, as: UTF8.self)))
        } catch CocoaError.fileReadNoSuchFile {
            return .success(nil)
        } catch {
            let why = (error as? WitnessPolicy.Failure).map { "\($0)" }
            return .failure(.obstacle(.policyNotReadable(path, why: why)))
        }
    }

    func console() -> Console { Console(format ?? Self.fallbackFormat) }

    /// Runs one part of a command; with --timings, says on standard error how long it took.
    func timed<Result>(_ part: String, _ body: () async throws -> Result) async rethrows -> Result {
        let start = ContinuousClock.now
        let result = try await body()
        if timings { console().say("\(part) \((ContinuousClock.now - start) / .milliseconds(1)) ms") }
        return result
    }

    /// Opens the vault with what the session has kept (`liaison unlock`), else with the passphrase. A passphrase that a file
    /// gives comes before all: scripts do not depend on who is logged in.
    func openVault() throws -> Vault {
        let path = try vaultPath()
        let ring = SessionKeyRing()
        guard !Passphrase.isGiven, let key = ring.key(of: path) else { return try openVaultByPassphrase() }
        guard !Screen.isLocked else {
            ring.lock(path)
            return try openVaultByPassphrase()
        }
        do {
            return try Vault.open(at: path, key: key)
        } catch VaultFailure.wrongPassphrase {
            ring.lock(path)  // another vault lies there now
            return try openVaultByPassphrase()
        }
    }

    /// Opens the vault with the passphrase of the file or the prompt.
    func openVaultByPassphrase() throws -> Vault {
        let console = console()
        let path = try vaultPath()
        // A slip of the finger costs a second question, and not the command.
        for _ in 1..<(Passphrase.isAsked ? Passphrase.attempts : 1) {
            do {
                return try Vault.open(at: path, passphrase: Passphrase.read(console.language))
            } catch VaultFailure.wrongPassphrase {
                console.say(
                    console.language("Phrase de passe incorrecte, recommencez.", "Wrong passphrase, once more."))
            }
        }
        return try Vault.open(at: path, passphrase: Passphrase.read(console.language))
    }

    /// The vault of an attempt that was broken off, or a new one.
    func openOrCreateVault() throws -> Vault {
        let path = try vaultPath()
        return FileManager.default.fileExists(atPath: "\(path)/\(Vault.fileName)") ? try openVault() : try createVault()
    }

    func createVault() throws -> Vault {
        try Vault.create(at: vaultPath(), passphrase: Passphrase.choose(console()))
    }

    /// Runs `body`, and turns what it throws into a message and an exit code.
    func reporting(_ body: (Console) async throws -> Void) async throws {
        let console = console()
        try await console.reporting { try await body(console) }
    }

    /// What a command does when the relay cannot be reached.
    enum WithoutRelay {
        /// It ends.
        case stop
        /// It goes on with the directory as it was last verified, and says how old that is.
        case goOn
    }

    /// What becomes of the outbox before a command does its work.
    enum OutboxFirst {
        /// What waits leaves, and what could not is said.
        case leaves
        /// What waits leaves; the command itself says what could not.
        case leavesQuietly
        case stays
    }

    /// Runs `body` with an agent's session over the relay, its directory fresh, its keys in order.
    ///
    /// - Parameters:
    ///   - outbox: what becomes of what waits there.
    ///   - transmission: that the command is about; where the relay does not answer, it says whom to call.
    func withSession(
        _ withoutRelay: WithoutRelay = .stop, outbox: OutboxFirst = .leaves,
        about transmission: TransmissionArgument? = nil, _ body: (Session, Console) async throws -> Void
    ) async throws {
        try await reporting { console in
            let account = try await timed("unlock") { try Account(vault: openVault()) }
            var connection: HTTPRelayConnection?
            let word = OneWord {
                console.say(
                    console.language(
                        "Le relais ne répond pas encore ; j'attends quelques secondes de plus.",
                        "The relay does not answer yet; waiting for some seconds more."))
            }
            let meter = ProgressMeter(console)
            let session = try Session(
                account: account, clock: { .now }, trust: try policy()
            ) {
                let made = try $0.connect(
                    $1, events: ConnectionEvents(isSilent: word.say, moved: meter.moved, log: log))
                connection = made
                return made
            }
            do {
                try await Interruption.saying(meter.sayInterrupted) {
                    try await timed("directory") { try await prepare(session, console, withoutRelay) }
                    if outbox != .stays {
                        try await Voice(session, console.language).flushOutbox(console, saysFailures: outbox == .leaves)
                    }
                    try await body(session, console)
                }
            } catch {
                meter.clear()
                if let transmission, (error as? ClientFailure)?.isOfTheLine ?? false {
                    await sayWhomToCall(transmission, session, console)
                }
                await connection?.close()
                throw error
            }
            await connection?.close()
        }
    }

    /// By what this device knows; a vault that has never seen a directory knows nobody.
    private func sayWhomToCall(
        _ transmission: TransmissionArgument, _ session: Session, _ console: Console
    ) async {
        try? await session.workOffline()
        guard let id = try? transmission.value(session) else { return }
        let voice = Voice(session, console.language)
        for line in (try? await voice.numbersOfTheOtherSide(of: id)) ?? [] { console.say(line) }
    }

    private func prepare(_ session: Session, _ console: Console, _ withoutRelay: WithoutRelay) async throws {
        do {
            try await session.refresh()
            if let followed = session.followed { console.say(followed.text(console.language)) }
            try await session.keys.maintain()
            try await session.prepareToWorkOffline()
        } catch ClientFailure.unreachable(let why) where withoutRelay == .goOn {
            try await goOnOffline(session, console, saying: why == .noAnswer ? nil : .unreachable(why))
        } catch let problem as Problem where withoutRelay == .goOn && problem.isOfTheRelay {
            // What is written now is sealed, and what is urgent is handed in apart from what keeps the relay busy.
            try await goOnOffline(session, console, saying: .refused(problem))
        }
    }

    private func goOnOffline(_ session: Session, _ console: Console, saying why: ClientFailure?) async throws {
        try await session.workOffline()
        if let why { console.say(why.text(console.language)) }
        let since = LocalTime(session.timeZone).near(
            session.offlineSince ?? 0, now: session.clock(), console.language)
        console.say(
            why?.isOfTheLine ?? true
                ? console.language(
                    "RELAIS INJOIGNABLE. Annuaire tel que vérifié \(since).",
                    "RELAY UNREACHABLE. Directory as verified \(since).")
                : console.language(
                    "RELAIS OCCUPÉ. Annuaire tel que vérifié \(since).", "RELAY BUSY. Directory as verified \(since)."))
    }
}

/// Says something once, from whatever thread, however often it is asked.
final class OneWord: Sendable {
    private let isSaid = Mutex(false)
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func say() {
        let isFirst = isSaid.withLock { said in
            defer { said = true }
            return !said
        }
        if isFirst { body() }
    }
}

enum Clock {
    /// The day as people read it, in the time zone of this computer.
    static func day(_ instant: Instant, _ language: Language) -> String { LocalTime(.current).day(instant, language) }

    /// The beginning of a day that somebody typed as `YYYY-MM-DD`; nil for nil.
    static func instant(ofDay day: String?, in zone: TimeZone = .current) throws -> Instant? {
        guard let day else { return nil }
        let style = Date.ISO8601FormatStyle(timeZone: zone).year().month().day()
        guard let date = try? style.parse(day) else {
            throw ValidationError(inWords("date attendue AAAA-MM-JJ (\(day))", "a day is YYYY-MM-DD (\(day))"))
        }
        return Instant(date)
    }

    /// The instant as people read it, in the time zone of this computer.
    static func local(_ instant: Instant, _ language: Language) -> String {
        LocalTime(.current).text(instant, language)
    }

    /// RFC 3339 in UTC, for scripts.
    static func text(_ instant: Instant) -> String {
        instant.date.formatted(.iso8601)
    }
}

/// The passphrase: from the file that LIAISON_PASSPHRASE_FILE names, otherwise asked without echo.
enum Passphrase {
    static let attempts = 3

    /// Whether a person is asked for it.
    static var isAsked: Bool { !isGiven && isatty(STDIN_FILENO) == 1 }

    /// Whether a file gives it.
    static var isGiven: Bool { ProcessInfo.processInfo.environment["LIAISON_PASSPHRASE_FILE"] != nil }

    /// A new one: asked twice, until it is hard enough to guess. One from a file is said to be weak, and taken.
    ///
    /// - Parameter path: the file; nil for the one that gives the passphrase of all commands, if any.
    static func choose(_ console: Console, from path: String? = nil) throws -> GuardedBytes {
        let language = console.language
        let isAsked = path == nil && isAsked
        while true {
            let first = try path.map { try read(fromFile: $0) } ?? read(language)
            if let problem = first.withCopy({ PassphraseWords.weakness(String(decoding: $0, as: UTF8.self), language) })
            {
                console.say(problem)
                guard !isAsked else { continue }
            }
            guard isAsked else { return first }
            console.say(language("Encore une fois, pour vérifier.", "Once more, to check."))
            let second = try read(language)
            guard first.withCopy({ one in second.withCopy { one == $0 } }) else {
                console.say(PassphraseWords.different(language))
                continue
            }
            return first
        }
    }

    static func read(_ language: Language) throws -> GuardedBytes {
        if let path = ProcessInfo.processInfo.environment["LIAISON_PASSPHRASE_FILE"] { return try read(fromFile: path) }
        guard isatty(STDIN_FILENO) == 1 else {
            throw InputRefused(
                fr: "phrase de passe non indiquée\nconseil : LIAISON_PASSPHRASE_FILE",
                en: "no passphrase\nhint: LIAISON_PASSPHRASE_FILE")
        }
        return try Terminal.unseen {
            StandardError.write(language("Phrase de passe : ", "Passphrase: "))
            return try guarded((readLine() ?? "").utf8)
        }
    }

    private static func read(fromFile path: String) throws -> GuardedBytes {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputRefused(
                fr: "fichier de phrase de passe illisible (\(path))", en: "passphrase file not readable (\(path))")
        }
        return try guarded(data.prefix { $0 != 0x0A })
    }

    private static func guarded(_ bytes: some Sequence<UInt8>) throws -> GuardedBytes {
        var bytes = Array(bytes)
        guard !bytes.isEmpty else {
            throw InputRefused(fr: "phrase de passe vide", en: "empty passphrase")
        }
        return try GuardedBytes(moving: &bytes)
    }
}
