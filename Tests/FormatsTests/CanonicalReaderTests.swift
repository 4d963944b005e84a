// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonSealing
import LiaisonTestKit
import Testing

@testable import LiaisonNotes

/// The reader in one pass and the writer, held to what defines them: "decode, encode, compare", and Foundation's encoder.
struct CanonicalReaderTests {
    /// A document's line of JSON, and how both readers take a text for it.
    struct Sample: Sendable, CustomTestStringConvertible {
        let name: String
        let json: [UInt8]
        /// Whether each took it, and whether both read the same.
        let judge: @Sendable ([UInt8]) -> (inOnePass: Bool, byDefinition: Bool, isSame: Bool)
        /// What Foundation writes of the value.
        let reference: [UInt8]

        var testDescription: String { name }

        init<Value: Codable & Equatable & Sendable>(
            _ name: String, _ value: Value, newlines: Bool = false
        ) throws {
            self.name = name
            json = try CanonicalJSON.encode(value)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            reference = Array(try encoder.encode(value))
            judge = { bytes in
                let fast = CanonicalReader.read(Value.self, from: bytes, newlines: newlines)
                let slow = try? CanonicalJSON.decodeByDefinition(Value.self, from: bytes, newlines: newlines)
                return (fast != nil, slow != nil, fast == slow)
            }
        }
    }

    private static func note<Body: Document>(_ name: String, _ type: Body.Type) throws -> Sample {
        let text = try String(contentsOfFile: "\(Programs.root)/docs/examples/\(name)", encoding: .utf8)
        return try Sample(name, Unverified<Body>(parsing: text).claimed)
    }

    private static func event() throws -> EventRecord {
        let unit = try Fixture.unit("iscg-est@avema01")
        var event = EventRecord(
            log: Fixture.origin, event: .contentConsignment, mailbox: .unit(unit), number: 7, at: Fixture.start)
        event.transmission = TransmissionID("00000000-0000-4000-8000-000000000000")
        event.envelope = Hash.of("envelope")
        event.unit = unit
        event.state = .available
        event.dueAt = Fixture.start + 60
        event.code = "retention"
        event.agent = try Fixture.agent("d-01@cd01")
        event.entries = [1, 22, 333]
        event.count = 12
        return event
    }

    static let samples: [Sample] = {
        do {
            var roster = try Fixture.roster("avema01", agents: [])
            roster.units[0].absence = Absence(
                reason: .vacancy, until: nil, substitutes: [try Fixture.unit("coordination@avema01")])
            roster.units[0].standby = []
            let author = try Fixture.agent("d-01@cd01")
            return [
                try note("act.note", Act.self), try note("convention.note", Convention.self),
                try note("envelope.note", Envelope.self), try note("keys.note", AgentKeys.self),
                try note("manifest.note", Manifest.self), try note("possession.note", Possession.self),
                try note("roster.note", Roster.self), try Sample("roster with an absence", roster),
                try Sample("event", event()),
                try Sample(
                    "inspection",
                    Inspection(
                        by: author, log: Fixture.origin, since: 0, until: 1, units: [Fixture.unit("cms-bourg@cd01")],
                        at: 2)),
                try Sample(
                    "succession",
                    Succession(
                        by: Fixture.institution("cd01"), convention: Hash.of("c"), key: Fixture.key("k").publicKey,
                        notBefore: 1, notAfter: 2)),
                try Sample(
                    "disclosed field",
                    Disclosures.Field(
                        name: "request", salt: .fresh(), value: .text("Ligne \"une\",\nligne deux \\ ☎")),
                    newlines: true)
            ]
        } catch {
            fatalError("\(error)")
        }
    }()

    @Test(arguments: samples)
    func theReaderTakesWhatTheWriterWrites(sample: Sample) {
        #expect(sample.json == sample.reference)
        let judged = sample.judge(sample.json)
        #expect(judged.inOnePass && judged.byDefinition && judged.isSame)
    }

