// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// Reads forms with files, `multipart/form-data` (RFC 7578, RFC 2046 section 5.1), as browsers write them.
enum Multipart {
    struct Part: Sendable {
        let name: String
        /// Nil for a field that is no file.
        let fileName: String?
        let bytes: [UInt8]
    }

    /// The body is not what its header says.
    struct Malformed: Error {}
    /// More bytes than `largest`.
    struct TooLarge: Error {}

    /// More than any flow lets through; the flow's own limit is judged by the library.
    static let largest = 32 << 20
    private static let mostParts = 100

    /// The boundary that a `Content-Type` names; nil for another type.
    static func boundary(of contentType: String) -> String? {
        let pieces = contentType.split(separator: ";").map { $0.trimmingPrefix(while: \.isWhitespace) }
        guard pieces.first?.lowercased() == "multipart/form-data",
            let piece = pieces.first(where: { $0.lowercased().hasPrefix("boundary=") })
        else { return nil }
        let text = piece.dropFirst("boundary=".count).filter { $0 != "\"" }
        return (1...70).contains(text.utf8.count) ? String(text) : nil
    }

    /// - Throws: `Malformed`.
    static func parts(_ body: [UInt8], boundary: String) throws -> [Part] {
        let delimiter = Array("\r\n--\(boundary)".utf8)
        var parts: [Part] = []
        // The first delimiter may stand at the very beginning.
        guard body.starts(with: delimiter.dropFirst(2)) else { throw Malformed() }
        var place = delimiter.count - 2
        while true {
            guard place + 2 <= body.count else { throw Malformed() }
            if body[place] == UInt8(ascii: "-"), body[place + 1] == UInt8(ascii: "-") { return parts }
            guard body[place] == 13, body[place + 1] == 10, parts.count < mostParts else { throw Malformed() }
            guard let head = body.firstRange(of: [13, 10, 13, 10], from: place),
                let end = body.firstRange(of: delimiter, from: head.upperBound - 2)
            else { throw Malformed() }
            let lines = String(decoding: body[(place + 2)..<max(head.lowerBound, place + 2)], as: UTF8.self)
            let start = min(head.upperBound, end.lowerBound)
            parts.append(try part(lines, Array(body[start..<end.lowerBound])))
            place = end.upperBound
        }
    }

    private static func part(_ head: String, _ bytes: [UInt8]) throws -> Part {
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-disposition:") }
        guard let line, let name = parameter("name", of: line) else { throw Malformed() }
        return Part(name: name, fileName: parameter("filename", of: line), bytes: bytes)
    }

    /// Browsers write a quotation mark in a name as `%22` and line ends as `%0D%0A` (WHATWG HTML, "multipart/form-data").
    private static func parameter(_ name: String, of line: Substring) -> String? {
        guard let start = line.firstRange(of: "; \(name)=\"")?.upperBound,
            let end = line[start...].firstIndex(of: "\"")
        else { return nil }
        return String(line[start..<end]).replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing(
            "%0A", with: "\n")
    }
}

extension [UInt8] {
    /// Where `pattern` stands for the first time at `start` or behind it.
    fileprivate func firstRange(of pattern: [UInt8], from start: Int) -> Range<Int>? {
        guard let first = pattern.first, start >= 0 else { return nil }
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var place = start
            while place + pattern.count <= bytes.count {
                let found = memchr(base + place, Int32(first), bytes.count - pattern.count + 1 - place)
                guard let found else { return nil }
                if memcmp(found, pattern, pattern.count) == 0 {
                    let lower = UnsafeRawPointer(found) - base
                    return lower..<lower + pattern.count
                }
                place = UnsafeRawPointer(found) - base + 1
            }
            return nil
        }
    }
}
