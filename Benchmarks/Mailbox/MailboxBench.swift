// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonModel
import LiaisonTestKit

/// What lists cost a device whose unit's mailbox holds 100, 10,000 and 100,000 deliveries, ten of them new, in one run:
/// `inbox` and `track` with all that they need of the relay, after unlocking; events verified a second while they come for the
/// first time; and the peak memory of the process, relay and client together.
///
///     swift run -c release mailbox [largest]
@main
struct MailboxBench {
    static let rounds = 7

    struct Row {
        var deliveries = 0
        var events = 0
        var rate = 0.0
        var inbox: [Double] = []
        var track: [Double] = []
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
            let first = try world.session(recipient, fresh: true)
            try await first.refresh()
            var start = ContinuousClock.now
            try await first.sync()
            row.rate = Double(row.events) / milliseconds(since: start) * 1000
            for _ in 0..<rounds {
                let new = try await filler.addWaiting(10)
                held += 10
                start = ContinuousClock.now
                let lister = try world.session(recipient, fresh: true)
                try await lister.refresh()
                let listing = try await lister.inbox(isShown: false)
                row.inbox.append(milliseconds(since: start))
                precondition(listing.deliveries.count { !$0.state.isFinal } == 10)
                start = ContinuousClock.now
                let tracker = try world.session(recipient, fresh: true)
                try await tracker.refresh()
                _ = try await tracker.track(new[0])
                row.track.append(milliseconds(since: start))
            }
            row.memory = Memory.peak
            rows.append(row)
            print(text(row))
            fflush(nil)
        }
        guard let small = rows.first, let large = rows.last, rows.count > 1 else { return }
        print("ratio inbox \(ratio(large.inbox, small.inbox)), track \(ratio(large.track, small.track))")
    }

    static func text(_ row: Row) -> String {
        "\(row.deliveries) deliveries: \(row.events) events for the first time, \(Int(row.rate)) a second; "
            + "inbox \(spread(row.inbox)) ms, track \(spread(row.track)) ms; peak memory \(row.memory) MB"
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
