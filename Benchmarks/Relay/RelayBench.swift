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
import NIOCore
import Synchronization

/// What the relay does over mutual TLS, everything durable and logged, and what the same listener does without work, in one
/// run: (a) an empty POST, (b) submissions at 1, 8 and 64 connections, (c) the other requests of a day, (d) the time from a
/// submission to the recipient's stream, (e) submissions with more and more deliveries stored, (f) memory,
/// (g) what one agent's flood and a crowd of strangers cost somebody else, (h) the store in a PostgreSQL database,
/// (i) the relay killed under full load, (j) very much that falls due at once.
///
///     swift run -c release relaybench [--stored N,N…] [--rounds N] [--programs DIR] [--only stored|database|load|streams|kills|due] [--kills N] [--due N] [--due-bytes N]
@main
struct RelayBench {
    static let roundLength = TimeAmount.seconds(3)
    /// With 128 senders, 896 streams: one fewer than an agent may have, because other lines are open as well.
    static let streamsEach = 7

    var programs = "\(Programs.root)/.build/release"
    var stored = [1000, 100_000, 1_000_000]
    var rounds = 5
    /// What is measured alone: (e), (h), (i), (j), (a) to (d) with (f), or the streams of (f) on a relay that did nothing else.
    var only: String?
    var killCount = 20
    var dueCount = 100_000
    var dueBytes = 0
    /// What empty requests reach on the same listener: 1 in all ratios.
    var reference = 0.0

    static func main() async throws {
        var bench = RelayBench()
        var arguments = CommandLine.arguments.dropFirst()
        while let option = arguments.popFirst(), let value = arguments.popFirst() {
            switch option {
            case "--stored": bench.stored = value.split(separator: ",").compactMap { Int($0) }
            case "--rounds": bench.rounds = Int(value) ?? bench.rounds
            case "--programs": bench.programs = value
            case "--only": bench.only = value
            case "--due": bench.dueCount = Int(value) ?? bench.dueCount
            case "--due-bytes": bench.dueBytes = Int(value) ?? bench.dueBytes
            case "--kills": bench.killCount = Int(value) ?? bench.killCount
            default: print("unknown option \(option)")
            }
        }
        guard FileManager.default.isExecutableFile(atPath: "\(bench.programs)/liaisond") else {
            print("no liaisond in \(bench.programs): make build, or say --programs DIR")
            exit(69)
        }
        try await bench.run()
    }

    mutating func run() async throws {
        if only == nil { try await fairness() }
        if only == nil || only == "database" { try await database() }
        if only == nil || only == "kills" { try await kills() }
        if only == nil || only == "due" { try await due() }
        guard only == nil || only == "stored" || only == "load" || only == "streams" else { return }
        let site = try await Site(programs: programs)
        let filler = try StoreFiller(
            store: SQLiteRelayStore(directory: site.path), log: Fixture.signer(Fixture.origin),
            convention: site.convention)
        var held = 0
        var costs: [(stored: Int, rates: [Double], costs: [Double])] = []
        for size in stored {
            let start = ContinuousClock.now
            let head = try await site.freshHead()
            try await fill(site, filler, size - held, head)
            held = size
            let took = Int((ContinuousClock.now - start) / .seconds(1))
            let daemon = try Daemon(programs: programs, data: site.path)
            say(
                "\n\(size) deliveries stored (filled in \(took) s); the relay starts in \(rounded(daemon.startTime)) ms, \(daemon.memory.now / 1024) MB"
            )
            var requests = Requests(site: site, head: head)
            let generator = Generator(daemon)
            if costs.isEmpty, only == nil || only == "load" { try await whole(generator, daemon, &requests) }
            if only == "streams" {
                try await streams(generator, daemon, site)
                try await generator.close()
                daemon.stop()
                continue
            }
            guard only != "load" else {
                try await generator.close()
                return daemon.stop()
            }
            let row = try await submissions(64, generator, &requests)
            costs.append((size, row.map(\.rate), row.map(\.cost)))
            say("(e) \(size) stored: \(text(row)); memory \(daemon.memory.peak / 1024) MB at most")
            held += row.reduce(0) { $0 + $1.latencies.count }
            try await streams(generator, daemon, site)
            try await generator.close()
            daemon.stop()
        }
        guard let small = costs.first, let large = costs.last, costs.count > 1 else { return }
        say(
            "(e) processor time of a submission, \(large.stored) stored to \(small.stored): "
                + "ratio \(rounded(median(large.costs) / median(small.costs) * 100) / 100)")
    }

