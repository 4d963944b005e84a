// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import Testing

/// What keys do to a text.
struct LineBufferTests {
    private typealias Outcome = LineBuffer.Outcome

    private func typing(_ keys: [Key], in text: String = "", _ extent: LineBuffer.Extent = .line) -> LineBuffer {
        var buffer = LineBuffer(text, extent: extent)
        for key in keys { _ = buffer.take(key) }
        return buffer
    }

    @Test func textGoesWhereTheCursorIs() {
        var buffer = LineBuffer()
        #expect(buffer.take(.text("é")) == .appended("é"))
        #expect(buffer.take(.left) == .changed)
        #expect(buffer.take(.left) == .unchanged)
        #expect(buffer.take(.text("d")) == .changed)
        #expect(buffer.text == "dé")
        #expect(buffer.before == "d")
        #expect(buffer.take(.right) == .changed)
        #expect(buffer.take(.right) == .unchanged)
    }

    @Test(arguments: ["é", "e\u{301}", "👩\u{200D}⚕️", "🇫🇷", "語"])
    func backspaceTakesAWholeCharacter(_ character: String) {
        #expect(typing([.backspace], in: "a\(character)").text == "a")
        #expect(typing([.left, .delete], in: "a\(character)").text == "a")
    }

    @Test func aMarkJoinsTheCharacterBefore() {
        var buffer = LineBuffer("e")
        #expect(buffer.take(.text("\u{301}")) == .changed)
        #expect(buffer.text.count == 1)
    }

    @Test(
        arguments: [
            ([.home, .text("x")], "xun deux trois"),
            ([.home, .end, .text("x")], "un deux troisx"),
            ([.eraseWord], "un deux "),
            ([.eraseWord, .eraseWord], "un "),
            ([.eraseToStart], ""),
            ([.left, .left, .eraseToEnd], "un deux tro"),
            ([.home, .right, .eraseToStart], "n deux trois"),
            ([.home, .backspace, .eraseWord, .eraseToStart], "un deux trois"),
            ([.delete, .eraseToEnd], "un deux trois")
        ] as [([Key], String)])
    func keysEdit(_ keys: [Key], _ expected: String) {
        #expect(typing(keys, in: "un deux trois").text == expected)
    }

    @Test func enterInterruptionAndEnd() {
        var buffer = LineBuffer()
        #expect(buffer.take(.endOfInput) == .ended)
        #expect(buffer.take(.text("a")) == .appended("a"))
        #expect(buffer.take(.endOfInput) == .unchanged)
        #expect(buffer.take(.interrupt) == .interrupted)
        #expect(buffer.take(.enter) == .finished)
        #expect(buffer.text == "a")
    }

    // MARK: Pastes

    @Test func aPasteOfSeveralLinesIsOneLine() {
        let buffer = typing([.paste("\nun\r\ndeux\rtrois\n")])
        #expect(buffer.text == "un deux trois")
        #expect(buffer.hasJoinedLines)
    }

    @Test func aPasteOfOneLineIsNothingToTell() {
        let buffer = typing([.paste("TESTARD\n")])
        #expect(buffer.text == "TESTARD")
        #expect(!buffer.hasJoinedLines)
    }

    @Test func paragraphsStayParagraphs() {
        let buffer = typing([.paste("un\r\n\r\ndeux")], .paragraphs)
        #expect(buffer.text == "un\n\ndeux")
        #expect(!buffer.hasJoinedLines)
    }

    @Test func whatCouldSteerATerminalIsLeftOut() {
        #expect(typing([.paste("a\u{1B}[31mb\u{7}\u{202E}c\td")]).text == "a[31mbc d")
        #expect(typing([.text("\u{9B}")]).text.isEmpty)
    }

    @Test func nothingIsCut() {
        let text = String(repeating: "motif ", count: 2000)
        #expect(typing([.paste(text)]).text == text)
    }

    // MARK: Paragraphs

    @Test func anEmptyLineEndsParagraphs() {
        var buffer = LineBuffer("", extent: .paragraphs)
        #expect(buffer.take(.text("un")) == .appended("un"))
        #expect(buffer.take(.enter) == .appended("\n"))
        #expect(buffer.take(.text("deux")) == .appended("deux"))
        #expect(buffer.take(.enter) == .appended("\n"))
        #expect(buffer.take(.enter) == .finished)
        #expect(buffer.text == "un\ndeux\n")
    }

    @Test func anEmptyLineInsideAPasteThatWasNotAnnouncedEndsNothing() {
        var buffer = LineBuffer("un\n", extent: .paragraphs)
        #expect(buffer.take(.enter, isFollowed: true) == .appended("\n"))
        #expect(buffer.take(.enter) == .finished)
    }

    @Test func nothingAndCommandsEndAtOnce() {
        var empty = LineBuffer("", extent: .paragraphs)
        #expect(empty.take(.enter) == .finished)
        var command = LineBuffer("<", extent: .paragraphs, commands: ["<"])
        #expect(command.take(.enter) == .finished)
    }

    @Test func enterInsideParagraphsBreaksTheLine() {
        #expect(typing([.left, .left, .enter], in: "undeux", .paragraphs).text == "unde\nux")
        #expect(typing([.up, .enter, .enter], in: "un\n\ndeux", .paragraphs).text == "un\n\n\n\ndeux")
    }