    /// Random changes: pieces cut, doubled, swapped and replaced by what tempts a lenient reader.
    @Test(arguments: samples)
    func bothTakeTheSame(sample: Sample) {
        var random = SplitMix(seed: 20_261_128)
        let tempting = [
            "null", "true", "1", "-1", "01", "1.0", "1e3", " ", "\n", "\\n", "\\u0041", "\\/", "\"", ",", ":", "{}",
            "[]",
            "\"\"", "é", "\u{85}", "\u{7F}", "A", "=", "@", "999999999999999", "9999999999999999"
        ]
        var taken = 0
        for _ in 0..<3000 {
            var bytes = sample.json
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let length = min(Int.random(in: 0...12, using: &random), bytes.count - place)
                let piece = Array(bytes[place..<place + length])
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes.removeSubrange(place..<place + length)
                case 1: bytes.insert(contentsOf: piece, at: place)
                case 2:
                    bytes.replaceSubrange(place..<place + length, with: tempting.randomElement(using: &random)!.utf8)
                case 3: bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
                default:
                    let other = Int.random(in: 0..<bytes.count, using: &random)
                    bytes.swapAt(place, other)
                }
                if bytes.isEmpty { bytes = [0x7B] }
            }
            let judged = sample.judge(bytes)
            #expect(
                judged.inOnePass == judged.byDefinition && judged.isSame, "\(String(decoding: bytes, as: UTF8.self))")
            if judged.inOnePass { taken += 1 }
        }
        // Some changes leave another document: without those this would show little.
        #expect(taken > 0)
    }

    /// Fields swapped, doubled, dropped and nulled whole, as an attacker who knows JSON would.
    @Test(arguments: samples)
    func fieldsAreTakenOnceAndInOrder(sample: Sample) throws {
        let text = String(decoding: sample.json, as: UTF8.self)
        let fields = text.matches(of: /"[a-z_0-9]+":("[^"]*"|[0-9]+|true|false)/).map { String($0.output.0) }
        for field in fields {
            let key = field.prefix { $0 != ":" }
            let variants = [
                text.replacingOccurrences(of: field, with: "\(field),\(field)"),
                text.replacingOccurrences(of: field, with: "\(key):null"),
                text.replacingOccurrences(of: field, with: "\(field),\"zz_unknown\":1"),
                text.replacingOccurrences(of: field, with: "\"aa_unknown\":1,\(field)"),
                text.replacingOccurrences(of: "\(field),", with: "").replacingOccurrences(of: ",\(field)", with: "")
            ]
            for variant in variants {
                let judged = sample.judge(Array(variant.utf8))
                #expect(judged.inOnePass == judged.byDefinition && judged.isSame, "\(variant)")
            }
        }
    }

    @Test func base64IsCanonicalOrNothing() {
        var random = SplitMix(seed: 7)
        let alphabet = Array("ABCQgwxyz0189+/= -\n")
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...9, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
            let data = Data(base64Encoded: text)
            let expected = data?.base64EncodedString() == text ? data.map(Array.init) : nil
            #expect(Base64.decode(text) == expected, "\(text.debugDescription)")
        }
    }
}

/// What a JSON string holds as a value is taken only as the one text that the value gives back.
struct TextCodableTests {
    private func hold<Value: TextCodable>(_ type: Value.Type, _ right: String) {
        #expect(Value(right)?.description == right)
        var random = SplitMix(seed: 11)
        let tempting = Array("-@:a0Az=é \u{85}.")
        for _ in 0..<4000 {
            var text = Array(right)
            let place = Int.random(in: 0..<text.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text.remove(at: place)
            case 1: text.insert(tempting.randomElement(using: &random) ?? "-", at: place)
            case 2: text[place] = tempting.randomElement(using: &random) ?? "-"
            default: text.swapAt(place, Int.random(in: 0..<text.count, using: &random))
            }
            guard let value = Value(String(text)) else { continue }
            #expect(value.description == String(text))
        }
    }

    @Test func onlyTheirOwnText() {
        hold(InstitutionID.self, "avema01")
        hold(UnitAddress.self, "iscg-est@avema01")
        hold(AgentAddress.self, "d-07@avema01")
        hold(TransmissionID.self, "3f2a9c1e-7b44-4d21-9a0f-0123456789ab")
        hold(Hash.self, Base64.encode([UInt8](repeating: 7, count: 32)))
        hold(Mailbox.self, "institution:avema01")
        hold(Mailbox.self, "iscg-est@avema01")
    }
}
