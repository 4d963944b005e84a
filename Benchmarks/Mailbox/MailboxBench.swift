// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonTestKit
import LiaisonWire
import Synchronization

/// What lists cost a device whose unit's mailbox holds 100, 10,000 and 100,000 deliveries, ten of them new, in one run:
/// `inbox` and `track` with all that they need of the relay, after unlocking; the desk's page of the inbox over HTTP; events verified a second while they come for the
/// first time; and the peak memory of the process, relay and client together.
///
///     swift run -c release mailbox [largest]
@main
struct MailboxBench {
    static let rounds = 7

    struct Row {
        var deliveries = 0
        var events = 0
        /// Events a second by the device's own time, and with the relay's in the same process.
        var rate = 0.0
        var wholeRate = 0.0
        var inbox: [Double] = []
        var track: [Double] = []
        /// What the desk's page of the inbox needs of the library, and the whole page over HTTP.
        var page: [Double] = []
        var wholePage: [Double] = []
        var memory = 0
    }

    static func main() async throws {
        let largest = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
        let (sender, recipient) = ("bta-montluel@ggd01", "iscg-est@avema01")
        let world = try await World(units: [sender, recipient])
        let filler = try await MailboxFiller(world, from: sender, to: recipient)
        var held = 0
        var rows: [Row] = []
        for size in [100, 10_000, 100_000] where size <= largest {
            var row = Row(deliveries: size)
            try await filler.addAnswered(size - held)
            row.events = (size - held) * 3
            held = size
            Memory.forgetPeak()
            let (own, whole) = try await firstSync(world, recipient)
            row.rate = Double(row.events) / own * 1000
            row.wholeRate = Double(row.events) / whole * 1000
            for _ in 0..<rounds {
                let new = try await filler.addWaiting(10)
                held += 10
                row.inbox.append(try await inbox(world, recipient))
                row.track.append(try await track(new[0], world, recipient))
                row.page.append(try await page(world, recipient))
            }
            let desk = try await ServedDesk(recipient, of: world)
            for _ in 0..<rounds {
                row.wholePage.append(try await desk.milliseconds("/inbox", holding: "delivery--new", times: 10))
            }
            desk.end()
            row.memory = Memory.peak
            rows.append(row)
            print(text(row))
            fflush(nil)
        }
        guard let small = rows.first, let large = rows.last, rows.count > 1 else { return }
        print("ratio inbox \(ratio(large.inbox, small.inbox)), track \(ratio(large.track, small.track))")
    }

    /// Milliseconds of the device, and with what the relay took for its answers.
    static func firstSync(_ world: World, _ unit: String) async throws -> (own: Double, whole: Double) {
        let relay = Stopwatch()
        world.wrap = { honest in
            var timed = LyingConnection(honest)
            timed.isAsked = relay.run
            return timed
        }
        defer { world.wrap = { $0 } }
        let session = try world.session(unit, fresh: true)
        try await session.refresh()
        relay.reset()
        let start = ContinuousClock.now
        try await session.sync()
        let whole = milliseconds(since: start)
        return (whole - relay.milliseconds, whole)
    }

    /// Milliseconds of `inbox`, as one command does it once the vault is unlocked.
    static func inbox(_ world: World, _ unit: String) async throws -> Double {
        let start = ContinuousClock.now
        let session = try world.session(unit, fresh: true)
        try await session.refresh()
        let listing = try await session.inbox(isShown: false)
        precondition(listing.deliveries.count { !$0.state.isFinal } == 10)
        return milliseconds(since: start)
    }

    /// The same of `track`.
    static func track(_ id: TransmissionID, _ world: World, _ unit: String) async throws -> Double {
        let start = ContinuousClock.now
        let session = try world.session(unit, fresh: true)
        try await session.refresh()
        _ = try await session.track(id)
        return milliseconds(since: start)
    }

    /// The same of the desk's page of the inbox, which asks nobody.
    static func page(_ world: World, _ unit: String) async throws -> Double {
        let start = ContinuousClock.now
        let session = try world.session(unit, fresh: true)
        try await session.workOffline()
        let listing = try await session.inbox()
        _ = try await session.related(to: listing)
        for delivery in listing.deliveries { _ = try session.isOpenedHere(delivery) }
        return milliseconds(since: start)
    }

    static func text(_ row: Row) -> String {
        "\(row.deliveries) deliveries: \(row.events) events for the first time, \(Int(row.rate)) a second of its own time, \(Int(row.wholeRate)) with the relay's; "
            + "inbox \(spread(row.inbox)) ms, track \(spread(row.track)) ms, page of the desk \(spread(row.wholePage)) ms over HTTP, \(spread(row.page)) ms of it the library's; peak memory \(row.memory) MB"
    }

    /// Median, least and most.
    static func spread(_ times: [Double]) -> String {
        let sorted = times.sorted()
        return "\(rounded(median(times))) (\(rounded(sorted[0])) to \(rounded(sorted[sorted.count - 1])))"
    }

    static func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

    static func ratio(_ large: [Double], _ small: [Double]) -> Double {
        rounded(median(large) / median(small) * 10) / 10
    }

    static func rounded(_ value: Double) -> Double { Double(Int(value * 10)) / 10 }

    static func milliseconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start) / .milliseconds(1)
    }
}

/// Fills the store of a world between two of its units.
struct MailboxFiller {
    private let filler: StoreFiller
    private let world: World
    private let head: Hash
    private let (from, to): (StoreFiller.Party, StoreFiller.Party)

    init(_ world: World, from sender: String, to recipient: String) async throws {
        func party(_ unit: String) throws -> StoreFiller.Party {
            StoreFiller.Party(
                unit: try Fixture.unit(unit), agent: try Fixture.agentName(of: unit), key: try world.signer(unit))
        }
        self.world = world
        (from, to) = (try party(sender), try party(recipient))
        head = try await world.relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin)).hash
        filler = StoreFiller(
            store: world.store, log: try Fixture.signer(Fixture.origin),
            convention: try Fixture.unwrap(world.sequencer.directory.convention).hash)
        try await filler.load()
    }

    func addAnswered(_ count: Int) async throws {
        try await filler.addAnswered(count, head: head, at: world.clock.now, from: from, to: to)
    }

    func addWaiting(_ count: Int) async throws -> [TransmissionID] {
        try await filler.addWaiting(count, head: head, at: world.clock.now, from: from, to: to)
    }
}

/// Adds up how long the relay took.
final class Stopwatch: Sendable {
    private let state = Mutex<(start: ContinuousClock.Instant, total: Duration)>((.now, .zero))

    var milliseconds: Double { state.withLock { $0.total / .milliseconds(1) } }

    func reset() { state.withLock { $0.total = .zero } }

    @Sendable func run(_ isRunning: Bool) {
        state.withLock { state in
            if isRunning {
                state.start = .now
            } else {
                state.total += .now - state.start
            }
        }
    }
}

/// The memory of this process, by what the kernel says of it (proc(5)).
enum Memory {
    static func forgetPeak() { try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs")) }

    /// Megabytes.
    static var peak: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) / 1024
    }
}
