// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonTestKit
import NIOCore

extension RelayBench {
    /// The relay is killed again and again while 64 connections submit as fast as it answers: what it acknowledged is there once,
    /// the log never goes back, everything verifies, and it is soon there again.
    func kills() async throws {
        let site = try await Site(programs: programs)
        let head = try await site.freshHead()
        var requests = Requests(site: site, head: head)
        var acknowledged: [Requests.Submission] = []
        var (starts, size): ([Double], Int) = ([], 0)
        for round in 1...killCount {
            let daemon = try Daemon(programs: programs, data: site.path)
            starts.append(daemon.startTime)
            let generator = Generator(daemon)
            let lines = try await lines(64, generator, site.senders)
            let ready = try requests.submissions(40, by: site.senders.prefix(64))
            let loading = Task {
                try await generator.closedLoop(lines, ready.map { $0.map(\.bytes) }, for: .seconds(30))
            }
            try await Task.sleep(for: .milliseconds(.random(in: 50...400)))
            daemon.kill()
            let measured = try await loading.value
            guard measured.statuses.keys.allSatisfy({ $0 == 201 }) else {
                throw Broken(promise: "(i) round \(round): answered with \(measured.statuses)")
            }
            for (own, count) in zip(ready, measured.answered) { acknowledged += own.prefix(count) }
            try await generator.close()
            let present = try await site.store().head()?.size ?? 0
            guard present >= size else {
                throw Broken(promise: "(i) round \(round): the log went back from \(size) to \(present)")
            }
            size = present
        }
        let store = try await site.store()
        var (missing, doubled) = (0, 0)
        for submission in acknowledged {
            let entries = try await store.entries(on: submission.id, in: [.unit(submission.recipient.unit)])
            if entries.isEmpty { missing += 1 }
            if entries.count > 1 { doubled += 1 }
        }
        let report = try await Programs.run("\(programs)/liaisond", ["verify", "--data", site.path])
        say(
            "(i) killed \(killCount) times, \(acknowledged.count) acknowledged: \(missing) missing, \(doubled) doubled; "
                + "started in \(rounded(median(starts))) ms, at most \(rounded(starts.max() ?? 0)) ms; "
                + "verify: \(report.text.trimmingCharacters(in: .whitespacesAndNewlines))")
        guard missing == 0, doubled == 0, report.text.contains("no differences") else {
            throw Broken(promise: "(i) something was lost, doubled or changed")
        }
    }

    /// Something that the relay promises did not hold: the benchmark ends, and not with success.
    struct Broken: Error {
        let promise: String
    }
}