    private func fill(_ site: Site, _ filler: StoreFiller, _ count: Int, _ head: Hash) async throws {
        guard count > 0 else { return }
        try await filler.load()
        for start in stride(from: 0, to: count, by: 5000) {
            let number = start / 5000
            let (sender, recipient) = (
                site.senders[number % site.senders.count], site.recipients[number % site.recipients.count]
            )
            try await filler.addAnswered(
                min(5000, count - start), head: head, at: .now,
                from: .init(unit: sender.unit, agent: sender.address, key: sender.signer),
                to: .init(unit: recipient.unit, agent: recipient.address, key: recipient.signer))
        }
    }

    // MARK: The parts

    /// Everything that is measured once, with few deliveries stored.
    private mutating func whole(_ generator: Generator, _ daemon: Daemon, _ requests: inout Requests) async throws {
        let idle = daemon.memory.now
        let empty = Requests.request("POST", "/v1/nothing", [])
        let lines = try await lines(64, generator, requests.site.senders)
        var row: [Measured] = []
        for _ in 0..<rounds {
            row.append(
                try await generator.closedLoop(
                    lines, lines.map { _ in [empty] }, for: Self.roundLength, isRepeated: true))
        }
        await generator.closing(lines)
        reference = median(row.map(\.rate))
        say("(a) empty POST, 64 connections: \(text(row))")

        var best = 0.0
        for count in [1, 8, 64] {
            let row = try await submissions(count, generator, &requests)
            best = median(row.map(\.rate))
            say("(b) submissions, \(count) connections: \(text(row))")
        }
        say("(f) memory: \(idle / 1024) MB idle, \(daemon.memory.peak / 1024) MB at most under this load")
        try await others(generator, &requests)
        for share in [0.1, 0.5, 0.9] {
            try await paced(share, best * share, generator, &requests)
        }
        try await streams(generator, daemon, requests.site)
    }

    func lines(_ count: Int, _ generator: Generator, _ agents: [Correspondent]) async throws -> [Line] {
        var lines: [Line] = []
        for number in 0..<count { lines.append(try await generator.line(agents[number % agents.count].tls)) }
        return lines
    }

    /// Rounds of submissions, each line one after the other.
    func submissions(
        _ count: Int, _ generator: Generator, _ requests: inout Requests
    ) async throws -> [Measured] {
        let lines = try await lines(count, generator, requests.site.senders)
        var row: [Measured] = []
        for _ in 0..<rounds {
            // More than can be answered in a round.
            let ready = try requests.submissions(24_000 / max(count, 6), by: requests.site.senders.prefix(count))
            row.append(
                try await generator.closedLoop(lines, ready.map { $0.map(\.bytes) }, for: Self.roundLength))
        }
        await generator.closing(lines)
        return row
    }

    /// (c) What a recipient and everybody else asks in a day, at 8 connections.
    private func others(_ generator: Generator, _ requests: inout Requests) async throws {
        let site = requests.site
        let readers = Array(site.recipients.prefix(8))
        let each = 400
        var sent: [[Requests.Submission]] = []
        for (number, reader) in readers.enumerated() {
            sent.append(
                try requests.submissions(each, by: site.senders[number..<(number + 1)], to: reader)[0])
        }
        let writers = try await lines(8, generator, Array(site.senders.prefix(8)))
        _ = try await generator.closedLoop(writers, sent.map { $0.map(\.bytes) }, for: .seconds(60))
        await generator.closing(writers)
        let lines = try await lines(8, generator, readers)
        for kind in [Act.Kind.opened, .acknowledged] {
            let acts = try sent.map { try $0.map { try requests.act(kind, on: $0) } }
            let measured = try await generator.closedLoop(lines, acts, for: .seconds(60))
            say("(c) \(kind.rawValue), 8 connections: \(text([measured]))")
        }
        let store = try await site.store()
        var lists: [String] = []
        for reader in readers {
            let last = try await store.end(of: .unit(reader.unit))?.number ?? 0
            lists.append(Route.mailbox.path([reader.unit.description], query: ["after": String(max(last - 10, 0))]))
        }
        let reads = [
            ("list: the last 10 events", lists),
            (
                "sync: a page from the start",
                readers.map { Route.mailbox.path([$0.unit.description], query: ["after": "0"]) }
            ),
            ("timeline", sent.map { Route.timeline.path([$0[0].id.description]) }),
            ("head", readers.map { _ in Route.directoryHead.path() }),
            ("lines", readers.map { _ in Route.directoryLines.path() }),
            ("checkpoint", readers.map { _ in "/checkpoint" }),
            (
                "bundle",
                readers.map { Route.bundle.path(["\($0.unit.institution)"], query: ["from": "0", "keys": "true"]) }
            ),
            ("tile", readers.map { _ in "/tile/0/000" })
        ]
        for (name, paths) in reads {
            let measured = try await generator.closedLoop(
                lines, paths.map { [Requests.get($0)] }, for: .seconds(2), isRepeated: true)
            say("(c) \(name), 8 connections: \(text([measured]))")
        }
        await generator.closing(lines)
    }

