// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import LiaisonWire

/// A log of ten thousand entries beside one of ten million, in one run: what a submission and a proof cost, how long the
/// relay takes to start and how much memory it has then.
///
///     swift run -c release logscale [entries]         both logs, then the figures
///     swift run -c release logscale open DIRECTORY    start over a store: seconds and peak memory
@main
struct LogScale {
    static let from = "bta-montluel@ggd01"
    static let to = "iscg-est@avema01"

    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "open" { return try await open(arguments[1]) }
        let entries = arguments.first.flatMap { Int($0) } ?? 10_000_000
        let small = try await Log(entries: 10_000)
        let large = try await Log(entries: entries)
        print("log              10000    \(entries) entries, made in \(round(small.made)) \(round(large.made)) s")
        // Alternating, so that the machine's other work falls on both.
        var submissions: (small: [Double], large: [Double]) = ([], [])
        var proofs: (small: [Double], large: [Double]) = ([], [])
        var timelines: (small: [Double], large: [Double]) = ([], [])
        for _ in 0..<20 {
            submissions.small += try await small.submit(25)
            submissions.large += try await large.submit(25)
            proofs.small += try await small.prove(25)
            proofs.large += try await large.prove(25)
            timelines.small += try await small.timelines(5)
            timelines.large += try await large.timelines(5)
        }
        let submit = (median(submissions.small), median(submissions.large))
        print(
            "submission       \(submit.0) \(submit.1) ms (median of 500, committed and proven), ratio \(round(submit.1 / submit.0))"
        )
        let means = (mean(submissions.small), mean(submissions.large))
        print("                 \(round(means.0)) \(round(means.1)) ms (mean), ratio \(round(means.1 / means.0))")
        print("one proof        \(median(proofs.small)) \(median(proofs.large)) ms (median of 500)")
        print(
            "timeline         \(median(timelines.small)) \(median(timelines.large)) ms (median of 100, five events with proofs)"
        )
        for log in [small, large] {
            let output = try await Programs.run(CommandLine.arguments[0], ["open", log.world.directory.path])
            print("start            \(output.text)", terminator: "")
        }
    }

    /// What `liaisond serve` does before it answers.
    static func open(_ directory: String) async throws {
        let start = ContinuousClock.now
        let store = try SQLiteRelayStore(directory: directory)
        let sequencer = Sequencer(log: try Fixture.signer(Fixture.origin), store: store, clock: { Fixture.start })
        let size = try await sequencer.load()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.dropFirst(6) ?? ""
        print("\(size) entries: \(round(seconds * 1000)) ms,\(peak) at most".replacing("  ", with: ""))
    }

    static func median(_ values: [Double]) -> Double { round(values.sorted()[values.count / 2]) }
    static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    static func round(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}

/// A relay over a log of some size.
struct Log {
    let world: World
    let transmissions: [TransmissionID]
    let made: Double

    init(entries: Int) async throws {
        world = try await World(units: [LogScale.from, LogScale.to])
        let start = ContinuousClock.now
        transmissions = try await LogFiller(
            store: world.store, log: Fixture.signer(Fixture.origin), start: Fixture.start - 100,
            sender: Fixture.unit(LogScale.from), recipient: Fixture.unit(LogScale.to)
        ).fill(to: entries)
        made = (ContinuousClock.now - start) / .seconds(1)
        try await world.store.scrub()
        try await world.sequencer.load()
        _ = try await world.sequencer.perform(.tick)
    }

    /// Milliseconds of each of `count` submissions of 4 KiB, one after the other.
    func submit(_ count: Int) async throws -> [Double] {
        let content = [UInt8](repeating: 7, count: 4096)
        let reference = ContentReference(sha256: Hash.of(content), size: content.count)
        var times: [Double] = []
        for _ in 0..<count {
            var envelope = try await world.envelope(of: LogScale.from)
            envelope.content = reference
            let note = try Unverified<Envelope>(envelope.signed(by: world.signer(LogScale.from)).note)
            times.append(
                try await time {
                    _ = try await world.relay.submit(
                        note, content: .inline(content), arrived: reference, by: envelope.by)
                })
        }
        return times
    }

    /// Milliseconds of each of `count` proofs of entries from anywhere in the log.
    func prove(_ count: Int) async throws -> [Double] {
        let size = try await world.store.head()?.size ?? 1
        var times: [Double] = []
        for _ in 0..<count {
            let index = Int.random(in: 0..<size)
            times.append(
                try await time {
                    guard let entry = try await world.store.entry(index) else { throw LogFailure.tilesMissing }
                    _ = try await world.relay.evidence(for: [entry])
                })
        }
        return times
    }

    /// Milliseconds of each of `count` timelines of transmissions from anywhere in the log.
    func timelines(_ count: Int) async throws -> [Double] {
        let peer = try Fixture.agentName(of: LogScale.from)
        var times: [Double] = []
        for _ in 0..<count {
            let id = transmissions[Int.random(in: 0..<transmissions.count)]
            times.append(try await time { _ = try await world.relay.timeline(of: id, for: peer) })
        }
        return times
    }

    private func time(_ body: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .milliseconds(1)
    }
}
