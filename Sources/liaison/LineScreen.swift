// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms

/// Shows a line buffer on the terminal: what is typed at its end as it comes, everything else by drawing it anew. Of a text
/// that is higher than the terminal, the part around the cursor.
struct LineScreen {
    let prompt: String
    /// Whether the terminal understands control sequences; otherwise the text is written again on a new line.
    let isCapable: Bool
    /// Of the cursor, among the rows that are shown.
    private var row = 0
    private var column = 0
    /// Rows that are shown below the cursor.
    private var below = 0
    private var isDrawn = false

    init(prompt: String, isCapable: Bool) {
        self.prompt = prompt
        self.isCapable = isCapable
    }

    static func write(_ text: String) { StandardError.write(text) }

    mutating func draw(_ buffer: LineBuffer) {
        defer { isDrawn = true }
        guard isCapable else { return Self.write((isDrawn ? "\r\n" : "") + withPrompts(prompt + buffer.text)) }
        let size = Self.size
        let layout = buffer.layout(width: size.columns, prompt: prompt)
        let top = max(0, layout.row - (size.rows - 2))
        let rows = layout.rows[top...].prefix(size.rows - 1)
        var output = "\r" + Self.sequence(row, "A") + "\u{1B}[J" + rows.joined(separator: "\r\n")
        row = layout.row - top
        column = layout.column
        below = rows.count - 1 - row
        output += Self.sequence(below, "A") + "\r" + Self.sequence(column, "C")
        Self.write(output)
    }

    /// Shows what was added at the end, and nothing a second time: a screen reader would read it again.
    mutating func append(_ text: String) {
        guard isCapable else { return Self.write(withPrompts(text)) }
        let size = Self.size
        var output = ""
        for character in text {
            let columns = LineBuffer.columns(of: String(character))
            if character == "\n" {
                output += beginRow(with: prompt, size.rows)
                continue
            }
            if column + columns > size.columns { output += beginRow(with: "", size.rows) }
            output.append(character)
            column += columns
            if column >= size.columns { output += beginRow(with: "", size.rows) }
        }
        Self.write(output)
    }

    /// The uppermost row scrolls away when the terminal is full.
    private mutating func beginRow(with start: String, _ height: Int) -> String {
        row = min(row + 1, height - 1)
        column = start.count
        return "\r\n" + start
    }

    /// Leaves the text; the next line is below it.
    func end() { Self.write(Self.sequence(below, "B") + "\r\n") }

    private func withPrompts(_ text: String) -> String { text.replacing("\n", with: "\r\n\(prompt)") }

    /// A control sequence that moves by `count`; nothing when that is 0.
    private static func sequence(_ count: Int, _ direction: String) -> String {
        count > 0 ? "\u{1B}[\(count)\(direction)" : ""
    }

    /// Of the terminal; 24 rows of 80 columns where it does not say.
    private static var size: (rows: Int, columns: Int) {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 2, size.ws_col > 10 else {
            return (24, 80)
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }
}
