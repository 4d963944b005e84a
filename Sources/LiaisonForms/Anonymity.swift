// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel

/// One number of a report: `indicator=number`, or `indicator=suppressed` where the number is small.
struct Cell {
    let indicator: String
    /// Nil when suppressed.
    let count: Int?

    /// The dimension that it counts along: what stands before the dot.
    var dimension: Substring { indicator.prefix { $0 != "." } }
    var isTotal: Bool { indicator.hasSuffix(".total") }

    init?(_ text: String) {
        let pieces = text.split(separator: "=", omittingEmptySubsequences: false)
        guard pieces.count == 2, let count = Int(pieces[1]) ?? (pieces[1] == "suppressed" ? -1 : nil), count >= -1,
            pieces[1] == "suppressed" || String(count) == pieces[1]
        else { return nil }
        indicator = String(pieces[0])
        self.count = count == -1 ? nil : count
    }
}

extension FormCatalogue {
    /// Primary and complementary suppression, and periods of whole months, so that no subtraction of reports leads to a
    /// person: anonymous or not sent (domain rule S4 III.6; RGPD, recital 26).
    func checkAnonymity(_ form: [String: FieldValue], _ kind: FormKind) -> [FormFinding] {
        guard kind.fields.contains("indicators"), case .list(let texts)? = form["indicators"],
            case .integer(let threshold)? = form["suppression_threshold"]
        else { return [] }
        let cells = texts.compactMap(Cell.init)
        var findings: [FormFinding] = []
        for cell in cells where cell.count.map({ $0 > 0 && $0 < threshold }) ?? false {
            let name = labels(of: [cell.indicator], in: "indicators")
            findings.append(
                FormFinding(field: "indicators", .belowThreshold(indicator: name, threshold: threshold)))
        }
        for (_, members) in Dictionary(grouping: cells, by: \.dimension).sorted(by: { $0.key < $1.key }) {
            let hidden = members.filter { $0.count == nil }
            guard hidden.count == 1, members.contains(where: { $0.isTotal && $0.count != nil }) else { continue }
            let name = labels(of: hidden.map(\.indicator), in: "indicators")
            findings.append(FormFinding(field: "indicators", .foundBySubtraction(indicator: name)))
        }
        guard case .text(let start)? = form["period_start"], case .text(let end)? = form["period_end"],
            start.hasSuffix("-01"), FieldDefinition.isLastOfMonth(end), start < end
        else { return findings + [FormFinding(field: "period_start", .periodNotInWholeMonths)] }
        return findings
    }
}
