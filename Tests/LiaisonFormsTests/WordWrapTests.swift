// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import Testing

struct WordWrapTests {
    private let text =
        "  Appelez Brigade de Montluel, Montluel : 04 65 71 03 08 (fermé, ouvre lundi 30 novembre à 8 h 30)"

    @Test(arguments: 30...110)
    func numbersAndTimesStayWhole(width: Int) {
        let lines = WordWrap.wrap(text, width: width).split(separator: "\n")
        #expect(lines.contains { $0.contains("04 65 71 03 08") })
        #expect(lines.contains { $0.contains("8 h 30") })
        #expect(lines.allSatisfy { $0.count <= width })
        #expect(!lines.contains { $0.drop { $0 == " " }.hasPrefix(":") })
        let words = WordWrap.wrap(text, width: width).split { $0 == " " || $0 == "\n" }
        #expect(words == text.split(separator: " "))
    }

    @Test func whatFitsIsUntouched() {
        #expect(WordWrap.wrap("a\n\n  b  c", width: 80) == "a\n\n  b  c")
        #expect(WordWrap.wrap(text, width: 10) == text)
    }

    /// A word that is longer than the line stands alone on one.
    @Test func longWordsAreNotCut() {
        let id = "63e5597d-0000-4000-8000-000000000000"
        #expect(WordWrap.wrap("référence \(id) fin", width: 20).contains(id))
    }
}
