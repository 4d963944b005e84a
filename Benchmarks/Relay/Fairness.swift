// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonTLS
import NIOCore

extension RelayBench {
    /// One agent sends without end over 64 connections, 4,000 strangers connect and say nothing, and an agent of another
    /// institution sends what is urgent, each time over a new connection: with the bounds that the relay has by itself.
    func fairness() async throws {
        let site = try await Site(programs: programs)
        var requests = Requests(site: site, head: try await site.freshHead())
        let daemon = try Daemon(programs: programs, data: site.path, isBounded: true)
        let generator = Generator(daemon)
        let flooding = site.senders[0]
        let flood = try (0..<64).map { _ in try requests.submission(by: flooding).bytes }
        var lines: [Line] = []
        for _ in flood { lines.append(try await generator.line(flooding.tls)) }
        let stranger = try TLSIdentity(
            name: "stranger", purpose: .client, notBefore: .now - .hours(1), lifetime: .days(1))

        let urgent = try alarms(&requests, site.senders[1])
        let alone = try await send(urgent[0], site.senders[1], generator)
        let seconds = 12
        let flooded = Task { [lines] in
            try await generator.closedLoop(
                lines, flood.map { [$0] }, for: .seconds(Int64(seconds)), isRepeated: true)
        }
        let crowd = Task { await Self.crowd(stranger, generator, seconds: seconds) }
        var times: [Double] = []
        var failures = 0
        let end = ContinuousClock.now + .seconds(seconds - 1)
        for request in urgent[1] where ContinuousClock.now < end {
            do {
                times += try await send([request], site.senders[1], generator)
            } catch {
                failures += 1
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        let answers = try await flooded.value.statuses.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
        let tried = await crowd.value
        say(
            "(g) an urgent transmission over a new connection: \(rounded(alone[0])) ms alone; beside a flood of one agent "
                + "(64 connections: \(answers.joined(separator: ", "))) and \(tried) connections of strangers: "
                + "p50 \(rounded(median(times))) ms, at most \(rounded(times.max() ?? 0)) ms, \(times.count) sent, "
                + "\(failures) broken off; the relay held \(daemon.memory.peak / 1024) MB at most")
        await generator.closing(lines)
        try await generator.close()
        daemon.stop()
    }

    private func alarms(_ requests: inout Requests, _ sender: Correspondent) throws -> [[ByteBuffer]] {
        let first = try requests.submission(by: sender, urgency: .urgent).bytes
        return [[first], try (0..<50).map { _ in try requests.submission(by: sender, urgency: .urgent).bytes }]
    }

    /// Milliseconds from the connection to the answer.
    func send(
        _ requests: [ByteBuffer], _ sender: Correspondent, _ generator: Generator
    ) async throws -> [Double] {
        let start = ContinuousClock.now
        let line = try await generator.line(sender.tls)
        let measured = try await generator.closedLoop([line], [requests], for: .seconds(5))
        guard measured.statuses == [201: UInt(requests.count)].mapValues({ Int($0) }) else { throw Failure.notSent }
        let took = (ContinuousClock.now - start) / .milliseconds(1)
        await generator.closing([line])
        return [took]
    }

    enum Failure: Error { case notSent }

    /// Connections of strangers from 125 addresses, opened anew as they are closed, until the time is over.
    ///
    /// - Returns: how many were opened.
    private static func crowd(_ stranger: TLSIdentity, _ generator: Generator, seconds: Int) async -> Int {
        let end = ContinuousClock.now + .seconds(seconds)
        return await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var (opened, number) = (0, worker)
                    var held: [Line] = []
                    while ContinuousClock.now < end {
                        number += 8
                        let source = "127.0.0.\(2 + number % 125)"
                        if let line = try? await generator.line(stranger, from: source) {
                            held.append(line)
                            opened += 1
                        }
                        if held.count > 500 { held.removeAll { !$0.isOpen } }
                    }
                    await generator.closing(held)
                    return opened
                }
            }
            return await group.reduce(0, +)
        }
    }
}
