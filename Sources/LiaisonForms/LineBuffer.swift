// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// What somebody does at a keyboard.
package enum Key: Hashable, Sendable {
    case text(String)
    /// Put in by the terminal at once, its line feeds included.
    case paste(String)
    case enter, backspace, delete, left, right, up, down, home, end
    case eraseToStart, eraseToEnd, eraseWord, redraw, interrupt, endOfInput
}

/// A text that is being typed, and where the cursor stands in it; of the terminal itself it knows nothing.
package struct LineBuffer: Hashable, Sendable {
    package enum Extent: Sendable {
        /// Enter ends it; line feeds that are pasted become spaces.
        case line
        /// Enter begins a new line; on an empty line it ends the text. Line feeds that are pasted stay.
        case paragraphs
    }

    /// What a key came to.
    package enum Outcome: Hashable, Sendable {
        case unchanged
        /// This now stands at the end, before the cursor.
        case appended(String)
        case changed
        case finished
        case interrupted
        /// The end of input, on an empty line.
        case ended
    }

    package private(set) var before: String
    package private(set) var after = ""
    /// Whether a paste of several lines was made into one.
    package private(set) var hasJoinedLines = false
    private let extent: Extent
    /// Answers that one Enter ends, in paragraphs too.
    private let commands: Set<String>

    /// - Parameter text: what stands there at the beginning, the cursor behind it.
    package init(_ text: String = "", extent: Extent = .line, commands: Set<String> = []) {
        self.extent = extent
        self.commands = commands
        let plain = Self.plain(text)
        before = extent == .line ? Self.joined(plain) : plain
    }

    package var text: String { before + after }

    /// - Parameter isFollowed: whether more has been typed already: an empty line inside a paste, which the terminal did
    ///   not announce, does not end paragraphs.
    package mutating func take(_ key: Key, isFollowed: Bool = false) -> Outcome {
        switch key {
        case .text(let text): insert(Self.plain(text))
        case .paste(let text): paste(Self.plain(text))
        case .enter: enter(isFollowed: isFollowed)
        case .backspace, .delete, .eraseToStart, .eraseToEnd, .eraseWord: erase(key)
        case .left, .right, .up, .down, .home, .end: move(key)
        case .redraw: .changed
        case .interrupt: .interrupted
        case .endOfInput: text.isEmpty ? .ended : .unchanged
        }
    }

    // MARK: Putting in

    private mutating func insert(_ text: String) -> Outcome {
        guard !text.isEmpty else { return .unchanged }
        let length = before.count
        before += text
        // What joins the character before it changes what is shown already.
        let isJoined = before.count != length + text.count
        return after.isEmpty && !isJoined ? .appended(text) : .changed
    }

    private mutating func paste(_ text: String) -> Outcome {
        guard extent == .line else { return insert(text) }
        if Self.lines(text).count > 1 { hasJoinedLines = true }
        return insert(Self.joined(text))
    }

    private mutating func enter(isFollowed: Bool) -> Outcome {
        guard extent == .paragraphs, !text.isEmpty, !commands.contains(text) else { return .finished }
        let isOnEmptyLine = after.isEmpty && lineBefore.allSatisfy(\.isWhitespace)
        return isOnEmptyLine && !isFollowed ? .finished : insert("\n")
    }

    /// Without controls and marks that turn the reading direction; every kind of line end is a line feed.
    public static func plain(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            defer { isAfterReturn = scalar == "\r" }
            switch scalar.value {
            case 0x0A where isAfterReturn: continue
            case 0x0A...0x0D, 0x85, 0x2028, 0x2029: plain.append("\n")
            case 0x09: plain.append(" ")
            default: if !FieldDefinition.isForbidden(scalar) { plain.append(scalar) }
            }
        }
        return String(plain)
    }

    private static func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

    private static func joined(_ text: String) -> String { lines(text).joined(separator: " ") }

    // MARK: Moving

    /// From the beginning of the cursor's line to the cursor.
    private var lineBefore: Substring {
        let start = before.lastIndex(of: "\n").map(before.index(after:)) ?? before.startIndex
        return before[start...]
    }

    /// From the cursor to the end of its line.
    private var lineAfter: Substring { after.prefix { $0 != "\n" } }

    private mutating func move(_ key: Key) -> Outcome {
        let place = before.count
        switch key {
        case .left: return move(to: place - 1)
        case .right: return move(to: place + 1)
        case .home: return move(to: place - lineBefore.count)
        case .end: return move(to: place + lineAfter.count)
        case .up: return move(to: placeAbove ?? place)
        default: return move(to: placeBelow ?? place)
        }
    }

    private mutating func move(to place: Int) -> Outcome {
        let whole = text
        let end = whole.endIndex
        guard place >= 0, place != before.count,
            let index = whole.index(whole.startIndex, offsetBy: place, limitedBy: end)
        else { return .unchanged }
        before = String(whole[..<index])
        after = String(whole[index...])
        return .changed
    }

    private var placeAbove: Int? {
        let column = lineBefore.count
        let above = before.dropLast(column)
        guard above.last == "\n" else { return nil }
        let line = above.dropLast().reversed().prefix { $0 != "\n" }.count
        return above.count - 1 - line + min(column, line)
    }

    private var placeBelow: Int? {
        let rest = after.dropFirst(lineAfter.count)
        guard rest.first == "\n" else { return nil }
        let line = rest.dropFirst().prefix { $0 != "\n" }.count
        return before.count + lineAfter.count + 1 + min(lineBefore.count, line)
    }

    // MARK: Erasing

    private mutating func erase(_ key: Key) -> Outcome {
        let unchanged = self
        switch key {
        case .backspace: if !before.isEmpty { before.removeLast() }
        case .delete: if !after.isEmpty { after.removeFirst() }
        case .eraseToStart: before.removeLast(lineBefore.count)
        case .eraseToEnd: after.removeFirst(lineAfter.count)
        default:
            while before.last?.isWhitespace == true { before.removeLast() }
            while before.last?.isWhitespace == false { before.removeLast() }
        }
        return self == unchanged ? .unchanged : .changed
    }
}

