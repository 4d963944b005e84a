// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms

/// Draws a circuit as SVG 1.1 in millimetres on A4 landscape, black on white; longer conventions grow downwards.
///
/// Meaning is never in a colour: a sender is a dot, a recipient an arrowhead, a copy a hollow arrowhead on a dashed line, a
/// role that hears of silence a diamond.
extension Circuit {
    private static let width = 297.0
    private static let margin = 8.0
    private static let header = 30.0
    private static let footer = 12.0
    /// Millimetres for one flow: as many as the page has, never too few to read.
    private var rowHeight: Double {
        min(11, max(8.6, (210 - Self.header - Self.footer) / Double(max(rows.count, 1))))
    }
    /// Width of a character, as a part of the font size: wide enough for the usual sans-serif fonts.
    private static let characterWidth = 0.52

    public func svg() -> String {
        let height = max(210, Self.header + Double(rows.count) * rowHeight + Self.footer)
        var parts = [
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="\(Self.number(height))mm" viewBox="0 0 297 \(Self.number(height))" font-family="Helvetica, Arial, sans-serif" fill="black">
            <title>\(Markup.escaped(title))</title>
            <rect width="297" height="\(Self.number(height))" fill="white"/>
            """,
            text(title, x: Self.margin, y: 9, size: 5, weight: "bold")
        ]
        for index in lanes.indices { parts.append(lane(index, bottom: height - Self.footer)) }
        for (index, row) in rows.enumerated() {
            parts.append(draw(row, y: Self.header + (Double(index) + 0.75) * rowHeight))
        }
        parts.append(legend(y: height - 5))
        return (parts + ["</svg>\n"]).joined(separator: "\n")
    }

    private func x(_ lane: Int) -> Double {
        let span = (Self.width - 2 * Self.margin) / Double(max(lanes.count, 1))
        return Self.margin + span * (Double(lane) + 0.5)
    }

    private func lane(_ index: Int, bottom: Double) -> String {
        let span = (Self.width - 2 * Self.margin) / Double(lanes.count)
        let lines = Self.wrapped(lanes[index], width: span - 1, size: 2.9)
        let labels = lines.enumerated().map { number, line in
            text(line, x: x(index), y: 15 + 3.2 * Double(number), size: 2.9, weight: "bold", anchor: "middle")
        }
        let line =
            "<line x1=\"\(Self.number(x(index)))\" y1=\"\(Self.number(Self.header - 1))\" x2=\"\(Self.number(x(index)))\" y2=\"\(Self.number(bottom))\" stroke=\"#999\" stroke-width=\"0.2\"/>"
        return (labels + [line]).joined(separator: "\n")
    }

    private func draw(_ row: Row, y: Double) -> String {
        let ends = row.senders + row.recipients
        guard let first = ends.min(), let last = ends.max() else { return "" }
        let all = ends + row.copies + row.alerted
        var parts = [Self.line(x(first), x(last), y, dashed: false)]
        if let left = all.min(), let right = all.max(), left < first || right > last {
            if left < first { parts.append(Self.line(x(left), x(first), y, dashed: true)) }
            if right > last { parts.append(Self.line(x(last), x(right), y, dashed: true)) }
        }
        let middle = row.senders.map(x).reduce(0, +) / Double(max(row.senders.count, 1))
        for alerted in row.alerted { parts.append(Self.diamond(x(alerted), y)) }
        for copy in row.copies {
            parts.append(Self.arrow(x(copy), y, towards: x(copy) > middle ? 1 : -1, filled: false))
        }
        for recipient in row.recipients {
            parts.append(Self.arrow(x(recipient), y, towards: x(recipient) >= middle ? 1 : -1, filled: true))
        }
        for sender in row.senders {
            // A role that sends and receives the same kind shows both.
            parts.append("<circle cx=\"\(Self.number(x(sender)))\" cy=\"\(Self.number(y))\" r=\"0.9\"/>")
        }
        parts.append(label(row.title, y: y - 4.2, size: 2.9, weight: "bold"))
        parts.append(label(row.details, y: y - 1.5, size: 2.4, weight: "normal"))
        return parts.joined(separator: "\n")
    }

    /// A text on a white ground, so that lanes do not cross it; squeezed where it would leave the page.
    private func label(_ content: String, y: Double, size: Double, weight: String) -> String {
        let room = Self.width - 2 * Self.margin
        let natural = Double(content.count) * size * Self.characterWidth
        let width = min(natural, room)
        let ground =
            "<rect x=\"\(Self.number(Self.margin))\" y=\"\(Self.number(y - size * 0.85))\" width=\"\(Self.number(width))\" height=\"\(Self.number(size * 1.1))\" fill=\"white\"/>"
        return ground + "\n"
            + text(content, x: Self.margin, y: y, size: size, weight: weight, length: natural > room ? room : nil)
    }

    private func legend(y: Double) -> String {
        let items: [(String, String)] = [
            ("<circle cx=\"10\" cy=\"\(Self.number(y - 0.8))\" r=\"0.9\"/>", language("expéditeur", "sender")),
            (Self.arrow(56, y - 0.8, towards: 1, filled: true), language("destinataire", "recipient")),
            (Self.arrow(102, y - 0.8, towards: 1, filled: false), language("copie obligatoire", "mandatory copy")),
            (Self.diamond(148, y - 0.8), language("alerté faute de réponse", "alerted if nobody answers"))
        ]
        return items.enumerated().map { index, item in
            item.0 + "\n" + text(item.1, x: 13 + 46 * Double(index), y: y, size: 2.6, weight: "normal")
        }.joined(separator: "\n")
    }

    // MARK: Shapes

    private static func line(_ from: Double, _ to: Double, _ y: Double, dashed: Bool) -> String {
        "<line x1=\"\(number(from))\" y1=\"\(number(y))\" x2=\"\(number(to))\" y2=\"\(number(y))\" stroke=\"black\" stroke-width=\"0.35\""
            + (dashed ? " stroke-dasharray=\"1.2 0.8\"" : "") + "/>"
    }

    private static func arrow(_ x: Double, _ y: Double, towards direction: Double, filled: Bool) -> String {
        let back = x - 2.4 * direction
        return
            "<path d=\"M \(number(x)) \(number(y)) L \(number(back)) \(number(y - 1.2)) L \(number(back)) \(number(y + 1.2)) Z\" fill=\"\(filled ? "black" : "white")\" stroke=\"black\" stroke-width=\"0.3\"/>"
    }

    private static func diamond(_ x: Double, _ y: Double) -> String {
        "<path d=\"M \(number(x - 1.2)) \(number(y)) L \(number(x)) \(number(y - 1.2)) L \(number(x + 1.2)) \(number(y)) L \(number(x)) \(number(y + 1.2)) Z\" fill=\"white\" stroke=\"black\" stroke-width=\"0.3\"/>"
    }

    private func text(
        _ content: String, x: Double, y: Double, size: Double, weight: String, anchor: String = "start",
        length: Double? = nil
    ) -> String {
        let squeeze = length.map { " textLength=\"\(Self.number($0))\" lengthAdjust=\"spacingAndGlyphs\"" } ?? ""
        return
            "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\" font-weight=\"\(weight)\" text-anchor=\"\(anchor)\"\(squeeze)>\(Markup.escaped(content))</text>"
    }

    /// Words in lines of at most `width` millimetres, four lines at most.
    static func wrapped(_ text: String, width: Double, size: Double) -> [String] {
        let room = max(Int(width / (size * characterWidth)), 6)
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= room {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        guard lines.count > 4 else { return lines }
        return lines.prefix(3) + [lines[3] + "…"]
    }

    private static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return hundredths % 100 == 0 ? "\(hundredths / 100)" : "\(Double(hundredths) / 100)"
    }
}
