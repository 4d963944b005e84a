// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonWords

/// Everything that will be sealed, as numbered lines that can be corrected by their numbers.
struct FormSummary {
    enum Item: Hashable {
        /// A field that the person answered.
        case field(String)
        /// A field that the convention leaves no choice about.
        case fixed(String)
        case urgency
        /// The telephone call, unless a field of the form tells it.
        case call
        case attachments
    }

    let items: [Item]
    let answers: Answers
    let fixed: [String: FieldValue]
    let interview: Interview

    private var language: Language { interview.language }

    init(_ answers: Answers, fixed: [String: FieldValue], _ interview: Interview) {
        self.answers = answers
        self.fixed = fixed
        self.interview = interview
        let fields = interview.kind.fields.compactMap { name -> Item? in
            if fixed[name] != nil { return .fixed(name) }
            return answers.form[name] == nil ? nil : .field(name)
        }
        var items = fields + [.urgency]
        let concernsCall = interview.expectsCall(answers) || answers.phoneConfirmedAt != nil
        if concernsCall, !fields.contains(.field(Interview.callField)) { items.append(.call) }
        if interview.takesAttachments || !answers.attachments.isEmpty { items.append(.attachments) }
        self.items = items
    }

    var lines: [String] { items.enumerated().flatMap { number, item in lines(item, number: number + 1) } }

    /// The label of what stands under a number.
    func label(of item: Item) -> String {
        switch item {
        case .field(let name), .fixed(let name): interview.catalogue.fields[name]?.label(language) ?? name
        case .urgency: language("Urgence", "Urgency")
        case .call: language("Appel téléphonique", "Telephone call")
        case .attachments: language("Pièces jointes", "Attachments")
        }
    }

    private func lines(_ item: Item, number: Int) -> [String] {
        let start = "  \(number). \(label(of: item))" + language(" :", ":")
        let value = Markup.printable(text(of: item)).split(separator: "\n", omittingEmptySubsequences: false)
        // A text of several lines stands below its label, whole.
        return value.count == 1 ? ["\(start) \(value[0])"] : [start] + value.map { "       \($0)" }
    }

    private func text(of item: Item) -> String {
        switch item {
        case .field(let name): shown(answers.form[name], name)
        case .fixed(let name): shown(fixed[name], name) + language(" (selon la convention)", " (by the convention)")
        case .urgency: interview.text(of: answers.urgency)
        case .call:
            answers.phoneConfirmedAt.map { LocalTime(interview.zone).text($0, language) }
                ?? language("pas encore fait", "not yet made")
        case .attachments:
            answers.attachments.isEmpty
                ? language("aucune", "none")
                : answers.attachments.map { Self.file($0, language) }.joined(separator: "\n")
        }
    }

    private func shown(_ value: FieldValue?, _ name: String) -> String {
        guard let value, let field = interview.catalogue.fields[name] else { return "" }
        return field.display(value, language)
    }

    /// A file by its name and size: `convocation.pdf, 84 ko`.
    static func file(_ path: String, _ language: Language) -> String {
        let name = Markup.printable(URL(fileURLWithPath: path).lastPathComponent)
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let size = (attributes?[.size] as? NSNumber)?.intValue else {
            return name + language(", illisible", ", not readable")
        }
        return "\(name), \(FileSize.text(size, language))"
    }
}
