// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel

/// The circuit of information of a convention (the "logigramme" of a cahier des charges): roles as lanes, flows as rows.
public struct Circuit {
    struct Row {
        let title: String
        let details: String
        let senders: [Int]
        let recipients: [Int]
        let copies: [Int]
        /// Roles that hear of silence.
        let alerted: [Int]
    }

    let title: String
    /// What each lane is called.
    let lanes: [String]
    let rows: [Row]
    let language: Language

    public init(_ convention: Convention, catalogue: FormCatalogue, language: Language) {
        let words = ConventionWords(convention, catalogue: catalogue, language: language)
        // In the order in which flows name them, so that neighbours exchange.
        var order: [String] = []
        for flow in convention.flows {
            for role in flow.from + flow.to + flow.copies + flow.escalation.compactMap(\.to.role)
            where !order.contains(role) && convention.roles.contains(where: { $0.id == role }) {
                order.append(role)
            }
        }
        let index = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        self.language = language
        title = "Convention \(convention.name), version \(convention.version)"
        lanes = order.map(words.role)
        rows = convention.flows.map { flow in
            var details = [
                language("prise en charge : ", "acknowledgement: ")
                    + flow.urgencies.map { "\(words.urgency($0.urgency)) \(words.limit($0.within, $0.clock))" }
                    .joined(separator: ", ")
            ]
            if !flow.escalation.isEmpty {
                details.append(words.escalation(flow.escalation))
            }
            if let reply = flow.reply {
                details.append(language("retour : ", "return: ") + words.limit(reply.within, reply.clock))
            }
            return Row(
                title: words.kind(flow.kind)
                    + (flow.callFirst ? language(" (téléphone d'abord)", " (telephone first)") : ""),
                details: details.joined(separator: language(" ; ", "; ")), senders: flow.from.compactMap { index[$0] },
                recipients: flow.to.compactMap { index[$0] }, copies: flow.copies.compactMap { index[$0] },
                alerted: flow.escalation.compactMap { $0.to.role.flatMap { index[$0] } })
        }
    }

    /// A Mermaid sequence diagram: lanes are participants.
    public func mermaid() -> String {
        var lines = ["sequenceDiagram"]
        for (index, lane) in lanes.enumerated() { lines.append("    participant r\(index) as \(Self.plain(lane))") }
        for row in rows {
            for sender in row.senders {
                for recipient in row.recipients where recipient != sender {
                    lines.append("    r\(sender)->>r\(recipient): \(Self.plain(row.title))")
                }
                for copy in row.copies where copy != sender {
                    lines.append("    r\(sender)-->>r\(copy): \(Self.plain(row.title)) (\(language("copie", "copy")))")
                }
            }
            let lanes = row.senders + row.recipients
            if let first = lanes.min(), let last = lanes.max() {
                lines.append("    Note over r\(first),r\(last): \(Self.plain(row.details))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Semicolons and hashes mean something to Mermaid.
    private static func plain(_ text: String) -> String {
        text.replacing(";", with: ",").replacing("#", with: "")
    }
}
