// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Testing

@testable import LiaisonDesk

/// What browsers send, and what others send in their name.
struct FormTests {
    @Test func formsAreReadAsBrowsersWriteThem() throws {
        let form = try FormBody(
            urlEncoded: "f.last_name=TEST%C3%89+ARD&f.needs=&f.needs=housing&f.needs=health&a=b%3Dc&x")
        #expect(form["f.last_name"] == "TESTÉ ARD")
        #expect(form.all("f.needs") == ["", "housing", "health"])
        #expect(form["a"] == "b=c")
        #expect(form["x"] == "")
        #expect(form.given("x") == nil)
        #expect(form["y"] == nil)
    }

    /// None of these ends the program.
    @Test(arguments: ["", "&", "=", "&&==&", "a=%", "a=%z", "a=%zz", "%zz=a", "a=%C3", "\u{0}=\u{0}", "a=%00"])
    func whatIsNoFormIsReadAllTheSame(text: String) throws {
        let form = try FormBody(urlEncoded: text)
        #expect(form["token"] == nil)
    }

    /// Cheap to send, and dear to read: refused before it is read.
    @Test func aFormOfThousandsOfFieldsIsTooMuch() {
        #expect(throws: TooMuchText.self) { try FormBody(urlEncoded: String(repeating: "a&", count: 1 << 20)) }
    }

    private func body(_ parts: String..., boundary: String = "XYZ") -> [UInt8] {
        Array((parts.map { "--\(boundary)\r\n\($0)\r\n" }.joined() + "--\(boundary)--\r\n").utf8)
    }

    @Test func filesAreReadAsBrowsersWriteThem() throws {
        let parts = try Multipart.parts(
            body(
                "Content-Disposition: form-data; name=\"token\"\r\n\r\nabc",
                "Content-Disposition: form-data; name=\"file\"; filename=\"note %22a%22.txt\"\r\nContent-Type: text/plain\r\n\r\none\r\n\r\ntwo\r\n",
                "Content-Disposition: form-data; name=\"file\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            ),
            boundary: "XYZ")
        #expect(parts.map(\.name) == ["token", "file", "file"])
        #expect(parts.map(\.fileName) == [nil, "note \"a\".txt", ""])
        #expect(parts.map { String(decoding: $0.bytes, as: UTF8.self) } == ["abc", "one\r\n\r\ntwo\r\n", ""])
    }

    @Test(arguments: [
        "", "--XYZ", "--XYZ--", "--XYZ\r\n", "--XYZ\r\n\r\n",
        "--XYZ\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--XYZ--",
        "--XYZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc", "--XY\r\n\r\n\r\n--XY--", "\r\n--XYZ\r\n"
    ])
    func whatIsCutIsNoForm(text: String) {
        let parts = try? Multipart.parts(Array(text.utf8), boundary: "XYZ")
        #expect(parts?.isEmpty ?? true)
    }

    @Test(
        arguments: [
            ("multipart/form-data; boundary=XYZ", "XYZ"), ("multipart/form-data; boundary=\"X Y\"", "X Y"),
            ("Multipart/Form-Data; charset=utf-8; Boundary=abc", "abc"), ("multipart/form-data", nil),
            ("text/plain; boundary=a", nil),
            ("multipart/form-data; boundary=", nil), ("", nil)
        ] as [(String, String?)])
    func boundaries(header: String, expected: String?) {
        #expect(Multipart.boundary(of: header) == expected)
    }
}
