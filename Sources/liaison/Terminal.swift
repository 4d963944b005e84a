// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms

/// Where somebody types: standard input, and standard error for what is shown of it.
///
/// A terminal is read key by key, because the kernel's line editing silently cuts lines at 4,095 bytes (termios(3),
/// canonical mode) and cannot tell a paste from typing. Anything else is read in whole lines of any length.
final class Terminal {
    struct Typed {
        var text: String
        /// Whether a paste of several lines was made into one.
        var hasJoinedLines = false
    }

    /// Ctrl-C, or the terminal is gone; with what had been typed.
    struct Interruption: Error {
        var text: String
    }

    let isTerminal = isatty(STDIN_FILENO) == 1
    /// Whether it understands control sequences.
    private let isCapable: Bool
    private var decoder = KeyDecoder()
    private var pending: ArraySlice<UInt8> = []
    private var isHeld = false

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        let name = environment["TERM"] ?? ""
        isCapable = !name.isEmpty && name != "dumb" && isatty(STDERR_FILENO) == 1
    }

    /// One line; nil at the end of input.
    ///
    /// - Throws: `InputRefused` for Ctrl-C.
    func readLine(prompt: String = "> ") throws -> String? {
        do {
            return try read(prompt: prompt)?.text
        } catch is Interruption {
            throw InputRefused(fr: "interrompu", en: "interrupted")
        }
    }

    /// One line or several paragraphs; nil at the end of input.
    ///
    /// - Parameters:
    ///   - text: what stands there to be edited.
    ///   - commands: answers that one Enter ends, in paragraphs too.
    ///   - pausing: told what stands there whenever nothing was typed for a second; whatever ends the program, a terminal that is
    ///     closed or a machine that is switched off, leaves that.
    /// - Throws: `Interruption`, and what `pausing` throws.
    func read(
        prompt: String = "> ", editing text: String = "", extent: LineBuffer.Extent = .line,
        commands: Set<String> = [], pausing: (String) throws -> Void = { _ in }
    ) throws -> Typed? {
        guard isTerminal else { return readPlainly(prompt, extent, commands) }
        return try held { try edit(LineBuffer(text, extent: extent, commands: commands), prompt, pausing) }
    }

    /// Keeps the terminal in hand during `body`: what is typed between two questions is not shown by the kernel either.
    func held<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard isTerminal, !isHeld, let mode = KeyMode(.keys(announcesPastes: isCapable)) else { return try body() }
        isHeld = true
        defer {
            mode.end()
            isHeld = false
        }
        return try body()
    }

    /// Drops what was typed or pasted before it was asked for, to its end.
    ///
    /// - Returns: whether that was more than Enter.
    /// - Throws: `Interruption` when Ctrl-C is part of it.
    func dropPending() throws -> Bool {
        guard isHeld else { return false }
        var isMore = false
        while isReady(within: decoder.isInPaste ? 1000 : 0), let byte = nextByte() {
            for key in decoder.take(byte) {
                guard key != .interrupt else { throw Interruption(text: "") }
                isMore = isMore || key != .enter
            }
        }
        return isMore
    }

    /// Nothing of the line that is typed during `body` is shown, nor after it when the program is ended or stopped meanwhile.
    /// What is typed before and after the line is dropped.
    static func unseen<Result>(_ body: () throws -> Result) throws -> Result {
        // Before the question stands there: what is typed at once is neither shown nor lost.
        guard let mode = KeyMode(.unseenLine) else {
            throw InputRefused(
                fr: "le terminal montrerait la phrase de passe", en: "the terminal would show the passphrase")
        }
        defer {
            mode.end()
            tcflush(STDIN_FILENO, TCIFLUSH)
        }
        return try body()
    }

    /// Puts the terminal back as it was, on whatever thread: for whoever ends the program while somebody is asked.
    static func giveBack() { KeyMode.giveBack() }

    // MARK: Editing

    private func edit(_ start: LineBuffer, _ prompt: String, _ pausing: (String) throws -> Void) throws -> Typed? {
        var (buffer, isNew) = (start, false)
        var screen = LineScreen(prompt: prompt, isCapable: isCapable)
        screen.draw(buffer)
        while true {
            if isNew, !isReady(within: 1000) {
                isNew = false
                try pausing(buffer.text)
            }
            guard let byte = nextByte() else { break }
            for key in decoder.take(byte) {
                switch buffer.take(key, isFollowed: key == .enter && isReady(within: 10)) {
                case .unchanged: break
                case .appended(let text):
                    isNew = true
                    screen.append(text)
                case .changed:
                    isNew = true
                    screen.draw(buffer)
                case .finished:
                    screen.end()
                    return Typed(text: buffer.text, hasJoinedLines: buffer.hasJoinedLines)
                case .interrupted:
                    screen.end()
                    throw Interruption(text: buffer.text)
                case .ended:
                    screen.end()
                    return nil
                }
            }
            // Nothing follows: it was the key Escape, and what is typed next is text.
            if decoder.isAfterEscape, !isReady(within: 500) { decoder.endEscape() }
        }
        throw Interruption(text: buffer.text)
    }

    private func readPlainly(_ prompt: String, _ extent: LineBuffer.Extent, _ commands: Set<String>) -> Typed? {
        var lines: [String] = []
        LineScreen.write(prompt)
        while let line = Swift.readLine() {
            guard extent == .paragraphs else { return Typed(text: line) }
            if lines.isEmpty, commands.contains(line) { return Typed(text: line) }
            if line.allSatisfy(\.isWhitespace) { return Typed(text: lines.joined(separator: "\n")) }
            lines.append(line)
            LineScreen.write(prompt)
        }
        return nil
    }

    // MARK: Bytes

    private func nextByte() -> UInt8? {
        if pending.isEmpty { pending = Self.readSome() }
        return pending.popFirst()
    }

    /// At least one byte; none at the end.
    private static func readSome() -> ArraySlice<UInt8> {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Foundation.read(STDIN_FILENO, &bytes, bytes.count)
            if count >= 0 { return bytes.prefix(count) }
            guard errno == EINTR else { return [] }
        }
    }

    private func isReady(within milliseconds: Int32) -> Bool {
        guard pending.isEmpty else { return true }
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return poll(&input, 1, milliseconds) == 1
    }
}

