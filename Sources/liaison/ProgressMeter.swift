// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonNotes
import LiaisonWire
import LiaisonWords
import Synchronization

/// A line on the terminal that says how far an upload or a download has come: how much of how much, how fast, and how long it
/// still takes. What is over within a second is not spoken of.
final class ProgressMeter: Sendable {
    private struct State {
        var last: TransferProgress?
        /// Where this run began: what was there before says nothing of the speed.
        var first = 0
        var start = ContinuousClock.now
        var shownAt: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let console: Console

    private static let silence = Duration.seconds(1)
    private static let pause = Duration.milliseconds(250)

    init(_ console: Console) { self.console = console }

    func moved(_ progress: TransferProgress) {
        let line: String? = state.withLock { state in
            let now = ContinuousClock.now
            let isSame = state.last.map { $0.size == progress.size && $0.direction == progress.direction } ?? false
            if !isSame || progress.done < state.last?.done ?? 0 {
                state.first = progress.done
                state.start = now
            }
            state.last = progress
            guard now - state.start > Self.silence, state.shownAt.map({ now - $0 > Self.pause }) ?? true else {
                return nil
            }
            state.shownAt = now
            return Self.line(progress, from: state.first, in: now - state.start, console.language)
        }
        if let line { Self.rewrite(line) }
        if progress.done >= progress.size { clear() }
    }

    /// Gives the line back to whatever is said next.
    func clear() {
        let isShown = state.withLock { state in
            defer { state.shownAt = nil }
            return state.shownAt != nil
        }
        if isShown { Self.rewrite("") }
    }

    /// Said when somebody interrupts: what is there stays there.
    func sayInterrupted() {
        guard let last = state.withLock({ $0.shownAt == nil ? nil : $0.last }) else { return }
        clear()
        // A segment that was cut is not kept.
        let kept = last.done / Wire.segmentSize * Wire.segmentSize
        let (done, size) = (FileSize.text(kept, console.language), FileSize.text(last.size, console.language))
        switch last.direction {
        case .upload:
            console.say(
                console.language(
                    "Interrompu : \(done) sur \(size) sont au relais et ne sont pas à envoyer de nouveau.",
                    "Interrupted: \(done) of \(size) are at the relay and need not be sent again."))
        case .download:
            console.say(
                console.language(
                    "Interrompu : \(done) sur \(size) sont sur ce poste ; la même commande reprend à cet endroit.",
                    "Interrupted: \(done) of \(size) are on this device; the same command goes on from there."))
        }
    }

    static func line(
        _ progress: TransferProgress, from first: Int, in time: Duration, _ language: Language
    ) -> String {
        let speed = Double(max(progress.done - first, 0)) / (time / .seconds(1))
        var line =
            progress.direction == .upload ? language("Envoi : ", "Sending: ") : language("Réception : ", "Receiving: ")
        line += FileSize.text(progress.done, language) + language(" sur ", " of ")
        line += FileSize.text(progress.size, language)
        guard speed > 0 else { return line }
        line += language(", ", ", ") + FileSize.text(Int(speed), language) + "/s"
        let rest = Int((Double(progress.size - progress.done) / speed).rounded(.up))
        return line + language(", encore ", ", ") + Self.text(seconds: rest, language) + language("", " left")
    }

    private static func text(seconds: Int, _ language: Language) -> String {
        switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        default: "\(seconds / 3600) h \(seconds / 60 % 60) min"
        }
    }

    /// Only where a person looks: a file or another program gets no line that is overwritten.
    private static func rewrite(_ line: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        StandardError.write("\r\u{1B}[K\(line)")
    }
}
