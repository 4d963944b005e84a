// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonNotes
import LiaisonTestKit
import LiaisonWitness
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Keeps the warnings, and nothing else, that a program writes to its log.
private final class Warnings: LogHandler {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }

    var logLevel: Logger.Level {
        get { .warning }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { kept.withLock { $0.append("\(event.message)") } }
}

/// A log meets a witness over HTTP.
@Suite
struct ListenerTests {
    @Test func aCosignatureIsTheWholeAnswer() async throws {
        let stand = try Stand()
        let witness = try stand.witness(isNew: true)
        try await listening(witness) { url in
            let answer = try await post(stand.log.request(from: 0, to: 4), to: url)
            #expect(answer.status == 200)
            let note = try stand.note(4, with: answer.body)
            #expect(note.signatures.count == 2)
            #expect(witness.key.time(on: note) == stand.clock.now)
        }
        try stand.check(witness, holds: 4)
    }

    @Test func eachRefusalHasItsStatus() async throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        try await listening(witness) { url in
            for refusal in Refusal.allCases {
                let answer = try await post(refusal.request(of: stand.log), to: url)
                #expect(answer.status == refusal.status, "\(refusal)")
                #expect(!answer.body.contains(witness.key.name), "\(refusal)")
                if case .conflict = refusal.ruling {
                    #expect(answer.body == "4\n", "\(refusal)")
                    #expect(answer.type == "text/x.tlog.size", "\(refusal)")
                }
            }
        }
        try stand.check(witness, holds: 4)
    }

    /// A log that shows two trees of one size is the operator's alarm; a proof that does not verify may be anybody's invention.
    @Test func whoContradictsItselfIsInTheLog() async throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        let warnings = Warnings()
        try await listening(witness, log: Logger(label: "test") { _ in warnings }) { url in
            _ = try await post(Refusal.otherHistory.request(of: stand.log), to: url)
            #expect(Refusal.otherHistory.ruling == .inconsistent)
            #expect(warnings.lines.isEmpty)
            _ = try await post(Refusal.otherRootOfTheSameSize.request(of: stand.log), to: url)
            #expect(warnings.lines == ["a log contradicts itself"])
        }
    }

    @Test func beforeTheFirstCheckpointTheSizeIsZero() async throws {
        let stand = try Stand()
        let witness = try stand.witness(isNew: true)
        try await listening(witness) { url in
            let answer = try await post(stand.log.request(from: 4, to: 9), to: url)
            #expect(answer.status == 409)
            #expect(answer.body == "0\n")
            #expect(answer.type == "text/x.tlog.size")
        }
    }

    /// What is no request, or is too long to be one, is refused, and the next one is answered.
    @Test func anyBytesAreAnswered() async throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        try await listening(witness) { url in
            let longest = [UInt8](repeating: 0x0A, count: AddCheckpoint.maximumSize)
            let requests: [(bytes: [UInt8], status: Int)] = [
                ([], 400), ([0xFF, 0xFE, 0x0A, 0x0A, 0x00], 400), (longest, 400), (longest + [0x0A], 413),
                (Array(stand.log.request(from: 4, to: 4).utf8), 200)
            ]
            for request in requests {
                let answer = try await post(request.bytes, to: url)
                #expect(answer.status == request.status)
            }
        }
        try stand.check(witness, holds: 4)
    }

    /// Whoever opens connections without end from one network loses the newest, and the witness goes on answering others.
    @Test func oneNetworkHasSoManyConnections() async throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        try await listening(witness) { url in
            let port = try #require(URL(string: url)?.port)
            var lines: [any Channel] = []
            let group = MultiThreadedEventLoopGroup.singleton
            for _ in 0..<40 {
                let line = try? await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port).get()
                if let line { lines.append(line) }
            }
            // Those beyond the bound are closed at once; none of the others is.
            for _ in 0..<100 where lines.count(where: \.isActive) > 16 { try await Task.sleep(for: .milliseconds(100)) }
            let open = lines.filter(\.isActive)
            #expect(open.count == 16)
            for line in open.prefix(4) { try? await line.close().get() }
            // As soon as the witness has seen that some have left, one who comes is answered.
            var answer: Answer?
            for _ in 0..<100 where answer == nil {
                answer = try? await post(stand.log.request(from: 4, to: 4), to: url)
                if answer == nil { try await Task.sleep(for: .milliseconds(100)) }
            }
            #expect(answer?.status == 200)
            for line in open { try? await line.close().get() }
        }
    }

    /// Whoever says nothing, or goes on for ever without coming to an end, does not keep a connection.
    @Test(arguments: [
        ("", ""), ("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nX-Slow: ", "a"),
        ("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 8000\r\n\r\n", "a")
    ])
    func whoIsSilentOrSlowIsClosed(beginning: String, rest: String) async throws {
        let witness = try Stand().witness(holding: 4)
        try await listening(witness, patience: .milliseconds(500)) { url in
            let port = try #require(URL(string: url)?.port)
            let line = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            try? await line.writeAndFlush(ByteBuffer(string: beginning)).get()
            // A byte at a time, so that the connection is never idle; there is no end within this minute.
            for _ in 0..<600 where line.isActive {
                try await Task.sleep(for: .milliseconds(100))
                try? await line.writeAndFlush(ByteBuffer(string: rest)).get()
            }
            #expect(!line.isActive)
            try? await line.close().get()
        }
    }

    @Test func ofTwoContradictoryRequestsAtOnceOneIsCosigned() async throws {
        let stand = try Stand()
        let other = try TestLog(fork: 2)
        let witness = try stand.witness(isNew: true)
        try await listening(witness) { url in
            async let first = post(stand.log.request(from: 0, to: 4), to: url)
            async let second = post(other.request(from: 0, to: 4), to: url)
            let (one, two) = try await (first, second)
            #expect([one.status, two.status].sorted() == [200, 409])
            let (winner, refused) = one.status == 200 ? (stand.log, two) : (other, one)
            #expect(refused.body == "4\n")
            #expect(try witness.latest(of: winner.origin) == winner.note(4))
        }
    }

    /// The client is the one that a relay has for its witnesses.
    @Test func aLogUnderstandsEachAnswer() async throws {
        let stand = try Stand()
        let log = stand.log
        let witness = try stand.witness(isNew: true)
        let other = try #require(CosignatureKey(name: witness.key.name, key: Fixture.key("another").publicKey))
        try await listening(witness) { url in
            let client = WitnessClient(key: witness.key, url: url + "/", patience: .minutes(5))
            #expect(try await client.latest(of: log.origin) == nil)
            let first = AddCheckpoint(old: 0, proof: [], checkpoint: log.note(4))
            let line = stand.signer.cosign(log.signed(4).checkpoint, at: stand.clock.now).line
            #expect(try await client.ask(first) == .cosigned(line: line))
            #expect(try await client.ask(first) == .conflict(size: 4))
            #expect(try await client.latest(of: log.origin) == log.note(4))
            #expect(try await client.latest(of: "relais.example/autre") == nil)
            let forked = AddCheckpoint(old: 4, proof: [], checkpoint: try TestLog(fork: 2).note(4))
            #expect(try await client.ask(forked) == .refused)
            let unproved = AddCheckpoint(old: 4, proof: [], checkpoint: log.note(9))
            #expect(try await client.ask(unproved) == .refused)
            // A cosignature by a key that the log does not know is none.
            let again = AddCheckpoint(old: 4, proof: [], checkpoint: log.note(4))
            #expect(try await WitnessClient(key: other, url: url, patience: .minutes(5)).ask(again) == .refused)
            let grown = AddCheckpoint(old: 4, proof: log.proof(from: 4, to: 9), checkpoint: log.note(9))
            let next = stand.signer.cosign(log.signed(9).checkpoint, at: stand.clock.now).line
            #expect(try await client.ask(grown) == .cosigned(line: next))
        }
        try stand.check(witness, holds: 9)
    }
}