/// A terminal that shows nothing by itself, until `end` or until a signal arrives.
private struct KeyMode {
    enum Extent {
        /// Each key is handed over as it comes. The terminal may be asked to mark where a paste begins and ends.
        case keys(announcesPastes: Bool)
        /// A line, edited by the kernel. Ctrl-Z is a character like others: the shell would show what is typed on.
        case unseenLine
    }

    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    private static let pastesOn = "\u{1B}[?2004h"
    private static let pastesOff: StaticString = "\u{1B}[?2004l"
    // All are written before the handlers are set, and read by them; there is one terminal. The structures of C are allocated: the
    // compiler gives a static variable of one that has padding too few bytes (Swift 6.3.1: 444 for three `sigaction`, which take
    // 456, and 57 for a `termios` of 60), and what the C library writes at their end goes over another variable.
    nonisolated(unsafe) private static let formerSettings = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    nonisolated(unsafe) private static let formerActions = UnsafeMutablePointer<sigaction>.allocate(
        capacity: signals.count)
    /// What is written when the terminal is given back.
    nonisolated(unsafe) private static var ending: StaticString = ""
    nonisolated(unsafe) private static var isOn = false

    init?(_ extent: Extent) {
        guard tcgetattr(STDIN_FILENO, Self.formerSettings) == 0 else { return nil }
        var settings = Self.formerSettings.pointee
        switch extent {
        case .keys(let announcesPastes):
            Self.ending = announcesPastes ? Self.pastesOff : ""
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
            settings.c_iflag &= ~tcflag_t(ICRNL | INLCR | IGNCR | ISTRIP | IXON)
            Self.set(VMIN, to: 1, in: &settings)
            Self.set(VTIME, to: 0, in: &settings)
        case .unseenLine:
            Self.ending = "\n"
            settings.c_lflag &= ~tcflag_t(ECHO | ECHONL)
            Self.set(VSUSP, to: 0, in: &settings)
        }
        for (index, number) in Self.signals.enumerated() {
            sigaction(number, nil, Self.formerActions + index)
            // What is ignored does not end the program. What `Interruption` waits for is handed on to it.
            guard !Self.isIgnored(Self.formerActions[index]) else { continue }
            signal(number) { KeyMode.handOn($0) }
        }
        Self.isOn = true
        switch extent {
        case .keys(let announcesPastes):
            tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
            if announcesPastes { LineScreen.write(Self.pastesOn) }
        case .unseenLine: tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func set(_ character: Int32, to value: UInt8, in settings: inout termios) {
        withUnsafeMutableBytes(of: &settings.c_cc) { $0[Int(character)] = value }
    }

    func end() {
        Self.giveBack()
        for number in Self.signals { Self.putBack(number) }
    }

    // Only what is allowed in a signal handler (signal-safety(7)).

    static func giveBack() {
        guard isOn else { return }
        isOn = false
        _ = write(STDERR_FILENO, ending.utf8Start, ending.utf8CodeUnitCount)
        tcsetattr(STDIN_FILENO, TCSANOW, formerSettings)
    }

    private static func putBack(_ number: Int32) {
        switch number {
        case SIGINT: sigaction(number, formerActions, nil)
        case SIGTERM: sigaction(number, formerActions + 1, nil)
        case SIGHUP: sigaction(number, formerActions + 2, nil)
        default: sigaction(number, formerActions + 3, nil)
        }
    }

    /// The signal means what it meant before, for the program that now has its terminal back.
    private static func handOn(_ number: Int32) {
        giveBack()
        if number == SIGQUIT {
            // Before, Swift's own handler, if any: it takes the terminal, and shows what is in memory.
            signal(number, SIG_DFL)
        } else {
            putBack(number)
        }
        raise(number)
    }
}