// MARK: - On a terminal

extension LineBuffer {
    /// The text in rows of a terminal, and the row and column of the cursor, from 0.
    package struct Layout: Hashable, Sendable {
        package var rows: [String]
        package var row = 0
        package var column = 0
    }

    /// - Parameters:
    ///   - width: columns of the terminal.
    ///   - prompt: stands before each line.
    package func layout(width: Int, prompt: String) -> Layout {
        let width = max(width, prompt.count + 2)
        var layout = Layout(rows: [prompt])
        var column = prompt.count
        let place = before.count
        for (index, character) in text.enumerated() {
            let columns = Self.columns(of: character)
            if character != "\n", column + columns > width {
                layout.rows.append("")
                column = 0
            }
            if index == place { layout.put(min(column, width - 1)) }
            guard character != "\n" else {
                layout.rows.append(prompt)
                column = prompt.count
                continue
            }
            layout.rows[layout.rows.count - 1].append(character)
            column += columns
        }
        guard after.isEmpty else { return layout }
        if column >= width {
            layout.rows.append("")
            column = 0
        }
        layout.put(column)
        return layout
    }

    /// Columns that a text takes.
    package static func columns(of text: String) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

    /// Columns that a character takes: none for what only marks another, two for wide ones (Unicode, UAX 11).
    private static func columns(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
            0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

extension LineBuffer.Layout {
    fileprivate mutating func put(_ column: Int) {
        row = rows.count - 1
        self.column = column
    }
}

// MARK: - Keys

/// The bytes of a terminal as keys (ECMA-48; xterm's control sequences for keys and for bracketed paste). A sequence that
/// means no key is passed over.
package struct KeyDecoder: Sendable {
    private enum State {
        case ground, escape
        /// After `ESC [`, with its parameters.
        case control([UInt8])
        /// After `ESC O`.
        case single
        /// One more byte belongs to a function key of the Linux console.
        case function
        /// A string for the terminal, until its end.
        case string
        case paste
    }

    private static let endOfPaste = Array("\u{1B}[201~".utf8)

    private var state = State.ground
    /// Of a character that is not complete, or of a paste.
    private var bytes: [UInt8] = []
    private var isAfterReturn = false

    package init() {}

    package var isInPaste: Bool { if case .paste = state { true } else { false } }

    /// Whether only the key Escape, or the beginning of a sequence, has come.
    package var isAfterEscape: Bool { if case .escape = state { true } else { false } }

    /// Takes an Escape for the key: nothing belongs to it.
    package mutating func endEscape() { if isAfterEscape { state = .ground } }

    package mutating func take(_ byte: UInt8) -> [Key] {
        switch state {
        case .paste: paste(byte)
        case .ground: ground(byte)
        // Controls are never part of a sequence: Enter and Ctrl-C work after a broken one.
        case _ where byte < 0x20 && byte != 0x1B && byte != 0x07: ground(byte)
        case .escape: escape(byte)
        case .control(let parameters): control(byte, parameters)
        case .single: finish(Self.key(byte) ?? (byte == 0x4D ? .enter : nil))
        case .function: finish(nil)
        case .string: string(byte)
        }
    }

    private mutating func finish(_ key: Key?) -> [Key] {
        state = .ground
        return key.map { [$0] } ?? []
    }

    // MARK: Text

    private mutating func ground(_ byte: UInt8) -> [Key] {
        state = .ground
        defer { isAfterReturn = byte == 0x0D }
        guard byte < 0x80 else { return character(byte) }
        let broken: [Key] = bytes.isEmpty ? [] : [.text("\u{FFFD}")]
        bytes = []
        if byte == 0x1B {
            state = .escape
            return broken
        }
        guard byte < 0x20 || byte == 0x7F else { return broken + [.text(String(UnicodeScalar(byte)))] }
        return broken + (key(ofControl: byte).map { [$0] } ?? [])
    }

    /// The byte of a character outside ASCII (RFC 3629).
    private mutating func character(_ byte: UInt8) -> [Key] {
        let isContinued = byte & 0xC0 == 0x80
        let broken: [Key] = !bytes.isEmpty && !isContinued ? [.text("\u{FFFD}")] : []
        bytes = (isContinued ? bytes : []) + [byte]
        guard bytes.count >= Self.length(bytes[0]) else { return broken }
        defer { bytes = [] }
        return broken + [.text(String(decoding: bytes, as: UTF8.self))]
    }

    private static func length(_ first: UInt8) -> Int {
        switch first {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    private func key(ofControl byte: UInt8) -> Key? {
        switch byte {
        case 0x01: .home
        case 0x02: .left
        case 0x03: .interrupt
        case 0x04: .endOfInput
        case 0x05: .end
        case 0x06: .right
        case 0x08, 0x7F: .backspace
        case 0x0A: isAfterReturn ? nil : .enter
        case 0x0D: .enter
        case 0x0B: .eraseToEnd
        case 0x0C: .redraw
        case 0x15: .eraseToStart
        case 0x17: .eraseWord
        default: nil
        }
    }

    // MARK: Sequences

    private mutating func escape(_ byte: UInt8) -> [Key] {
        switch byte {
        case 0x5B: state = .control([])
        case 0x4F: state = .single
        case 0x50, 0x58, 0x5D, 0x5E, 0x5F: state = .string
        case 0x1B: break
        case 0x80...: return ground(byte)
        default: state = .ground
        }
        return []
    }

    private mutating func control(_ byte: UInt8, _ parameters: [UInt8]) -> [Key] {
        switch byte {
        case 0x1B: state = .escape
        case 0x5B where parameters.isEmpty: state = .function
        case 0x20...0x3F: state = .control(parameters + [byte])
        case 0x7E where parameters.elementsEqual("200".utf8): state = .paste
        case 0x7E: return finish(Self.key(parameters))
        default: return finish(Self.key(byte))
        }
        return []
    }

    private mutating func string(_ byte: UInt8) -> [Key] {
        if byte == 0x07 { state = .ground }
        // ESC \ ends a string; after any other ESC a new sequence begins.
        if byte == 0x1B { state = .escape }
        return []
    }

    private static func key(_ final: UInt8) -> Key? {
        switch final {
        case 0x41: .up
        case 0x42: .down
        case 0x43: .right
        case 0x44: .left
        case 0x46: .end
        case 0x48: .home
        default: nil
        }
    }

    private static func key(_ parameters: [UInt8]) -> Key? {
        switch String(decoding: parameters.prefix { $0 != 0x3B }, as: UTF8.self) {
        case "1", "7": .home
        case "4", "8": .end
        case "3": .delete
        default: nil
        }
    }

    private mutating func paste(_ byte: UInt8) -> [Key] {
        // Nobody may be caught in a paste whose end got lost.
        guard byte != 0x03 else {
            bytes = []
            return finish(.interrupt)
        }
        bytes.append(byte)
        guard byte == Self.endOfPaste.last, bytes.suffix(Self.endOfPaste.count).elementsEqual(Self.endOfPaste) else {
            return []
        }
        defer { bytes = [] }
        return finish(.paste(String(decoding: bytes.dropLast(Self.endOfPaste.count), as: UTF8.self)))
    }
}