    @Test(
        arguments: [
            ([.up], "un\ndeu"), ([.up, .up], "un"), ([.up, .up, .up], "un"), ([.up, .up, .down], "un\nde"),
            ([.up, .home], "un\n"), ([.up, .home, .up, .end], "un"), ([.down], "un\ndeux\ncin"),
            ([.home, .up, .left], "un")
        ] as [([Key], String)])
    func theCursorMovesBetweenLines(_ keys: [Key], _ before: String) {
        #expect(typing(keys, in: "un\ndeux\ncin", .paragraphs).before == before)
    }

    @Test func erasingStaysOnTheLine() {
        #expect(typing([.eraseToStart], in: "un\ndeux", .paragraphs).text == "un\n")
        #expect(typing([.up, .home, .eraseToEnd], in: "un\ndeux", .paragraphs).text == "\ndeux")
    }

    // MARK: Rows

    @Test func rowsFollowTheWidth() {
        let layout = LineBuffer("abcdefghijkl").layout(width: 8, prompt: "> ")
        #expect(layout.rows == ["> abcdef", "ghijkl"])
        #expect((layout.row, layout.column) == (1, 6))
    }

    @Test func aFullRowLeavesTheCursorOnTheNext() {
        let layout = LineBuffer("abcdef").layout(width: 8, prompt: "> ")
        #expect(layout.rows == ["> abcdef", ""])
        #expect((layout.row, layout.column) == (1, 0))
    }

    @Test func wideCharactersTakeTwoColumns() {
        let layout = LineBuffer("ab語e\u{301}").layout(width: 5, prompt: "> ")
        #expect(layout.rows == ["> ab", "語e\u{301}"])
        #expect((layout.row, layout.column) == (1, 3))
    }

    @Test func eachLineHasItsPrompt() {
        let buffer = typing([.up, .home], in: "un\n\ndeux", .paragraphs)
        #expect(buffer.before == "un\n")
        let layout = typing([.left], in: "un\n\ndeux", .paragraphs).layout(width: 80, prompt: "> ")
        #expect(layout.rows == ["> un", "> ", "> deux"])
        #expect((layout.row, layout.column) == (2, 5))
    }
}

/// What the bytes of a terminal mean.
struct KeyDecoderTests {
    private func keys(_ bytes: some Sequence<UInt8>) -> [Key] {
        var decoder = KeyDecoder()
        return bytes.flatMap { decoder.take($0) }
    }

    @Test(
        arguments: [
            ("aé語👍", [.text("a"), .text("é"), .text("語"), .text("👍")]),
            ("\r", [.enter]), ("\n", [.enter]), ("\r\n", [.enter]),
            ("\n\n", [.enter, .enter]), ("\r\r", [.enter, .enter]),
            ("\r\r", [.enter, .enter]),
            ("\u{7F}\u{8}", [.backspace, .backspace]),
            ("\u{1}\u{5}\u{15}\u{17}\u{B}", [.home, .end, .eraseToStart, .eraseWord, .eraseToEnd]),
            ("\u{3}\u{4}\u{C}", [.interrupt, .endOfInput, .redraw]),
            ("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", [.up, .down, .right, .left]),
            ("\u{1B}OA\u{1B}OH\u{1B}OF\u{1B}OM", [.up, .home, .end, .enter]),
            ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~\u{1B}[3~", [.home, .end, .home, .end, .delete]),
            ("\u{1B}[1;5C", [.right])
        ] as [(String, [Key])])
    func bytesAreKeys(_ text: String, _ expected: [Key]) {
        #expect(keys(text.utf8) == expected)
    }

    @Test(arguments: [
        "\u{1B}[15~", "\u{1B}[200;5u", "\u{1B}[?1;2c", "\u{1B}[[A", "\u{1B}OP", "\u{1B}f", "\u{1B}]0;titre\u{7}",
        "\u{1B}]0;titre\u{1B}\\", "\u{1B}P1$r\u{1B}\\", "\u{0}", "\t", "\u{1A}"
    ])
    func whatMeansNoKeyIsPassedOver(_ text: String) {
        #expect(keys("\(text)x".utf8) == [.text("x")])
    }

    @Test func controlsWorkAfterABrokenSequence() {
        #expect(keys("\u{1B}[12\r".utf8) == [.enter])
        #expect(keys("\u{1B}\u{3}".utf8) == [.interrupt])
        #expect(keys("\u{1B}]0;\r".utf8) == [.enter])
    }

    @Test func brokenCharactersAreSeen() {
        #expect(keys([0xE9, 0x61]) == [.text("\u{FFFD}"), .text("a")])
        #expect(keys([0x80]) == [.text("\u{FFFD}")])
        #expect(keys([0xC3, 0xC3, 0xA9]) == [.text("\u{FFFD}"), .text("é")])
    }

    @Test func aPasteIsOneKey() {
        #expect(
            keys("\u{1B}[200~un\r\n\u{4}\u{1B}[Adeux\u{1B}[201~\r".utf8)
                == [.paste("un\r\n\u{4}\u{1B}[Adeux"), .enter])
    }

    @Test func nobodyIsCaughtInAPaste() {
        #expect(keys("\u{1B}[200~un\u{3}x".utf8) == [.interrupt, .text("x")])
    }

    @Test func escapeAloneEnds() {
        var decoder = KeyDecoder()
        #expect(decoder.take(0x1B).isEmpty)
        #expect(decoder.isAfterEscape)
        decoder.endEscape()
        #expect(decoder.take(0x5B) == [.text("[")])
    }
}
