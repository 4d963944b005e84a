// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Text for a terminal of some width: broken between words, never inside a telephone number or a time.
public enum WordWrap {
    /// - Parameter width: columns; fewer than 20 are not wrapped for.
    public static func wrap(_ text: String, width: Int) -> String {
        guard width >= 20 else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line($0, width) }.joined(
            separator: "\n")
    }

    private static func line(_ line: Substring, _ width: Int) -> String {
        guard line.count > width else { return String(line) }
        let indent = line.prefix { $0 == " " }
        var lines: [String] = []
        var current = String(indent)
        for word in words(line.dropFirst(indent.count)) {
            let isFirst = current.allSatisfy { $0 == " " }
            if !isFirst, current.count + 1 + word.count > width {
                lines.append(current)
                current = indent + "  " + word
            } else {
                current += (isFirst ? "" : " ") + word
            }
        }
        return (lines + [current]).joined(separator: "\n")
    }

    /// Words, with what belongs together as one: groups of digits, `10 h 30`, a sign that French sets apart.
    private static func words(_ line: Substring) -> [String] {
        var words: [String] = []
        for word in line.split(separator: " ") {
            if let last = words.last, belongs(String(word), to: last) {
                words[words.count - 1] = last + " " + word
            } else {
                words.append(String(word))
            }
        }
        return words
    }

    private static func belongs(_ word: String, to last: String) -> Bool {
        let isNumber = word.first?.isNumber == true
        let isAfterNumber = last.last?.isNumber == true
        return [":", ";", "?", "!", "»"].contains(word) || last.hasSuffix("«")
            || isNumber && (isAfterNumber || last == "h" || last.hasSuffix(" h")) || isAfterNumber && word == "h"
    }
}
