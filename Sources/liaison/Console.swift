// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonConvention
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonVault
import LiaisonWire
import LiaisonWords

/// Where results and diagnostics go: results on standard output, everything else on standard error.
struct Console {
    let format: GlobalOptions.Format
    let language: Language

    init(_ format: GlobalOptions.Format) {
        self.format = format
        language = Language(environment: ProcessInfo.processInfo.environment)
    }

    func say(_ text: String) {
        StandardError.write(Self.fitted(text, to: STDERR_FILENO) + "\n")
    }

    /// Broken between words for a terminal; as it is for a file or another program.
    private static func fitted(_ text: String, to descriptor: Int32) -> String {
        var size = winsize()
        guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return text
        }
        return WordWrap.wrap(text, width: Int(size.ws_col))
    }

    /// Prints `value` as JSON, or `text` for people.
    func print(_ value: some Encodable, text: () -> String) throws {
        switch format {
        case .json: Swift.print(String(decoding: try CanonicalJSON.encode(value), as: UTF8.self))
        case .text: Swift.print(Self.fitted(text(), to: STDOUT_FILENO))
        }
    }

    /// The same for one of many lines that come over time: it is there at once, for a pipe, too.
    func printLine(_ value: some Encodable, text: () -> String) throws {
        try print(value, text: text)
        fflush(nil)
    }

    /// Runs a command and turns what it throws into a message and an exit code.
    func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ExitCode {
            throw error
        } catch {
            say(language("erreur : ", "error: ") + Self.text(error, language))
            throw Self.exitCode(error)
        }
    }

    /// Says in words that nothing was accepted and whom to call: never by colour alone.
    func sayNotSent(to unit: LiaisonModel.Unit?) {
        say(language("NON TRANSMIS : la transmission n'est pas partie.", "NOT SENT: it has not left."))
        sayNumbers(unit)
    }

    /// Asks, and takes nothing but a yes for a yes. What was typed before somebody could read the question answers nothing.
    func confirm(_ question: String) -> Bool {
        if Self.isInteractive { tcflush(STDIN_FILENO, TCIFLUSH) }
        say(question + language(" [o/N]", " [y/N]"))
        return readLine().map(Self.isYes) == true
    }

    /// Whether an answer is a yes, in either language and any case, and no word that only begins like one.
    static func isYes(_ answer: String) -> Bool {
        ["o", "oui", "y", "yes"].contains(answer.trimmingCharacters(in: .whitespacesAndNewlines).lowercased())
    }

    func sayNumbers(_ unit: LiaisonModel.Unit?) {
        if let unit {
            say(
                language(
                    "  Appelez \(unit.name), \(unit.town) : \(unit.phone)",
                    "  Call \(unit.name), \(unit.town): \(unit.phone)"))
            if let duty = unit.dutyPhone { say(language("  Permanence : \(duty)", "  Duty line: \(duty)")) }
        }
        say(language("  En cas de danger : 17 ou 112.", "  In danger: 17 or 112."))
    }

    // MARK: Errors

    static func text(_ error: any Error, _ language: Language) -> String {
        switch error {
        case let refused as InputRefused: language(refused.fr, refused.en)
        case let finding as DraftFinding: finding.text(language)
        case let unreadable as ConventionDraft.Unreadable:
            unreadable.findings.map { $0.text(language) }.joined(separator: "\n")
        case let error as ValidationError: error.message
        default: ErrorWords.text(error, language)
        }
    }

    static func exitCode(_ error: any Error) -> ExitCode {
        switch error {
        case let failure as ClientFailure: ExitCode(failure.exitCode)
        case let problem as Problem: ExitCode(ClientFailure.refused(problem).exitCode)
        case is ValidationError: ExitCode(64)
        case VaultFailure.wrongPassphrase: ExitCode(77)
        case VaultFailure.inUse: ExitCode(75)
        default: ExitCode(65)
        }
    }
}
