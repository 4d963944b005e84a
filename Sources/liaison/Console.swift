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
        FileHandle.standardError.write(Data((Self.fitted(text, to: STDERR_FILENO) + "\n").utf8))
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

    func confirm(_ question: String) -> Bool {
        say(question + language(" [o/N]", " [y/N]"))
        return readLine()?.lowercased().hasPrefix(language("o", "y")) == true
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
        case let failure as ClientFailure: failure.text(language)
        case let problem as Problem: ClientFailure.refused(problem).text(language)
        case let failure as VaultFailure: text(failure, language)
        case let finding as DraftFinding: finding.text(language)
        case let unreadable as ConventionDraft.Unreadable:
            unreadable.findings.map { $0.text(language) }.joined(separator: "\n")
        case let failure as FormFile.Failure: text(failure, language)
        case let failure as TypingFailure: failure.text(language)
        case let error as ValidationError: error.message
        case is SignedNote.Failure, is CanonicalJSON.Failure:
            language("document signé non valable (\(error))", "signed document not valid (\(error))")
        case is DirectoryRefusal:
            language("document de l'annuaire refusé (\(error))", "directory document refused (\(error))")
        case let failure as ByteSourceFailure:
            language("erreur de lecture ou d'écriture (\(failure))", "read or write (\(failure))")
        default: language("échec (\(type(of: error)))", "failure (\(type(of: error)))")
        }
    }

    private static func text(_ failure: VaultFailure, _ language: Language) -> String {
        switch failure {
        case .missing(let path): language("aucun coffre à cet endroit (\(path))", "no vault here (\(path))")
        case .exists(let path):
            language("un coffre existe déjà à cet endroit (\(path))", "a vault exists already (\(path))")
        case .wrongPassphrase: language("phrase de passe incorrecte", "wrong passphrase")
        case .inUse:
            language(
                "coffre utilisé par un autre programme : réessayez plus tard",
                "vault in use by another program: try again")
        case .damaged(let part):
            language(
                "coffre endommagé (\(part)) ; rien n'y a été modifié\nconseil : restaurez la dernière sauvegarde",
                "vault damaged (\(part)), nothing in it was changed\nhint: restore the latest copy")
        case .newer(let version):
            language(
                "coffre créé par une version plus récente du programme (\(version))",
                "vault of a newer version (\(version))")
        case .unreadable(let path, _): language("coffre illisible (\(path))", "vault not readable (\(path))")
        case .outOfMemory: language("mémoire insuffisante", "not enough memory")
        }
    }

    private static func text(_ failure: FormFile.Failure, _ language: Language) -> String {
        switch failure {
        case .notAMap:
            language(
                "le formulaire n'est pas une liste de champs avec leurs valeurs", "the form is not a map of fields")
        case .notReadable(let line):
            language("formulaire illisible (ligne \(line ?? 0))", "form not readable (line \(line ?? 0))")
        case .duplicate(let field): language("champ en double (\(field))", "field given twice (\(field))")
        case .value(let field): language("\(field) : valeur illisible", "\(field): value not readable")
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
