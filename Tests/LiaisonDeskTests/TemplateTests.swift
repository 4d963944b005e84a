// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import Testing

@testable import LiaisonDesk

/// What every template keeps, whoever writes the next one.
struct TemplateTests {
    private let templates = Templates.sources.mapValues { String(decoding: $0, as: UTF8.self) }

    @Test func allAreRight() throws { _ = try Templates() }

    /// What others wrote is text on every page: nothing is put in unescaped.
    @Test func nothingIsPutInUnescaped() {
        for (name, text) in templates {
            #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
        }
    }

    /// The policy forbids it, and a browser would leave it out without a word.
    @Test func nothingRunsOrIsStyledInLine() {
        for (name, text) in templates {
            #expect(text.firstMatch(of: /\sstyle=|\son[a-z]+=|<style|javascript:|<script>/) == nil, "\(name)")
        }
    }

    @Test func everyFormThatChangesSomethingHasItsToken() {
        for (name, text) in templates {
            for form in text.split(separator: "<form").dropFirst() {
                let tag = form.prefix { $0 != ">" }
                guard tag.contains("method=\"post\"") else { continue }
                let inside = form.components(separatedBy: "</form>")[0]
                #expect(inside.contains("name=\"token\" value=\"{{frame.formToken}}\""), "\(name): \(tag)")
            }
        }
    }

    @Test func everyTextIsThereInBothLanguages() {
        for (name, text) in templates {
            for match in text.matches(of: /\{\{[#^]?t\.([A-Za-z.]+)\}\}/) {
                let key = String(match.1)
                for language in [DeskWords.texts(.fr), DeskWords.texts(.en)] {
                    #expect(language[key]?.isEmpty == false, "\(name): \(key)")
                }
            }
        }
    }

    /// Two tables with the same name would leave one of the texts unsaid, without a word.
    @Test func noTextHasTheNameOfAnother() {
        let tables = [DeskWords.own, DeskWords.audit, DeskRegistrarWords.all, DeskSharedWords.all].map { Set($0.keys) }
        #expect(DeskWords.texts(.fr).count == tables.map(\.count).reduce(0, +))
    }

    /// French has a space before it and English none: the words say which.
    @Test func noColonIsWrittenInALanguage() {
        for (name, text) in templates {
            let colons = text.matches(of: /[>}] ?: ?[<{]/).count
            #expect(colons == 0, "\(name)")
        }
    }
}
