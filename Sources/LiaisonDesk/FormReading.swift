// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// A number as a page shows it: with what stands around it, and the link that calls it (RFC 3966).
struct Call: Sendable {
    let before: String
    let number: String
    let link: String
    let after: String

    init(_ line: NumberLine) {
        before = line.before
        number = line.phone
        link = Self.link(line.phone)
        after = line.after
    }

    static func link(_ phone: String) -> String { "tel:" + phone.filter { $0.isNumber || $0 == "+" } }
}

/// A form that was opened, as a page lays it out.
struct FormReading {
    let form: [(name: String, value: FieldValue)]
    let voice: Voice

    /// Each field with what was corrected since.
    func fields(_ corrections: [Correction]) -> [TransmissionPage.Field] {
        let language = voice.language
        let unsafe = voice.unsafeChannels(form)
        return form.compactMap { name, value in
            guard let field = voice.catalogue.fields[name] else { return nil }
            let correction = corrections.last { $0.concerns(name, field) }
            let right = correction.flatMap { $0.value(of: name, field) }
            let shown = field.display(value, language)
            var call: String?
            if field.type == .phone, case .text(let text) = value, text.contains(where: \.isNumber) {
                call = Call.link(right ?? text)
            }
            return TransmissionPage.Field(
                label: field.label(language), value: right ?? shown, call: call,
                unsafe: field.type == .phone ? unsafe : nil,
                corrected: correction.map { voice.when($0.at) + (right == nil ? language(" : ", ": ") + $0.text : "") },
                former: right == nil ? nil : shown)
        }
    }
}