    /// (d) A paced load, and beside it a submission every 50 ms to a unit that listens.
    private func paced(
        _ share: Double, _ rate: Double, _ generator: Generator, _ requests: inout Requests
    ) async throws {
        let site = requests.site
        let listener = site.recipients[site.recipients.count - 1]
        let others = Array(site.recipients.dropLast())
        let seconds = 5
        let heard = Mutex<[NIODeadline]>([])
        let stream = try await generator.line(listener.tls)
        generator.listen(stream, Requests.get(Route.stream.path())) { text, time in
            // One message for each growth of the mailbox: each of the probe's submissions is one.
            let count = text.components(separatedBy: "event: mailbox").count - 1
            guard count > 0 else { return }
            heard.withLock { $0 += Array(repeating: time, count: count) }
        }
        try await Task.sleep(for: .milliseconds(300))
        heard.withLock { $0 = [] }
        let lines = try await lines(64, generator, site.senders)
        let probe = try await generator.line(site.senders[64].tls)
        let perLine = Int(rate * Double(seconds) / 64 * 2) + 8
        var load = Array(repeating: [ByteBuffer](), count: 64)
        for number in 0..<perLine {
            for (line, sender) in site.senders.prefix(64).enumerated() {
                load[line].append(try requests.submission(by: sender, to: others[number % others.count]).bytes)
            }
        }
        let probes = try (0..<(seconds * 20)).map { _ in
            try requests.submission(by: site.senders[64], to: listener).bytes
        }
        let loading = Task { [load] in
            try await generator.openLoop(lines, load, rate: rate, for: .seconds(Int64(seconds)))
        }
        let start = NIODeadline.now()
        let probing = try await generator.openLoop([probe], [probes], rate: 20, for: .seconds(Int64(seconds)))
        let measured = try await loading.value
        try await Task.sleep(for: .milliseconds(500))
        let times = heard.withLock { $0 }
        let delays = times.enumerated().map { number, time in
            Double((time - (start + .milliseconds(Int64(number) * 50))).nanoseconds) / 1e6
        }.sorted()
        await generator.closing(lines + [probe, stream])
        let told =
            delays.isEmpty
            ? "not told"
            : "told after \(rounded(delays[delays.count / 2])) ms, p99 \(rounded(delays[delays.count * 99 / 100])) ms (\(delays.count) of \(probing.latencies.count))"
        say(
            "(d) at \(Int(share * 100)) % (\(Int(rate))/s): answered after \(rounded(measured.percentile(0.5))) ms, "
                + "p99 \(rounded(measured.percentile(0.99))) ms, \(Int(measured.rate))/s reached; the recipient's stream \(told)"
        )
    }

    /// (f) What an idle stream holds.
    private func streams(_ generator: Generator, _ daemon: Daemon, _ site: Site) async throws {
        let before = daemon.memory
        var lines: [Line] = []
        for agent in site.senders {
            for _ in 0..<Self.streamsEach {
                let line = try await generator.line(agent.tls)
                generator.listen(line, Requests.get(Route.stream.path())) { _, _ in }
                lines.append(line)
            }
        }
        // Longer than the relay takes to give back what the handshakes left over.
        try await Task.sleep(for: .seconds(12))
        let memory = daemon.memory
        let each = Double(memory.now - before.now) / Double(lines.count)
        say(
            "(f) \(lines.count) idle streams: \(rounded(each)) KiB each, \(memory.now / 1024) MB in all, "
                + "of which \(memory.files / 1024) MB are pages of the program's files; before them "
                + "\(before.now / 1024) and \(before.files / 1024) MB")
        await generator.closing(lines)
    }

    // MARK: Words

    /// At once, also where the output is a file.
    func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    func text(_ row: [Measured]) -> String {
        let rates = row.map(\.rate).sorted()
        let statuses = row.reduce(into: [UInt: Int]()) { all, one in all.merge(one.statuses) { $0 + $1 } }
        let ratio = reference > 0 ? ", \(rounded(median(rates) / reference * 100)) % of (a)" : ""
        let spread = row.count > 1 ? " (\(Int(rates[0])) to \(Int(rates[rates.count - 1])))" : ""
        return "\(Int(median(rates)))/s\(spread)\(ratio); p50 \(rounded(median(row.map { $0.percentile(0.5) }))) ms, "
            + "p99 \(rounded(median(row.map { $0.percentile(0.99) }))) ms; "
            + "CPU \(rounded(median(row.map(\.cost)) * 1000)) µs each; generator \(Int(row.reduce(0) { $0 + $1.ownTime } / row.reduce(0) { $0 + $1.seconds } / 10)) %; "
            + statuses.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
    }

    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
