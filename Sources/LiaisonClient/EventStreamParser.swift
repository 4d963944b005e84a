// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonNotes
import LiaisonWire

/// Reads server-sent events (WHATWG HTML, section 9.2.6) as the relay writes them: `id` and one line of `data`; comments and
/// other fields are passed over.
struct EventStreamParser {
    /// Longer than anything that the relay says in a line.
    private static let longestLine = 4096

    private var line: [UInt8] = []
    private var place: Int?
    private var data: [UInt8]?

    /// Takes bytes as they come, cut anywhere.
    ///
    /// - Returns: the messages that are complete now.
    /// - Throws: `ClientFailure.broken(.malformedAnswer)`.
    mutating func take(_ bytes: some Sequence<UInt8>) throws -> [(mailbox: GrownMailbox, place: Int)] {
        var messages: [(GrownMailbox, Int)] = []
        for byte in bytes {
            guard byte == 0x0A else {
                line.append(byte)
                guard line.count <= Self.longestLine else { throw ClientFailure.broken(.malformedAnswer) }
                continue
            }
            if line.last == 0x0D { line.removeLast() }
            if let message = try end(of: line) { messages.append(message) }
            line = []
        }
        return messages
    }

    private mutating func end(of line: [UInt8]) throws -> (GrownMailbox, Int)? {
        guard !line.isEmpty else {
            defer { (place, data) = (nil, nil) }
            guard let data else { return nil }
            guard let place, let mailbox = try? WireJSON.decode(GrownMailbox.self, from: data), mailbox.number > 0
            else {
                throw ClientFailure.broken(.malformedAnswer)
            }
            return (mailbox, place)
        }
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        var value = line.dropFirst(name.count + 1)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: name, as: UTF8.self) {
        case "id": place = DecimalNumber.parse(String(decoding: value, as: UTF8.self))
        case "data": data = Array(value)
        default: break
        }
        return nil
    }
}
