// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonTestKit
import LiaisonWire
import Synchronization
import Testing

@testable import LiaisonClient

/// Listening: nothing is lost, nothing is told twice, wherever the line breaks.
struct WatchTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    private final class Heard: Sendable {
        private let state = Mutex<(indices: [Int], cuts: Int, deaf: [Bool])>(([], 0, []))
        var indices: [Int] { state.withLock { $0.indices } }
        var cuts: Int { state.withLock { $0.cuts } }
        var deaf: [Bool] { state.withLock { $0.deaf } }
        func tell(_ index: Int) { state.withLock { $0.indices.append(index) } }
        func cut() -> Int {
            state.withLock {
                $0.cuts += 1
                return $0.cuts
            }
        }
        func deaf(_ isDeaf: Bool) { state.withLock { $0.deaf.append(isDeaf) } }
    }

    private struct Enough: Error {}

    /// The line is cut a thousand times at random: after no message, after some, in the middle of catching up.
    @Test func aThousandCutsLoseAndRepeatNothing() async throws {
        let world = try await World(units: [montluel, iscg])
        let session = try world.session(iscg, fresh: true)
        try await session.refresh()
        var told = ToldSoFar()
        _ = try await session.newEvents(&told)
        let start = try session.replica.mailbox(of: Fixture.unit(iscg))?.number ?? 0
        let heard = Heard()
        var (generator, sent, failures) = (SplitMix(seed: 7), 0, 0)
        func send() async throws {
            sent += 1
            _ = try await world.sendReferral()
        }
        let connection = DirectConnection(relay: world.relay, peer: session.address)
        let watcher = Watcher(
            connect: { place in
                guard heard.cut() <= 1000 else { throw Enough() }
                let honest = try await connection.stream(after: place)
                // A line that breaks at once, and one that says a message or two first: there is one to be said.
                let length =
                    Int.random(in: 0..<8, using: &generator) == 0 ? Int.random(in: 1...2, using: &generator) : 0
                for _ in 0..<length { try await send() }
                return AsyncThrowingStream { continuation in
                    let relaying = Task {
                        var count = 0
                        if length > 0 {
                            for try await message in honest {
                                continuation.yield(message)
                                count += 1
                                if count == length { break }
                            }
                        }
                        continuation.finish(throwing: ClientFailure.unreachable())
                    }
                    continuation.onTermination = { _ in relaying.cancel() }
                }
            },
            catchUp: {
                // Something happens about each time, also while nobody listens.
                if Int.random(in: 0..<30, using: &generator) == 0 { try await send() }
                if Int.random(in: 0..<10, using: &generator) == 0 {
                    failures += 1
                    throw ClientFailure.unreachable()
                }
                for event in try await session.newEvents(&told) { heard.tell(event.event.index) }
            },
            isDeaf: { heard.deaf($0) },
            wait: { _ in
                // What comes while nobody listens.
                if Int.random(in: 0..<30, using: &generator) == 0 { try await send() }
                await Task.yield()
            })
        await #expect(throws: Enough.self) { try await watcher.run() }
        for event in try await session.newEvents(&told) { heard.tell(event.event.index) }
        let all = try session.replica.events(in: Fixture.unit(iscg), from: 0).filter { $0.event.number > start }
        #expect(heard.indices == all.map(\.index))
        #expect(all.count >= sent && sent > 100 && failures > 50)
        #expect(heard.deaf.contains(true) && heard.deaf.contains(false))
    }

    /// A roster that revokes the listener ends the stream at once, and asking again is refused.
    @Test(.timeLimit(.minutes(10))) func revocationEndsTheStream() async throws {
        let world = try await World(units: [montluel, iscg])
        let peer = try Fixture.agentName(of: iscg)
        let connection = DirectConnection(relay: world.relay, peer: peer)
        let now = world.clock.now
        _ = try await world.sendReferral()
        var numbers: [Int] = []
        for try await message in try await connection.stream(after: nil) {
            numbers.append(message.mailbox.number)
            guard numbers.count == 1 else { continue }
            try await world.publish("avema01", change: { $0[0].revocation = Revocation(at: now, reason: .lostDevice) })
        }
        #expect(numbers.count == 1)
        #expect(world.sequencer.signals.count == 0)
    }

    /// Who was told up to a place hears only of what lies behind it, and of both mailboxes in order.
    @Test(.timeLimit(.minutes(10))) func aStreamGoesOnFromItsPlace() async throws {
        let world = try await World(units: [montluel, iscg])
        let peer = try Fixture.agentName(of: iscg)
        let connection = DirectConnection(relay: world.relay, peer: peer)
        _ = try await world.sendReferral()
        var last: (mailbox: GrownMailbox, place: Int)?
        for try await message in try await connection.stream(after: nil) {
            last = message
            break
        }
        let place = try #require(last?.place)
        _ = try await world.sendReferral()
        for try await message in try await connection.stream(after: place) {
            #expect(message.place > place && message.mailbox.number == (last?.mailbox.number ?? 0) + 1)
            break
        }
    }

    /// One agent does not take all places.
    @Test func streamsOfOneAgentAreFew() async throws {
        let world = try await World(units: [montluel, iscg])
        let peer = try Fixture.agentName(of: iscg)
        let connection = DirectConnection(relay: world.relay, peer: peer)
        var open: [Watcher.Stream] = []
        for _ in 0..<8 { open.append(try await connection.stream(after: 1 << 40)) }
        while world.sequencer.signals.count < 8 { try await Task.sleep(for: .milliseconds(5)) }
        await #expect(throws: Problem(.tooManyRequests)) {
            for try await _ in try await connection.stream(after: nil) {}
        }
        open = []
        while world.sequencer.signals.count > 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func theParserTakesBytesCutAnywhere() throws {
        let text =
            ":\n\nid: 7\nevent: mailbox\ndata: {\"mailbox\":\"iscg-est@avema01\",\"number\":3}\n\n:\r\n\r\nid: 9\r\n"
            + "data:{\"mailbox\":\"iscg-est@avema01\",\"number\":4}\r\n\r\n"
        let bytes = Array(text.utf8)
        for cut in bytes.indices {
            var parser = EventStreamParser()
            let messages = try parser.take(bytes[..<cut]) + parser.take(bytes[cut...])
            #expect(messages.map(\.place) == [7, 9] && messages.map(\.mailbox.number) == [3, 4])
        }
        for wrong in [
            "data: {}\n\n", "id: 1\ndata: {\"mailbox\":\"x\",\"number\":1}\n\n",
            "id: -1\ndata: {\"mailbox\":\"iscg-est@avema01\",\"number\":1}\n\n", String(repeating: "x", count: 5000)
        ] {
            var parser = EventStreamParser()
            #expect(throws: ClientFailure.broken(.malformedAnswer)) { try parser.take(wrong.utf8) }
        }
    }
}
