// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonNotes
import Testing

struct CanonicalJSONTests {
    struct Sample: Codable, Equatable {
        var name: String
        var count: Int
        var list: [String]
        var note: String?
    }

    @Test func encodesSortedAndUnescaped() throws {
        let sample = Sample(name: "é/\"\\ ☎", count: 3, list: ["b", "a"], note: nil)
        #expect(
            String(decoding: try CanonicalJSON.encode(sample), as: UTF8.self)
                == #"{"count":3,"list":["b","a"],"name":"é/\"\\ ☎"}"#)
    }

    @Test(arguments: [
        #"{"count":1,"list":[],"name":"x"}"#, #"{"count":1,"list":["é"],"name":"x","note":"y"}"#,
        #"{"count":999999999999999,"list":[],"name":"\"\\"}"#
    ])
    func acceptsAndReencodes(text: String) throws {
        let value = try CanonicalJSON.decode(Sample.self, from: Array(text.utf8))
        #expect(try CanonicalJSON.encode(value) == Array(text.utf8))
    }

    @Test(arguments: [
        #"{"name":"x","count":1,"list":[]}"#,  // order
        #"{"count":1,"count":1,"list":[],"name":"x"}"#,  // duplicate
        #"{"count":1,"extra":0,"list":[],"name":"x"}"#,  // unknown field
        #"{"count":1.0,"list":[],"name":"x"}"#, #"{"count":1e2,"list":[],"name":"x"}"#,
        #"{"count":9007199254740993,"list":[],"name":"x"}"#, #"{"count":-0,"list":[],"name":"x"}"#,
        #"{"count":1,"list":[],"name":"\u0041"}"#, #"{"count":1,"list":[],"name":"a\/b"}"#,
        #"{"count":1,"list":[],"name":"\n"}"#, "{\"count\":1,\"list\":[],\"name\":\"\u{85}\"}",
        #"{"count": 1,"list":[],"name":"x"}"#, #"{"count":1,"list":[],"name":"x","note":null}"#,
        #"{"count":1,"list":[],"name":"x"} "#, "", "[]", #"{"count":"1","list":[],"name":"x"}"#
    ])
    func refuses(text: String) {
        #expect(throws: CanonicalJSON.Failure.self) {
            try CanonicalJSON.decode(Sample.self, from: Array(text.utf8))
        }
    }

    @Test func namesTheUnknownField() {
        #expect(throws: CanonicalJSON.Failure.notCanonical(field: "extra")) {
            try CanonicalJSON.decode(
                Sample.self, from: Array(#"{"count":1,"extra":0,"list":[],"name":"x"}"#.utf8))
        }
    }

    @Test func newlinesOnlyWhereAsked() throws {
        let text = Array(#"{"count":1,"list":[],"name":"a\nb"}"#.utf8)
        #expect(try CanonicalJSON.decode(Sample.self, from: text, newlines: true).name == "a\nb")
        #expect(throws: CanonicalJSON.Failure.controlCharacter) {
            try CanonicalJSON.decode(Sample.self, from: text)
        }
    }
}
